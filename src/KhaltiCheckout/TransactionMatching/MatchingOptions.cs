using System.ComponentModel.DataAnnotations;

namespace KhaltiCheckout.TransactionMatching;

/// <summary>How Khalti's list is read for transactions that no payment here has.</summary>
public sealed class MatchingOptions
{
    public const string Section = "Matching";

    /// <summary>Off only where another process does it, and in tests that run the pass themselves.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How many pages of Khalti's list are read a minute, by all processes together.</summary>
    [Range(1, 60, ErrorMessage = "Matching:ListPagesPerMinute must be between 1 and 60.")]
    public int ListPagesPerMinute { get; set; } = 6;

    /// <summary>Whether other shops take payments with the same account at Khalti: then only transactions whose product identity has the
    /// form of an order's id are this shop's.</summary>
    public bool IsAccountShared { get; set; }

    internal TimeSpan Interval => TimeSpan.FromMinutes(1) / ListPagesPerMinute;
}
