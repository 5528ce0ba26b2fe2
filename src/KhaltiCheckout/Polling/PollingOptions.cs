using System.ComponentModel.DataAnnotations;

namespace KhaltiCheckout.Polling;

public sealed class PollingOptions
{
    public const string Section = "Reconciliation";

    /// <summary>Off only where another process does it, and in tests that run the pass themselves.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How often to look for what is due; when a payment is due is another matter.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many payments a minute this process asks each product of Khalti's about, whatever others ask. Those whose shopper
    /// waits come first and are always asked about; open links share what is left.</summary>
    [Range(10, 60_000, ErrorMessage = "Reconciliation:LookupsPerMinute must be between 10 and 60000.")]
    public int LookupsPerMinute { get; set; } = 1200;
}
