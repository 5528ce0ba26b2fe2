namespace Khalti.Client;

/// <summary>
/// What came of asking Khalti. There is no fourth case, and no method of <see cref="KhaltiClient"/> throws for anything
/// that Khalti or the network may do; only the caller's own cancellation is an exception.
/// </summary>
/// <typeparam name="T">What Khalti answers when it answers.</typeparam>
public abstract record Reply<T>
{
    private Reply()
    {
    }

    /// <summary>Khalti answered, and the answer was understood.</summary>
    /// <param name="Value">The answer.</param>
    public sealed record Answered(T Value) : Reply<T>;

    /// <summary>Khalti said no in a body that its documents show for this call: this call changed nothing. An earlier one may have:
    /// verify also refuses a token that it has completed before.</summary>
    /// <param name="Reason">What Khalti said.</param>
    public sealed record Refused(Refusal Reason) : Reply<T>;

    /// <summary>
    /// Whether the call had an effect can't be known: ask again later, and never take it for a failure. A verify whose
    /// answer was lost may well have moved the money.
    /// </summary>
    /// <param name="Why">What happened instead of an answer.</param>
    /// <param name="StatusCode">The HTTP status, if there was one.</param>
    /// <param name="RetryAfter">How long Khalti asked to be left alone, if it said.</param>
    public sealed record Unknown(UnknownReason Why, int? StatusCode = null, TimeSpan? RetryAfter = null) : Reply<T>;
}

/// <summary>Why an answer is not known.</summary>
public enum UnknownReason
{
    /// <summary>No connection, a connection that broke, no answer in time, or HTTP 408.</summary>
    NoAnswer,

    /// <summary>HTTP 401 or 403: the secret key is wrong or withdrawn (or 407, of a proxy in between). Every call will end
    /// so until that is mended; nothing is known about the payment.</summary>
    Unauthorized,

    /// <summary>HTTP 429, or 425: asked too often or too early.</summary>
    RateLimited,

    /// <summary>HTTP 5xx; Khalti uses 503 for maintenance.</summary>
    ServerError,

    /// <summary>An answer came, but it is not one that Khalti documents: not JSON, larger than
    /// 4 MiB, a member missing or there twice, a redirect.</summary>
    Unreadable,

    /// <summary>Reads only: Khalti was not asked, because too many reads before this one went unanswered (circuit breaker,
    /// see <see cref="KhaltiClientOptions.ReadBreak"/>).</summary>
    NotAsked,
}

/// <summary>
/// Khalti's definite no. Khalti has three shapes for it: <c>{detail}</c>, <c>{detail, error_key}</c> and
/// <c>{field: [texts], error_key}</c> (documents: verification, KPG-2 "Generic Errors"). The texts are Khalti's and
/// change: decide on the HTTP status and on which fields are named, never on the words.
/// </summary>
/// <param name="StatusCode">The HTTP status, 400 or 404.</param>
/// <param name="Detail">The text of <c>detail</c>, if any, at most 200 characters. May contain markup: escape it.</param>
/// <param name="ErrorKey">Khalti's <c>error_key</c>, e.g. <c>validation_error</c>, if any.</param>
/// <param name="Fields">Texts, at most 200 characters each, by the name of the field that Khalti complained
/// about; a field inside another by its way there, e.g. <c>customer_info.email</c>. Empty if none.</param>
public sealed record Refusal(
    int StatusCode, string? Detail, string? ErrorKey, IReadOnlyDictionary<string, IReadOnlyList<string>> Fields)
{
    private const int LongestWord = 40;

    /// <summary>One line for a log: status, error key and names of fields, without Khalti's texts. A name that is no plain
    /// word is not printed, as it could echo a token or a key.</summary>
    public override string ToString() =>
        $"HTTP {StatusCode} {Word(ErrorKey ?? "refused")}{(Fields.Count > 0 ? ": " + string.Join(", ", Fields.Keys.Select(Word)) : "")}";

    private static string Word(string text) =>
        text.Length <= LongestWord && text.All(letter => char.IsAsciiLetterLower(letter) || letter is '_' or '.') ? text : "(other)";
}
