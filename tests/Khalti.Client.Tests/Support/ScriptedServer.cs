using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Khalti.Client.Tests.Support;

/// <summary>
/// A loopback server that answers with scripted bytes: one step for each request, the last step for every further one. It
/// records the requests.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ReceivedRequest> _received = new();
    private readonly SemaphoreSlim _arrivals = new(0);
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Step[] _script;
    private readonly Task _accepting;

    internal ScriptedServer(params Step[] script)
    {
        _script = script;
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _accepting = AcceptAsync();
    }

    internal Uri Address { get; }

    internal IReadOnlyCollection<ReceivedRequest> Received => _received;

    /// <summary>An address without a listener.</summary>
    internal static async Task<Uri> UnusedAddressAsync()
    {
        await using ScriptedServer gone = new(Step.Cut);
        return gone.Address;
    }

    /// <summary>Waits until one more request was read completely.</summary>
    internal Task ArrivalAsync() => _arrivals.WaitAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_connections);
        _stop.Dispose();
        _arrivals.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            for (int number = 1; ; number++)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _connections.Add(ServeAsync(client, number));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client, int connection)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                while (await ReceivedRequest.ReadAsync(stream, connection, _stop.Token) is { } request)
                {
                    _received.Enqueue(request);
                    Step step = _script[Math.Min(_received.Count, _script.Length) - 1];
                    _arrivals.Release();
                    await stream.WriteAsync(step.Bytes, _stop.Token);
                    switch (step.Then)
                    {
                        case Then.Hang:
                            await Task.Delay(System.Threading.Timeout.Infinite, _stop.Token);
                            break;
                        case Then.Reset:
                            client.LingerState = new LingerOption(enable: true, seconds: 0);
                            return;
                        case Then.Close:
                            client.Client.Shutdown(SocketShutdown.Send);
                            return;
                    }
                }
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException or SocketException)
            {
            }
        }
    }
}

internal enum Then
{
    KeepOpen,
    Close,
    Reset,
    Hang,
}

/// <summary>The bytes that the server writes after a request, and what it does with the connection then.</summary>
internal sealed record Step(byte[] Bytes, Then Then)
{
    /// <summary>Closes the connection without an answer.</summary>
    internal static Step Cut => new([], Then.Close);

    /// <summary>Resets the connection without an answer.</summary>
    internal static Step Reset => new([], Then.Reset);

    /// <summary>Never answers.</summary>
    internal static Step Hang => new([], Then.Hang);

    internal static Step Raw(string text, Then then = Then.Close) => new(Encoding.Latin1.GetBytes(text), then);

    internal static Step Json(string body, int status = 200, params string[] headers) =>
        Body(Encoding.UTF8.GetBytes(body), "application/json", status, headers);

    internal static Step Html(string body, int status = 200, params string[] headers) =>
        Body(Encoding.UTF8.GetBytes(body), "text/html; charset=utf-8", status, headers);

    internal static Step Body(byte[] body, string contentType = "application/json", int status = 200, params string[] headers) =>
        new([.. Encoding.ASCII.GetBytes(Head(body.Length, contentType, status, headers)), .. body], Then.KeepOpen);

    /// <summary>An answer truncated after half of its body.</summary>
    internal static Step HalfOf(string body, Then then = Then.Close, int status = 200) => Raw(
        Head(body.Length, "application/json", status, []) + body[..(body.Length / 2)], then);

    private static string Head(int length, string contentType, int status, string[] headers) => string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/1.1 {status} Scripted\r\nContent-Type: {contentType}\r\nContent-Length: "
        + $"{length}\r\n{string.Concat(headers.Select(line => line + "\r\n"))}\r\n");
}
