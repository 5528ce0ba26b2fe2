using System.Net.Sockets;
using System.Text;

namespace KhaltiCheckout.Tests.Support;

/// <summary>Sends raw bytes, for malformed requests.</summary>
internal static class RawHttp
{
    /// <summary>The whole answer as Latin-1 text. The request should ask for the connection to be closed.</summary>
    internal static async Task<string> SendAsync(Uri server, byte[] request)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using TcpClient connection = new();
        await connection.ConnectAsync(server.Host, server.Port, stop);
        NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(request, stop);
        using MemoryStream answer = new();
        try
        {
            await stream.CopyToAsync(answer, stop);
        }
        catch (IOException)
        {
            // A server that refuses while we are still sending resets the connection after its answer.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }

    internal static Task<string> SendAsync(Shop shop, byte[] request) => SendAsync(shop.Http.BaseAddress!, request);

    internal static Task<string> SendAsync(Shop shop, string request) => SendAsync(shop, Encoding.Latin1.GetBytes(request));

    internal static int StatusOf(string answer) =>
        int.Parse(answer.AsSpan("HTTP/1.1 ".Length, 3), System.Globalization.CultureInfo.InvariantCulture);
}
