namespace KhaltiCheckout.Polling;

public sealed class PollingOptions
{
    public const string Section = "Reconciliation";

    /// <summary>Off only where another process does it, and in tests that run the pass themselves.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How often to look for what is due; when a payment is due is another matter.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);
}
