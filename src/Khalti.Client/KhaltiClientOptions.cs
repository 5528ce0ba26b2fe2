namespace Khalti.Client;

/// <summary>Where Khalti is, who asks, and how patient the asking is.</summary>
public sealed record KhaltiClientOptions
{
    /// <summary>Khalti's origin, without a path: <c>https://khalti.com</c> for test and live keys of the widget product
    /// (the key selects the mode), or a sandbox.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>The secret key, e.g. <c>test_secret_key_…</c>. Sent as <c>Authorization: Key …</c> and put nowhere else.</summary>
    public required string SecretKey { get; init; }

    /// <summary>How long one call may take, its retries included. Default 10 s; Khalti's own kits wait 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How verify's body is written. Khalti's samples show both.</summary>
    public BodyEncoding VerifyEncoding { get; init; } = BodyEncoding.Form;

    /// <summary>How often a read is tried again after no answer, 429 or 5xx. 0 to 10, default 2. Calls that move money are
    /// never tried again.</summary>
    public int ReadRetries { get; init; } = 2;

    /// <summary>The wait before the first retry of a read; it doubles, with jitter. Default 200 ms.</summary>
    public TimeSpan ReadRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    // A record prints its members: not this one's key.
    /// <summary>The address and the time limit, never the key.</summary>
    public override string ToString() => $"Khalti at {BaseUrl}, {Timeout.TotalSeconds} s";
}

/// <summary>How a body is written.</summary>
public enum BodyEncoding
{
    /// <summary><c>application/x-www-form-urlencoded</c>, as in Khalti's PHP, Ruby, Python and cURL samples.</summary>
    Form,

    /// <summary><c>application/json</c>, as in Khalti's Node sample.</summary>
    Json,
}
