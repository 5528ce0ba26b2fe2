namespace Khalti.Sandbox;

/// <summary>
/// Khalti's seven transaction states and the allowed transitions. Text rather than an enum, because a test may force a state
/// that Khalti never documented.
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

    internal static bool CanTransitionTo(string from, string to) => (from, to) switch
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

    /// <summary>Whether the merchant received the payer's money, also if it was refunded later.</summary>
    internal static bool HasMovedMoney(string state) => state is Completed or PartiallyRefunded or Refunded;

    /// <summary>Finds a state by its name, ignoring case and spaces; null when there is none.</summary>
    internal static string? Named(string text, IReadOnlyList<string> states) =>
        states.FirstOrDefault(state => string.Equals(Letters(state), Letters(text), StringComparison.OrdinalIgnoreCase));

    private static string Letters(string text) => string.Concat(text.Where(char.IsLetter));
}
