using Khalti.Client;

namespace KhaltiCheckout.Model;

public enum FindingKind
{
    /// <summary>The money has moved, exactly the order's amount.</summary>
    Completed,

    /// <summary>No money has moved and none will.</summary>
    Declined,

    /// <summary>Khalti contradicts what we know.</summary>
    Contradicted,

    /// <summary>ePayment: the payer turned back.</summary>
    Cancelled,

    /// <summary>ePayment: not paid in time.</summary>
    Expired,

    /// <summary>ePayment: under way at Khalti.</summary>
    Pending,

    /// <summary>ePayment: the link can still be paid.</summary>
    Waiting,

    /// <summary>Not known yet: ask again.</summary>
    Undecided,

    /// <summary>Khalti could not be asked: nothing learned, ask again.</summary>
    Unanswered,
}

/// <summary>What an answer of Khalti means for one payment. The gateway reads the answer;
/// <see cref="PaymentPolicy"/> decides by it.</summary>
/// <param name="RuleId">Which rule decided.</param>
/// <param name="Rule">The same as a sentence, with what was expected and said: evidence for the timeline.</param>
/// <param name="AmountPaid">What Khalti says was paid, where it has been.</param>
/// <param name="Failure">A stable word for a declined payment.</param>
/// <param name="IsNotFound">Khalti does not know the payment, or says the payer has not confirmed: no money has moved, if that is
/// still true later.</param>
/// <param name="AskOn">A contradiction that Khalti itself may clear up: it is asked on, while staff look.</param>
/// <param name="IsPayable">Khalti would still take money by this link.</param>
public sealed record Finding(
    FindingKind Kind,
    RuleId RuleId,
    string Rule,
    string? KhaltiState = null,
    string? TransactionId = null,
    Paisa? Fee = null,
    Paisa? AmountPaid = null,
    AttentionReason? Attention = null,
    string? Failure = null,
    TimeSpan? RetryAfter = null,
    bool Unauthorized = false,
    bool IsNotFound = false,
    bool AskOn = false,
    bool IsPayable = false)
{
    /// <summary>When Khalti was asked, for an answer that took a while; null where that does not matter.</summary>
    internal DateTimeOffset? AskedAt { get; init; }

    /// <summary>Whether Khalti has said for certain that no money of the payment has moved so far.</summary>
    internal bool SaysNoMoneyMoved =>
        Kind is FindingKind.Declined or FindingKind.Cancelled or FindingKind.Expired or FindingKind.Waiting
        || (Kind == FindingKind.Undecided && RuleId is RuleId.Confirmed or RuleId.NotVerifiedYet);

    internal static Finding NoLink(string why) =>
        new(FindingKind.Declined, RuleId.NoLink, why + ": it was given to no one, so it cannot be paid", Failure: Failures.NoLink);
}

/// <summary>The words of a payment's <c>failure</c>.</summary>
internal static class Failures
{
    /// <summary>Khalti's verify said no: an unknown or unconfirmed token, another merchant's, or another amount's.</summary>
    internal const string RefusedByKhalti = "refused_by_khalti";

    /// <summary>Khalti's own state is Failed or Disabled.</summary>
    internal const string FailedAtKhalti = "failed_at_khalti";

    /// <summary>Khalti said several times, over some while, that the payer had not confirmed or that it knows of no such payment.</summary>
    internal const string NeverConfirmed = "never_confirmed";

    /// <summary>Khalti said of it what no rule could settle, and a person has looked.</summary>
    internal const string ClosedByMerchant = "closed_by_merchant";

    /// <summary>The payer had confirmed, but the order could not be paid any more: verify was not called, so no money moved.</summary>
    internal const string NotCharged = "not_charged";

    /// <summary>Khalti was asked for a payment link and its answer was lost: the link was given to no one, so it cannot be paid.</summary>
    internal const string NoLink = "no_link";
}
