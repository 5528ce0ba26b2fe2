using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace KhaltiCheckout.Tests.PostgreSql;

/// <summary>The way to the server, which can break and be mended.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _open = [];
    private readonly int _server;
    private readonly Task _accepting;
    private volatile bool _isBroken;
    private int _refused;

    internal Relay(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many have tried since it broke.</summary>
    internal int Refused => Volatile.Read(ref _refused);

    internal void Break()
    {
        _isBroken = true;
        while (_open.TryTake(out TcpClient? one))
        {
            one.Dispose();
        }
    }

    internal void Mend() => _isBroken = false;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Break();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync();
            if (_isBroken)
            {
                Interlocked.Increment(ref _refused);
                client.Dispose();
                continue;
            }

            TcpClient server = new();
            await server.ConnectAsync(IPAddress.Loopback, _server);
            _open.Add(client);
            _open.Add(server);
            _ = PassAsync(client, server);
            _ = PassAsync(server, client);
        }
    }

    private static async Task PassAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception over) when (over is IOException or ObjectDisposedException or InvalidOperationException)
        {
        }
        finally
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
