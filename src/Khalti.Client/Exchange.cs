using System.Text.Json;

namespace Khalti.Client;

/// <summary>
/// The result of one HTTP exchange, and its conversion to a <see cref="Reply{T}"/>: a complete answer with its HTTP status, or
/// the failure, with status 0.
/// </summary>
internal readonly record struct Exchange(UnknownReason? Failure, int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter)
{
    // A duplicate member is ambiguous, so the body is refused: an amount must not be guessed.
    private static readonly JsonDocumentOptions NoDuplicates = new() { AllowDuplicateProperties = false };

    internal static Exchange NotAsked => new(UnknownReason.NotAsked, 0, default, null);

    internal static Exchange NoAnswer => new(UnknownReason.NoAnswer, 0, default, null);

    internal static Exchange Unreadable => new(UnknownReason.Unreadable, 0, default, null);

    /// <summary>Whether a retry may succeed.</summary>
    internal bool IsTransient => Why is UnknownReason.NoAnswer or UnknownReason.RateLimited or UnknownReason.ServerError;

    private UnknownReason? Why => Failure ?? Status switch
    {
        401 or 403 or 407 => UnknownReason.Unauthorized,
        408 => UnknownReason.NoAnswer,
        425 or 429 => UnknownReason.RateLimited,
        >= 500 => UnknownReason.ServerError,
        _ => null,
    };

    internal Reply<T> ToReply<T>(Func<JsonElement, T?> read, RefusalFormat refusals, bool errorMayBeAnswer = false)
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
            return JsonDocument.Parse(text, NoDuplicates);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name with an unpaired surrogate, which JSON can escape but a string can't hold.
            return null;
        }
    }
}
