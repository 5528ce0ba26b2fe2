using System.Globalization;
using System.Text;

namespace Khalti.Client.Tests.Support;

/// <summary>A received HTTP request.</summary>
internal sealed record ReceivedRequest(
    int Connection, string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body)
{
    internal string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The next request of a connection; null when the client closed it or does not speak HTTP.</summary>
    internal static async Task<ReceivedRequest?> ReadAsync(Stream stream, int connection, CancellationToken cancellationToken)
    {
        string? head = await ReadHeadAsync(stream, cancellationToken);
        if (head is null)
        {
            return null;
        }

        string[] lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] first = lines[0].Split(' ');
        Dictionary<string, string> headers = lines.Skip(1)
            .Select(line => line.Split(':', 2))
            .ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
        byte[] body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return new ReceivedRequest(connection, first[0], first[1], headers, Encoding.UTF8.GetString(body));
    }

    private static async Task<string?> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        // Byte by byte, so that no byte of the body is consumed.
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, cancellationToken) == 1)
        {
            head.Append((char)one[0]);
            if (!char.IsAsciiLetterUpper(head[0]))
            {
                return null;
            }

            if (head is [.., '\r', '\n', '\r', '\n'])
            {
                return head.ToString();
            }
        }

        return null;
    }
}
