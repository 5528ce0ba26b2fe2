namespace Khalti.Sandbox;

/// <summary>
/// Khalti's seven states in its own words, and the one table of what may follow what. Text rather than an enum, because
/// a test may force a state that Khalti never documented: merchants must hold such a payment, not crash.
/// </summary>
internal static class TransactionState
{
    internal const string Initiated = "Initiated";
    internal const string Confirmed = "Confirmed";
    internal const string Completed = "Completed";
    internal const string Disabled = "Disabled";
    internal const string Refunded = "Refunded";
    internal const string PartiallyRefunded = "Partially refunded";
    internal const string Failed = "Failed";

    internal static readonly IReadOnlyList<string> All =
        [Initiated, Confirmed, Completed, Disabled, Refunded, PartiallyRefunded, Failed];

    internal static bool MayBecome(string from, string to) => (from, to) switch
    {
        (Initiated, Confirmed) => true, // right OTP and PIN
        (Initiated, Disabled) => true, // wrong OTP too often
        (Initiated, Failed) => true, // abuse, or abandoned
        (Confirmed, Completed) => true, // verified: only now does money move
        (Confirmed, Failed) => true, // never verified
        (Completed, PartiallyRefunded or Refunded) => true,
        (PartiallyRefunded, PartiallyRefunded or Refunded) => true,
        _ => false,
    };

    /// <summary>Whether the payer's money reached the merchant, whatever came back later.</summary>
    internal static bool MoneyMoved(string state) => state is Completed or PartiallyRefunded or Refunded;

    /// <summary>The state somebody means, whatever the case and the gaps between words; null if it is none.</summary>
    internal static string? Named(string text, IReadOnlyList<string> states) =>
        states.FirstOrDefault(state => string.Equals(Letters(state), Letters(text), StringComparison.OrdinalIgnoreCase));

    private static string Letters(string text) => string.Concat(text.Where(char.IsLetter));
}
