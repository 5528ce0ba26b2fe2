namespace Khalti.Client;

/// <summary>
/// The result of a call to Khalti: answered, refused or unknown. No method of <see cref="KhaltiClient"/> throws for an error of
/// Khalti or the network; only the caller's own cancellation is an exception.
/// </summary>
/// <typeparam name="T">The type of Khalti's answer.</typeparam>
public abstract record Reply<T>
{
    private Reply()
    {
    }

    /// <summary>Khalti answered as documented.</summary>
    /// <param name="Value">The answer.</param>
    public sealed record Answered(T Value) : Reply<T>;

    /// <summary>Khalti refused the call as documented: this call changed nothing. An earlier call may have: verify also refuses a
    /// token that is completed.</summary>
    /// <param name="Reason">Khalti's error.</param>
    public sealed record Refused(Refusal Reason) : Reply<T>;

    /// <summary>
    /// The outcome is not known: read the state later, and never treat it as a failure. A verify whose answer was lost may have
    /// moved the money.
    /// </summary>
    /// <param name="Why">Why there is no usable answer.</param>
    /// <param name="StatusCode">The HTTP status, if there was one.</param>
    /// <param name="RetryAfter">The wait that <c>Retry-After</c> asked for, if any.</param>
    public sealed record Unknown(UnknownReason Why, int? StatusCode = null, TimeSpan? RetryAfter = null) : Reply<T>;
}

/// <summary>The reason why an outcome is unknown.</summary>
public enum UnknownReason
{
    /// <summary>No connection, a connection that broke, no answer in time, or HTTP 408.</summary>
    NoAnswer,

    /// <summary>HTTP 401 or 403: the secret key is wrong or revoked (or 407: a proxy needs credentials). Every call fails until
    /// that is fixed; nothing is known about the payment.</summary>
    Unauthorized,

    /// <summary>HTTP 429 or 425: too many requests, or too early.</summary>
    RateLimited,

    /// <summary>HTTP 5xx; Khalti uses 503 for maintenance.</summary>
    ServerError,

    /// <summary>The answer is not one that Khalti documents: not JSON, larger than 4 MiB, a member missing or duplicated, a
    /// redirect.</summary>
    Unreadable,

    /// <summary>Reads only: not sent, because the circuit breaker is open after too many failed reads
    /// (see <see cref="KhaltiClientOptions.ReadBreak"/>).</summary>
    NotAsked,
}

/// <summary>
/// Khalti's refusal, in one of three formats: <c>{detail}</c>, <c>{detail, error_key}</c> and
/// <c>{field: [texts], error_key}</c> (documents: verification, KPG-2 "Generic Errors"). Khalti's texts change: decide on the
/// HTTP status and the names of the fields, never on the texts.
/// </summary>
/// <param name="StatusCode">The HTTP status, 400 or 404.</param>
/// <param name="Detail">The text of <c>detail</c>, if any, at most 200 characters. May contain markup: escape it.</param>
/// <param name="ErrorKey">Khalti's <c>error_key</c>, e.g. <c>validation_error</c>, if any.</param>
/// <param name="Fields">Errors by the name of the field, at most 200 characters each; a nested field by its path, e.g.
/// <c>customer_info.email</c>. Empty if none.</param>
public sealed record Refusal(
    int StatusCode, string? Detail, string? ErrorKey, IReadOnlyDictionary<string, IReadOnlyList<string>> Fields)
{
    private const int MaxWordLength = 40;

    /// <summary>One line for a log: status, error key and names of fields, without Khalti's texts. Unexpected names are replaced,
    /// because they could contain a token or a key.</summary>
    public override string ToString() =>
        $"HTTP {StatusCode} {Word(ErrorKey ?? "refused")}{(Fields.Count > 0 ? ": " + string.Join(", ", Fields.Keys.Select(Word)) : "")}";

    private static string Word(string text) =>
        text.Length <= MaxWordLength && text.All(letter => char.IsAsciiLetterLower(letter) || letter is '_' or '.') ? text : "(other)";
}
