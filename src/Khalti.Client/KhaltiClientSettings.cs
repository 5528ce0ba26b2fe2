namespace Khalti.Client;

/// <summary>The settings of a client that <see cref="KhaltiClientRegistration"/> registers, as a section of a configuration holds them.
/// <see cref="KhaltiClientOptions"/> describes each.</summary>
public sealed class KhaltiClientSettings
{
    /// <summary>Khalti's origin, such as <c>https://khalti.com</c>.</summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>The secret key.</summary>
    public string? SecretKey { get; set; }

    /// <summary>Timeout of one call, its retries included.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Encoding of verify's body.</summary>
    public BodyEncoding VerifyEncoding { get; set; } = BodyEncoding.Form;

    /// <summary>Maximum number of retries of a read.</summary>
    public int ReadRetries { get; set; } = 2;

    /// <summary>Delay before the first retry of a read.</summary>
    public TimeSpan ReadRetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Break duration of the circuit breaker of reads.</summary>
    public TimeSpan ReadBreak { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether payment links may lead to a plain http page of another machine, as those of a sandbox do.</summary>
    public bool PlainHttpLinks { get; set; }

    internal KhaltiClientOptions ToOptions(TimeProvider time) => new()
    {
        BaseUrl = BaseUrl!, // null is refused by Validate
        SecretKey = SecretKey!,
        Timeout = Timeout,
        VerifyEncoding = VerifyEncoding,
        ReadRetries = ReadRetries,
        ReadRetryDelay = ReadRetryDelay,
        ReadBreak = ReadBreak,
        PlainHttpLinks = PlainHttpLinks,
        TimeProvider = time,
    };
}
