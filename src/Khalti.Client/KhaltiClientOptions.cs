namespace Khalti.Client;

/// <summary>Khalti's address, the merchant's key, timeout and retries; validated by the constructor
/// of <see cref="KhaltiClient"/>.</summary>
public sealed record KhaltiClientOptions
{
    /// <summary>Khalti's origin, http or https, without a path: <c>https://khalti.com</c> for test and live keys of the
    /// widget product (the key selects the mode); for ePayment <c>https://khalti.com</c> or, to try it out,
    /// <c>https://dev.khalti.com</c> (the host selects the mode, both call their keys <c>live_secret_key_…</c>); or a sandbox.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>The secret key, e.g. <c>test_secret_key_…</c>: printable ASCII without blanks. Sent as
    /// <c>Authorization: Key …</c> only. With an empty key Khalti answers every call with 401.</summary>
    public required string SecretKey { get; init; }

    /// <summary>Timeout of one call, its retries included: more than zero, at most a day. Default 10 s; Khalti's own SDKs use
    /// 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Encoding of verify's body. Khalti's samples show both. Default form.</summary>
    public BodyEncoding VerifyEncoding { get; init; } = BodyEncoding.Form;

    /// <summary>Maximum number of retries of a read after no answer, 408, 425, 429 or 5xx. 0 to 10, default 2. There is no retry
    /// when <c>Retry-After</c> is longer than 5 s. Calls that move money are never retried.</summary>
    public int ReadRetries { get; init; } = 2;

    /// <summary>Delay before the first retry of a read, doubled for each further one, with jitter. 0 to 1 minute, default 200 ms.</summary>
    public TimeSpan ReadRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Break duration of the circuit breaker, which refuses reads (<see cref="UnknownReason.NotAsked"/>) after at least 20
    /// attempts within 10 s of which 90 % failed. 500 ms to a day, default 5 s.</summary>
    public TimeSpan ReadBreak { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether payment links may lead to a plain http page of another machine, as those of a sandbox do. Default false:
    /// https, or http on this machine.</summary>
    public bool PlainHttpLinks { get; init; }

    /// <summary>The clock for timeouts, delays and <c>Retry-After</c> dates. Default: the system clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    // A record's default ToString prints its members: the key must not be printed.
    /// <summary>The address and the timeout, never the key.</summary>
    public override string ToString() => $"Khalti at {Origin}, {Timeout.TotalSeconds} s";

    private string Origin => BaseUrl is { IsAbsoluteUri: true }
        ? BaseUrl.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)
        : "no address";

    /// <summary>Throws for a value out of its range. No message contains the key.</summary>
    internal void Validate()
    {
        Require(
            BaseUrl is { IsAbsoluteUri: true, PathAndQuery: "/", Fragment: "", UserInfo: "" }
                && (BaseUrl.Scheme == Uri.UriSchemeHttps || BaseUrl.Scheme == Uri.UriSchemeHttp),
            "BaseUrl must be an origin such as https://khalti.com, without path or user.");
        Require(
            SecretKey is not null && SecretKey.All(letter => letter is > ' ' and <= '~'),
            "SecretKey must be printable ASCII without blanks.");
        Require(Timeout > TimeSpan.Zero && Timeout <= TimeSpan.FromDays(1), "Timeout must be more than zero and at most a day.");
        Require(Enum.IsDefined(VerifyEncoding), "VerifyEncoding must be Form or Json.");
        Require(ReadRetries is >= 0 and <= 10, "ReadRetries must be between 0 and 10.");
        Require(
            ReadRetryDelay >= TimeSpan.Zero && ReadRetryDelay <= TimeSpan.FromMinutes(1),
            "ReadRetryDelay must be between zero and a minute.");
        Require(
            ReadBreak >= TimeSpan.FromMilliseconds(500) && ReadBreak <= TimeSpan.FromDays(1),
            "ReadBreak must be between 500 ms and a day.");
        Require(TimeProvider is not null, "TimeProvider must be a clock.");
    }

    private static void Require(bool isValid, string rule)
    {
        if (!isValid)
        {
#pragma warning disable MA0015, CA2208 // The argument is the constructor's of KhaltiClient.
            throw new ArgumentException(rule, "options");
#pragma warning restore MA0015, CA2208
        }
    }
}

/// <summary>The encoding of a request body.</summary>
public enum BodyEncoding
{
    /// <summary><c>application/x-www-form-urlencoded</c>, as in Khalti's PHP, Ruby, Python and cURL samples.</summary>
    Form,

    /// <summary><c>application/json</c>, as in Khalti's Node sample.</summary>
    Json,
}
