using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Khalti.Sandbox;

/// <summary>The last 10,000 calls (at most 8 MiB), oldest first, in memory, without secrets.</summary>
internal sealed class RequestJournal(SandboxClock clock, Changes changes)
{
    private const int MaxCalls = 10_000;
    private const int MaxTextLength = 2_000;
    private const int MaxHeaders = 50;

    private const long MaxBytes = 8 * 1024 * 1024;

    private readonly ConcurrentQueue<ReceivedCall> _calls = new();
    private long _last;
    private long _bytes;

    internal IReadOnlyCollection<ReceivedCall> Calls => _calls;

    /// <summary>Records a call when it arrives, so that calls without an answer are listed too.</summary>
    internal ReceivedCall Record(string operation, HttpRequest request, Fields fields)
    {
        string body = SecretFilter.OfBody(fields.Raw.Span, request.HasFormContentType);
        ReceivedCall call = new()
        {
            Id = Interlocked.Increment(ref _last),
            At = clock.GetUtcNow(),
            Operation = operation,
            Method = request.Method,
            Path = request.Path.ToString(),
            Query = SecretFilter.OfForm(request.QueryString.ToString()),
            Fields = Clean(fields.Values),
            Headers = HeadersOf(request),
            Body = body,
            Size = request.Path.Value!.Length + (2 * request.QueryString.Value!.Length) + fields.Raw.Length + body.Length
                + request.Headers.Sum(header => header.Key.Length + header.Value.ToString().Length),
        };
        _calls.Enqueue(call);
        Interlocked.Add(ref _bytes, call.Size);
        while ((_calls.Count > MaxCalls || Interlocked.Read(ref _bytes) > MaxBytes) && _calls.TryDequeue(out ReceivedCall? oldest))
        {
            Interlocked.Add(ref _bytes, -oldest.Size);
        }

        changes.Notify(); // a delayed call is shown before its answer
        return call;
    }

    internal void Clear()
    {
        while (_calls.TryDequeue(out ReceivedCall? oldest))
        {
            Interlocked.Add(ref _bytes, -oldest.Size);
        }
    }

    /// <summary>The headers as the client sent them; of a key only its kind is kept.</summary>
    private static JsonObject HeadersOf(HttpRequest request)
    {
        JsonObject headers = [];
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues value) in request.Headers.Take(MaxHeaders))
        {
            headers[name] = name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) ? KindOfKey(value.ToString())
                : SecretFilter.IsSecret(name) ? SecretFilter.Removed
                : Clean(value.ToString());
        }

        return headers;
    }

    /// <summary>The scheme as it was sent, and which kind of key: <c>Key (live secret key)</c>.</summary>
    private static string KindOfKey(string authorization)
    {
        int space = authorization.IndexOf(' ', StringComparison.Ordinal);
        string scheme = space is > 0 and < 10 ? authorization[..(space + 1)] : "";
        string? kind = Array.Find(
            ["test_secret_key", "live_secret_key", "test_public_key", "live_public_key"],
            one => authorization[scheme.Length..].StartsWith(one, StringComparison.Ordinal));
        return scheme + (kind is null ? SecretFilter.Removed : $"({kind.Replace('_', ' ')})");
    }

    private static JsonObject Clean(IEnumerable<KeyValuePair<string, JsonNode?>> fields)
    {
        JsonObject clean = [];
        foreach ((string name, JsonNode? value) in fields)
        {
            if (!SecretFilter.IsSecret(name))
            {
                clean[name] = Clean(value);
            }
        }

        return clean;
    }

    private static JsonNode? Clean(JsonNode? value) => value switch
    {
        JsonObject nested => Clean((IEnumerable<KeyValuePair<string, JsonNode?>>)nested),
        JsonArray list => new JsonArray([.. list.Select(Clean)]),
        JsonValue one when one.TryGetValue(out string? text) => Clean(text),
        _ => value?.DeepClone(),
    };

    private static string Clean(string text) =>
        text.Contains("secret_key_", StringComparison.OrdinalIgnoreCase) ? SecretFilter.Removed
        : text.Contains('"', StringComparison.Ordinal) ? SecretFilter.OfText(Cut(text))
        : Cut(text);

    private static string Cut(string text) => text.Length > MaxTextLength ? text[..MaxTextLength] : text;
}

internal sealed record ReceivedCall
{
    /// <summary>Counts the calls since the start.</summary>
    public required long Id { get; init; }

    public required DateTimeOffset At { get; init; }
    public required string Operation { get; init; }
    public required string Method { get; init; }
    public required string Path { get; init; }

    /// <summary>The query as it was sent, with its question mark, but for secrets.</summary>
    public required string Query { get; init; }

    /// <summary>Null before the answer, and when the connection was cut.</summary>
    public int? Status { get; set; }

    public required JsonObject Fields { get; init; }

    public required JsonObject Headers { get; init; }

    /// <summary>The body as it was sent, but for secrets; of a long one the beginning.</summary>
    public required string Body { get; init; }

    /// <summary>What Khalti expects, for a call that no endpoint took or whose key or content type is wrong.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Hint { get; set; }

    /// <summary>Approximate memory use: the size of the request.</summary>
    internal long Size { get; init; }
}
