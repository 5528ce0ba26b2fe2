using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Khalti.Sandbox;

/// <summary>The last 10,000 calls (at most 8 MiB), oldest first, in memory, without secrets.</summary>
internal sealed class RequestJournal(SandboxClock clock)
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
        ReceivedCall call = new()
        {
            Id = Interlocked.Increment(ref _last),
            At = clock.GetUtcNow(),
            Operation = operation,
            Method = request.Method,
            Path = request.Path.ToString(),
            Fields = Clean(fields.Values),
            Headers = HeadersOf(request),
            Size = request.Path.Value!.Length + request.QueryString.Value!.Length + fields.Size
                + request.Headers.Sum(header => header.Key.Length + header.Value.ToString().Length),
        };
        _calls.Enqueue(call);
        Interlocked.Add(ref _bytes, call.Size);
        while ((_calls.Count > MaxCalls || Interlocked.Read(ref _bytes) > MaxBytes) && _calls.TryDequeue(out ReceivedCall? oldest))
        {
            Interlocked.Add(ref _bytes, -oldest.Size);
        }

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
                : IsSecret(name) || name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? "(removed)"
                : Clean(value.ToString());
        }

        return headers;
    }

    private static string KindOfKey(string authorization)
    {
        (string Prefix, string Kind)[] kinds =
        [
            ("Key test_secret_key_", "test secret key"), ("Key live_secret_key_", "live secret key"),
            ("Key test_public_key_", "test public key"), ("Key live_public_key_", "live public key"),
        ];
        string? kind = kinds.FirstOrDefault(one => authorization.StartsWith(one.Prefix, StringComparison.OrdinalIgnoreCase)).Kind;
        return kind is null ? "(removed)" : $"Key ({kind})";
    }

    private static JsonObject Clean(IEnumerable<KeyValuePair<string, JsonNode?>> fields)
    {
        JsonObject clean = [];
        foreach ((string name, JsonNode? value) in fields)
        {
            if (!IsSecret(name))
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
        text.Contains("secret_key_", StringComparison.OrdinalIgnoreCase) ? "(removed)"
        : text.Length > MaxTextLength ? text[..MaxTextLength]
        : text;

    private static bool IsSecret(string name) =>
        name is "pin" or "mpin" or "otp"
        || name.Contains("transaction_pin", StringComparison.OrdinalIgnoreCase)
        || name.Contains("confirmation_code", StringComparison.OrdinalIgnoreCase)
        || name.Contains("secret", StringComparison.OrdinalIgnoreCase)
        || name.Contains("password", StringComparison.OrdinalIgnoreCase)
        || name.Contains("authorization", StringComparison.OrdinalIgnoreCase);
}

internal sealed record ReceivedCall
{
    /// <summary>Counts the calls since the start.</summary>
    public required long Id { get; init; }

    public required DateTimeOffset At { get; init; }
    public required string Operation { get; init; }
    public required string Method { get; init; }
    public required string Path { get; init; }

    /// <summary>Null before the answer, and when the connection was cut.</summary>
    public int? Status { get; set; }

    public required JsonObject Fields { get; init; }

    public required JsonObject Headers { get; init; }

    /// <summary>What Khalti expects, for a call that no endpoint took.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Hint { get; set; }

    /// <summary>Approximate memory use: the size of the request.</summary>
    internal long Size { get; init; }
}
