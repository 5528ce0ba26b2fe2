using Khalti.Client;
using KhaltiCheckout.Shared;

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

    /// <summary>ePayment: nobody paid in time.</summary>
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

/// <summary>
/// What an answer of Khalti means for one payment. Pure: the answer and the facts come in, the meaning comes out
/// (the table is "What a careful merchant does in every state").
/// </summary>
/// <param name="Rule">Which rule decided, with what was expected and said: evidence for the timeline.</param>
/// <param name="AmountPaid">What Khalti says was paid, where it has been.</param>
/// <param name="Failure">A stable word for a declined payment.</param>
/// <param name="IsNotFound">Khalti does not know the payment, or says the payer has not confirmed: no money has moved, if that is
/// still true later.</param>
/// <param name="AskOn">A contradiction that Khalti itself may clear up: it is asked on, while a person looks.</param>
public sealed record Finding(
    FindingKind Kind,
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
    bool AskOn = false)
{
    /// <summary>When Khalti was asked, for an answer that took a while; null where that does not matter.</summary>
    internal DateTimeOffset? AskedAt { get; init; }

    /// <summary>What a transaction record means for a payment of <paramref name="expected"/>.</summary>
    internal static Finding In(Transaction transaction, Paisa expected, string orderId)
    {
        string said = $"Khalti said {transaction.StateName}, {(long)transaction.Amount} paisa";
        Finding finding = new(FindingKind.Contradicted, said, transaction.StateName, transaction.Id, transaction.Fee, transaction.Amount);
        return transaction switch
        {
            { State: TransactionState.Refunded or TransactionState.PartiallyRefunded } or { Refunded: true } =>
                finding with { Attention = AttentionReason.RefundedAtKhalti, Rule = said + "; the money was given back before we knew of it" },
            { State: TransactionState.Completed } when transaction.Amount != expected =>
                finding with { Attention = AttentionReason.AmountConflict, Rule = $"{said}; the order costs {(long)expected}" },
            { State: TransactionState.Completed, ProductIdentity: { } product } when product != orderId =>
                finding with { Attention = AttentionReason.UnknownState, Rule = $"{said}; the payment was made for another product identity" },
            { State: TransactionState.Completed } => finding with { Kind = FindingKind.Completed, Rule = said + ", as expected" },
            { State: TransactionState.Failed or TransactionState.Disabled } =>
                finding with { Kind = FindingKind.Declined, AmountPaid = null, Failure = Failures.FailedAtKhalti },
            { State: TransactionState.Initiated or TransactionState.Confirmed } =>
                Without(finding) with { Kind = FindingKind.Undecided },
            _ => finding with { AmountPaid = null, Attention = AttentionReason.UnknownState, Rule = said + "; no rule knows this state" },
        };
    }

    /// <summary>What a status answer means. Completed and Confirmed are for the caller to follow up with verify.</summary>
    /// <param name="patient">Whether it is too early to believe that Khalti does not know the payment.</param>
    internal static Finding In(TransactionStatus status, bool patient)
    {
        string said = $"Khalti's status said {status.StateName}";
        Finding finding = new(FindingKind.Undecided, said, status.StateName);
        return status.State switch
        {
            TransactionState.Completed => finding with { Kind = FindingKind.Completed, Rule = said + " for this token and amount" },
            TransactionState.Confirmed => finding,
            TransactionState.Initiated or TransactionState.NotFound when patient => finding with { IsNotFound = true },
            TransactionState.Initiated or TransactionState.NotFound =>
                finding with { Kind = FindingKind.Declined, Rule = said + ", again and again", Failure = Failures.NeverConfirmed },
            TransactionState.Failed or TransactionState.Disabled =>
                finding with { Kind = FindingKind.Declined, Failure = Failures.FailedAtKhalti },
            TransactionState.Refunded or TransactionState.PartiallyRefunded =>
                finding with { Kind = FindingKind.Contradicted, Attention = AttentionReason.RefundedAtKhalti },
            _ => finding with { Kind = FindingKind.Contradicted, Attention = AttentionReason.UnknownState, Rule = said + "; no rule knows this state" },
        };
    }

    /// <summary>What a lookup means for a payment link of <paramref name="expected"/>.</summary>
    /// <param name="overdue">Whether the link should have expired a good while ago.</param>
    internal static Finding In(EPayment looked, Paisa expected, bool overdue)
    {
        string said = $"Khalti said {looked.StatusName}, {(looked.TotalAmount is { } amount ? $"{(long)amount} paisa" : "no amount")}";
        Finding finding = new(FindingKind.Contradicted, said, looked.StatusName, looked.TransactionId, looked.Fee, looked.TotalAmount);
        return looked switch
        {
            { Status: EPaymentStatus.Refunded or EPaymentStatus.PartiallyRefunded } =>
                finding with { Attention = AttentionReason.RefundedAtKhalti, Rule = said + "; the money was given back before we knew of it" },
            { Status: EPaymentStatus.Completed, Refunded: true } =>
                finding with { Attention = AttentionReason.RefundedAtKhalti, AskOn = true, Rule = said + ", and that the money was given back" },
            { Status: EPaymentStatus.Completed, TransactionId: null } =>
                finding with { Attention = AttentionReason.UnknownState, AskOn = true, Rule = said + "; it named no transaction" },
            { Status: EPaymentStatus.Completed } when looked.TotalAmount != expected =>
                finding with { Attention = AttentionReason.AmountConflict, Rule = $"{said}; the order costs {(long)expected}" },
            { Status: EPaymentStatus.Completed } => finding with { Kind = FindingKind.Completed, Rule = said + ", as expected" },
            { Status: EPaymentStatus.Failed } => Without(finding) with { Kind = FindingKind.Declined, Failure = Failures.FailedAtKhalti },
            { Status: EPaymentStatus.UserCanceled } => Without(finding) with { Kind = FindingKind.Cancelled },
            { Status: EPaymentStatus.Expired } => Without(finding) with { Kind = FindingKind.Expired },
            { Status: EPaymentStatus.Pending } => Without(finding) with { Kind = FindingKind.Pending },
            { Status: EPaymentStatus.Initiated } when overdue =>
                Without(finding) with { Kind = FindingKind.Expired, Rule = said + ", long after the link's time was over" },
            { Status: EPaymentStatus.Initiated } => Without(finding) with { Kind = FindingKind.Waiting },
            _ => Without(finding) with { Attention = AttentionReason.UnknownState, AskOn = true, Rule = said + "; no rule knows this status" },
        };
    }

    // Khalti has named a transaction for payments that were not completed: nothing to rely on.
    private static Finding Without(Finding finding) => finding with { TransactionId = null, Fee = null, AmountPaid = null };

    internal static Finding RefusedBy(Refusal refusal) =>
        new(FindingKind.Declined, $"Khalti refused: {refusal}", Failure: Failures.RefusedByKhalti);

    internal static Finding NoLink(string why) => new(FindingKind.Declined, why + ": nobody has it, so nobody can pay it", Failure: Failures.NoLink);

    internal static Finding Lost<T>(Reply<T>.Unknown reply) =>
        new(
            FindingKind.Unanswered, $"no answer from Khalti: {SnakeCase.Of(reply.Why)}{(reply.StatusCode is { } code ? $", HTTP {code}" : "")}",
            RetryAfter: reply.RetryAfter, Unauthorized: reply.Why == UnknownReason.Unauthorized);
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

    /// <summary>Khalti was asked for a payment link and its answer was lost: nobody has the link, so nobody can pay it.</summary>
    internal const string NoLink = "no_link";
}
