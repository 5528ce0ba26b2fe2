using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>The calls that came in, oldest first, without anything secret. The last ten thousand, in memory, and no more than 8 MiB of them.</summary>
internal sealed class RequestJournal(SandboxClock clock)
{
    private const int Kept = 10_000;
    private const int LongestText = 2_000;

    private const long MaxBytes = 8 * 1024 * 1024;

    private readonly ConcurrentQueue<ReceivedCall> _calls = new();
    private long _bytes;

    internal IReadOnlyCollection<ReceivedCall> Calls => _calls;

    /// <summary>Noted when it arrives, so that a call that is never answered stands here as well.</summary>
    internal ReceivedCall Note(string operation, HttpRequest request, Fields fields)
    {
        ReceivedCall call = new()
        {
            At = clock.GetUtcNow(),
            Operation = operation,
            Method = request.Method,
            Path = request.Path.ToString(),
            Fields = Clean(fields.Values),
            Size = request.Path.Value!.Length + request.QueryString.Value!.Length + fields.Size,
        };
        _calls.Enqueue(call);
        Interlocked.Add(ref _bytes, call.Size);
        while ((_calls.Count > Kept || Interlocked.Read(ref _bytes) > MaxBytes) && _calls.TryDequeue(out ReceivedCall? oldest))
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
        : text.Length > LongestText ? text[..LongestText]
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
    public required DateTimeOffset At { get; init; }
    public required string Operation { get; init; }
    public required string Method { get; init; }
    public required string Path { get; init; }

    /// <summary>Null while it is not answered, and for ever when the connection was cut.</summary>
    public int? Status { get; set; }

    public required JsonObject Fields { get; init; }

    /// <summary>What it takes to keep, roughly: as large as it came.</summary>
    internal long Size { get; init; }
}
