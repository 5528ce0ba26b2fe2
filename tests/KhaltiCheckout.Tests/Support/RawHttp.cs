using System.Net.Sockets;
using System.Text;

namespace KhaltiCheckout.Tests.Support;

/// <summary>Bytes on a connection, for requests that no decent client would send.</summary>
internal static class RawHttp
{
    /// <summary>Sends a head, line by line as given, and a body; gives back all that comes until the server hangs up.</summary>
    internal static async Task<string> SendAsync(Uri server, string[] head, string body = "")
    {
        using TcpClient connection = new();
        await connection.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
        await using NetworkStream stream = connection.GetStream();
        string request = string.Join("\r\n", [head[0], $"Host: {server.Authority}", "Connection: close", .. head.Skip(1), "", body]);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        using StreamReader reader = new(stream, Encoding.UTF8);
        try
        {
            return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            return ""; // Cut off in the middle of a request that was too much.
        }
    }

    /// <summary>0 for a connection that was cut.</summary>
    internal static int StatusOf(string answer) =>
        answer.Length > 12 ? int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture) : 0;
}
