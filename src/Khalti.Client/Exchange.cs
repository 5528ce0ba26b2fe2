using System.Text.Json;

namespace Khalti.Client;

/// <summary>
/// What one call brought over the wire, and the one place where that becomes a <see cref="Reply{T}"/>. Either an answer
/// that arrived whole, with its HTTP status, or the reason why there is none, with status 0.
/// </summary>
internal readonly record struct Exchange(UnknownReason? Lost, int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter)
{
    // A member that stands there twice contradicts itself, and about money nobody may choose which one counts.
    private static readonly JsonDocumentOptions NothingTwice = new() { AllowDuplicateProperties = false };

    internal static Exchange NotAsked => new(UnknownReason.NotAsked, 0, default, null);

    internal static Exchange NoAnswer => new(UnknownReason.NoAnswer, 0, default, null);

    internal static Exchange Unreadable => new(UnknownReason.Unreadable, 0, default, null);

    /// <summary>Whether asking again soon may bring an answer.</summary>
    internal bool IsTransient => Why is UnknownReason.NoAnswer or UnknownReason.RateLimited or UnknownReason.ServerError;

    private UnknownReason? Why => Lost ?? Status switch
    {
        401 or 403 or 407 => UnknownReason.Unauthorized,
        408 => UnknownReason.NoAnswer,
        425 or 429 => UnknownReason.RateLimited,
        >= 500 => UnknownReason.ServerError,
        _ => null,
    };

    internal Reply<T> ToReply<T>(Func<JsonElement, T?> read, RefusalForm refusals, bool errorMayBeAnswer = false)
        where T : class
    {
        if (Why is { } why)
        {
            return new Reply<T>.Unknown(why, Status == 0 ? null : Status, RetryAfter);
        }

        using JsonDocument? document = Parse();
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } body)
        {
            return new Reply<T>.Unknown(UnknownReason.Unreadable, Status, RetryAfter);
        }

        if ((Status == 200 || (errorMayBeAnswer && Status >= 400)) && read(body) is { } answer)
        {
            return new Reply<T>.Answered(answer);
        }

        if (refusals.Read(Status, body) is { } refusal)
        {
            return new Reply<T>.Refused(refusal);
        }

        return new Reply<T>.Unknown(UnknownReason.Unreadable, Status, RetryAfter);
    }

    private JsonDocument? Parse()
    {
        ReadOnlyMemory<byte> text = Body.Span.StartsWith("\uFEFF"u8) ? Body[3..] : Body;
        try
        {
            return JsonDocument.Parse(text, NothingTwice);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name with half a surrogate pair, which JSON can spell and no text can hold.
            return null;
        }
    }
}
