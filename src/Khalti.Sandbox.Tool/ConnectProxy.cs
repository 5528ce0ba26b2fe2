using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Khalti.Sandbox.Tool;

/// <summary>
/// A proxy on this machine for programs that take <c>HTTPS_PROXY</c>: connections to Khalti's hosts end at the sandbox, all others at
/// the host that they name. It sees no content, as TLS goes through it.
/// </summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private const int MaxHead = 8192;
    private static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(10);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Uri _sandbox;
    private readonly Task _accepting;

    internal ConnectProxy(Uri sandbox)
    {
        _sandbox = sandbox;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal Uri Address => new($"http://{_listener.LocalEndpoint}");

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stopping.Token);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                if (await ReadTargetAsync(stream) is not { } target)
                {
                    await stream.WriteAsync("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _stopping.Token);
                    return;
                }

                using TcpClient server = new();
                bool toKhalti = Hosts.AreKhaltis(target.Host);
                await server.ConnectAsync(toKhalti ? _sandbox.Host : target.Host, toKhalti ? _sandbox.Port : target.Port, _stopping.Token);
                await stream.WriteAsync("HTTP/1.1 200 Connection Established\r\n\r\n"u8.ToArray(), _stopping.Token);
                NetworkStream other = server.GetStream();
                await Task.WhenAny(stream.CopyToAsync(other, _stopping.Token), other.CopyToAsync(stream, _stopping.Token));
            }
            catch (Exception broken) when (broken is IOException or SocketException or OperationCanceledException)
            {
                // One of the two has gone, which the other sees by the closed connection.
            }
        }
    }

    /// <summary>The host and port of <c>CONNECT host:port HTTP/1.1</c>; null for another request.</summary>
    private async Task<DnsEndPoint?> ReadTargetAsync(NetworkStream stream)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        timeout.CancelAfter(HeadTimeout);
        byte[] head = new byte[MaxHead];
        int length = 0;
        while (length < MaxHead && !head.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            int read = await stream.ReadAsync(head.AsMemory(length, 1), timeout.Token); // not a byte of what follows
            if (read == 0)
            {
                return null;
            }

            length += read;
        }

        string[] words = Encoding.ASCII.GetString(head, 0, length).Split("\r\n")[0].Split(' ');
        return words is ["CONNECT", var target, _] && Uri.TryCreate($"https://{target}", UriKind.Absolute, out Uri? address)
            ? new DnsEndPoint(address.IdnHost, address.Port)
            : null;
    }
}
