using System.Text.Json;

namespace Khalti.Client;

/// <summary>What one call brought over the wire, and the one place where that becomes a <see cref="Reply{T}"/>.</summary>
/// <remarks>The status is 0 when there was no answer, -1 when Khalti was not asked.</remarks>
internal readonly record struct Exchange(int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter)
{
    internal static Exchange NoAnswer => default;

    internal static Exchange NotAsked => new(-1, default, null);

    /// <summary>Whether asking again soon may bring an answer.</summary>
    internal bool IsTransient => Status is 0 or 408 or 429 or >= 500;

    internal Reply<T> ToReply<T>(Func<JsonElement, T?> read, bool errorMayBeAnswer = false)
        where T : class
    {
        switch (Status)
        {
            case -1:
                return new Reply<T>.Unknown(UnknownReason.NotAsked);
            case 0 or 408:
                return new Reply<T>.Unknown(UnknownReason.NoAnswer, Status == 0 ? null : Status, RetryAfter);
            case 401 or 403 or 407:
                return new Reply<T>.Unknown(UnknownReason.Unauthorized, Status);
            case 425 or 429:
                return new Reply<T>.Unknown(UnknownReason.RateLimited, Status, RetryAfter);
            case >= 500:
                return new Reply<T>.Unknown(UnknownReason.ServerError, Status, RetryAfter);
        }

        using JsonDocument? document = Parse();
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } body)
        {
            return new Reply<T>.Unknown(UnknownReason.Unreadable, Status);
        }

        if ((Status == 200 || (errorMayBeAnswer && Status >= 400)) && read(body) is { } answer)
        {
            return new Reply<T>.Answered(answer);
        }

        // A no counts only in a shape that Khalti uses for saying no, and only where no transaction comes with it.
        if (Status is >= 400 and < 500 && RefusalIn(body) is { } refusal)
        {
            return new Reply<T>.Refused(refusal);
        }

        return new Reply<T>.Unknown(UnknownReason.Unreadable, Status);
    }

    private Refusal? RefusalIn(JsonElement body)
    {
        Dictionary<string, IReadOnlyList<string>> fields = body.TextLists();
        string? detail = body.Text("detail");
        bool saysNo = (detail is not null || fields.Count > 0) && body.Member("idx") is null && body.Member("state") is null;
        return saysNo ? new Refusal(Status, detail, body.Text("error_key"), fields) : null;
    }

    private JsonDocument? Parse()
    {
        try
        {
            return JsonDocument.Parse(Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
