namespace Khalti.Client;

/// <summary>Where Khalti is, who asks, and how patient the asking is. <see cref="KhaltiClient"/> checks the values when it is made.</summary>
public sealed record KhaltiClientOptions
{
    /// <summary>Khalti's origin, http or https, without a path: <c>https://khalti.com</c> for test and live keys of the
    /// widget product (the key selects the mode); for ePayment <c>https://khalti.com</c> or, to try it out,
    /// <c>https://dev.khalti.com</c> (the host selects the mode, both call their keys <c>live_secret_key_…</c>); or a sandbox.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>The secret key, e.g. <c>test_secret_key_…</c>: printable ASCII without blanks. Sent as
    /// <c>Authorization: Key …</c> and put nowhere else. Without one, Khalti answers every call with 401.</summary>
    public required string SecretKey { get; init; }

    /// <summary>How long one call may take, its retries included: more than zero, at most a day. Default 10 s; Khalti's own
    /// kits wait 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How verify's body is written. Khalti's samples show both. Default form.</summary>
    public BodyEncoding VerifyEncoding { get; init; } = BodyEncoding.Form;

    /// <summary>How often a read is tried again after no answer, 408, 425, 429 or 5xx. 0 to 10, default 2. A read that
    /// Khalti wants to have later than in 5 s (<c>Retry-After</c>) is not tried again. .NET's own handler may repeat a
    /// read whose connection was cut, which is not counted here. Calls that move money are sent once.</summary>
    public int ReadRetries { get; init; } = 2;

    /// <summary>The wait before the first retry of a read; it doubles, with jitter. 0 to a minute, default 200 ms.</summary>
    public TimeSpan ReadRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long reads are left unasked (<see cref="UnknownReason.NotAsked"/>) after at least 20 tries within 10 s
    /// of which nine in ten stayed without an answer. 500 ms to a day, default 5 s.</summary>
    public TimeSpan ReadBreak { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock behind every wait, and behind a <c>Retry-After</c> that names an instant. Default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    // A record prints its members: not this one's key.
    /// <summary>The address and the time limit, never the key.</summary>
    public override string ToString() => $"Khalti at {Origin}, {Timeout.TotalSeconds} s";

    private string Origin => BaseUrl is { IsAbsoluteUri: true }
        ? BaseUrl.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)
        : "no address";

    /// <summary>Refuses what would fail at every call. No message names the key.</summary>
    internal void Check()
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

    private static void Require(bool right, string rule)
    {
        if (!right)
        {
#pragma warning disable MA0015, CA2208 // The argument is the constructor's of KhaltiClient.
            throw new ArgumentException(rule, "options");
#pragma warning restore MA0015, CA2208
        }
    }
}

/// <summary>How a body is written.</summary>
public enum BodyEncoding
{
    /// <summary><c>application/x-www-form-urlencoded</c>, as in Khalti's PHP, Ruby, Python and cURL samples.</summary>
    Form,

    /// <summary><c>application/json</c>, as in Khalti's Node sample.</summary>
    Json,
}
