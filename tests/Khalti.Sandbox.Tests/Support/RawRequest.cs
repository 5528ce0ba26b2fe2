using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Khalti.Sandbox.Tests.Support;

/// <summary>A request of another program, sent over a socket as that program writes it.</summary>
internal static class RawRequest
{
    internal static async Task<Reply> SendAsync(Uri address, string request)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string text = request.ReplaceLineEndings("\n");
        int end = text.IndexOf("\n\n", StringComparison.Ordinal);
        string[] head = (end < 0 ? text : text[..end]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        byte[] body = Encoding.UTF8.GetBytes(end < 0 ? "" : text[(end + 2)..]);
        List<string> lines = [$"{head[0]} HTTP/1.1", .. head.Skip(1)];
        if (!head.Any(line => line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase)))
        {
            lines.Add($"Host: {address.Authority}");
        }

        lines.Add($"Content-Length: {body.Length}");
        lines.Add("Connection: close");

        using TcpClient client = new();
        await client.ConnectAsync(address.Host, address.Port, cancellation);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"), cancellation);
        await stream.WriteAsync(body, cancellation);
        using StreamReader reader = new(stream, Encoding.UTF8);
        return Parse(await reader.ReadToEndAsync(cancellation));
    }

    private static Reply Parse(string answer)
    {
        int end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        string[] lines = answer[..end].Split("\r\n");
        HttpResponseMessage message = new((System.Net.HttpStatusCode)int.Parse(
            lines[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture))
        { Content = new ByteArrayContent([]) };
        foreach (string line in lines.Skip(1))
        {
            string[] header = line.Split(": ", 2);
            if (!message.Headers.TryAddWithoutValidation(header[0], header[1]) && header[0] == "Content-Type")
            {
                message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(header[1]);
            }
        }

        return new Reply((int)message.StatusCode, answer[(end + 4)..], message);
    }
}
