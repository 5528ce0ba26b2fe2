using Khalti.Client;

namespace KhaltiCheckout.Model;

internal enum LedgerState
{
    /// <summary>Paid, and nothing refunded.</summary>
    Paid,
    RefundedInPart,
    RefundedInFull,

    /// <summary>Khalti contradicts itself or us, or says something that no rule knows.</summary>
    Unclear,

    /// <summary>Khalti could not be asked.</summary>
    Unanswered,
}

/// <summary>What a payment was made from, as far as Khalti says it.</summary>
internal enum PaymentChannel
{
    Unknown,
    Wallet,

    /// <summary>A refund needs a Khalti number to go to.</summary>
    Bank,
}

/// <summary>What Khalti's records say now of a payment that was paid.</summary>
/// <param name="State">What that means.</param>
/// <param name="RuleId">Which rule read it.</param>
/// <param name="Rule">What was said and how it was read: evidence for the timeline.</param>
/// <param name="Refunded">How much was refunded in all, where Khalti says it.</param>
/// <param name="Channel">What the payment was made from.</param>
internal sealed record LedgerSnapshot(
    LedgerState State, RuleId RuleId, string Rule, string? KhaltiState = null, Paisa? Refunded = null,
    PaymentChannel Channel = PaymentChannel.Unknown,
    TimeSpan? RetryAfter = null, bool Unauthorized = false)
{
    /// <summary>For the health of the gateway.</summary>
    internal Finding ToFinding() => new(
        State == LedgerState.Unanswered ? FindingKind.Unanswered : FindingKind.Undecided, RuleId, Rule, KhaltiState,
        RetryAfter: RetryAfter, Unauthorized: Unauthorized);
}
