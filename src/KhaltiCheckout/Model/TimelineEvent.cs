using static KhaltiCheckout.Model.TimelineEvent;

namespace KhaltiCheckout.Model;

/// <summary>All that can happen to an order: the words of the timeline's <c>what</c>.</summary>
public enum TimelineEvent
{
    OrderPlaced,
    OrderExpired,
    OrderCancelled,
    OrderPartiallyRefunded,
    OrderRefunded,
    AmountMismatch,
    TokenOfAnotherOrder,
    PaymentVerifying,
    PaymentLinkRequested,
    PaymentLinkReady,
    PaymentLinkUnused,
    PaymentPending,
    PaymentWaiting,
    PaymentCompleted,
    PaymentCompletedAgain,
    PaymentFailed,
    PaymentCancelled,
    PaymentExpired,
    PaymentHeld,
    PaymentChecked,
    PaymentOutcomeUnknown,
    PaymentStillUnknown,
    PaymentClosed,
    RefundRequested,
    RefundCompleted,
    RefundFailed,
    RefundUnknown,
    RefundStillUnknown,
    RefundFound,
    KhaltiDiffers,
    TransactionMatched,
    TransactionUnmatched,
    BooksDiffer,
    CheckRequested,
    CheckUnanswered,
    Attention,
    Resolved,
}

/// <summary>Which facts each event always carries, by their names on the wire. Others may stand beside them.</summary>
internal static class TimelineVocabulary
{
    internal static IReadOnlyList<string> FactsOf(TimelineEvent what) => what switch
    {
        OrderPlaced => ["lines", "amount"],
        OrderExpired or PaymentLinkReady or PaymentLinkUnused => ["deadline"],
        OrderPartiallyRefunded or OrderRefunded => ["amount", "refunded"],
        AmountMismatch => ["expected", "posted"],
        TokenOfAnotherOrder => ["otherPaymentId"],
        PaymentVerifying or PaymentLinkRequested => ["method", "amount"],
        PaymentCompleted or PaymentCompletedAgain => ["rule", "amount"],
        PaymentFailed => ["rule", "failure"],
        PaymentHeld => ["rule", "expected"],
        PaymentPending or PaymentWaiting or PaymentCancelled or PaymentExpired or PaymentChecked or PaymentOutcomeUnknown
            or PaymentStillUnknown => ["rule"],
        PaymentClosed => ["status"],
        RefundRequested => ["refundId", "amount"],
        RefundCompleted or RefundUnknown or RefundStillUnknown => ["refundId", "amount", "rule"],
        RefundFailed => ["refundId", "amount", "rule", "failure"],

        // Of a part of which Khalti does not say how much there is no refund.
        RefundFound => ["rule"],
        KhaltiDiffers => ["rule", "amount", "refunded"],
        TransactionMatched or TransactionUnmatched => ["rule", "amount", "transactionId"],
        BooksDiffer => ["rule", "day"],
        Attention => ["reason"],
        OrderCancelled or CheckRequested or CheckUnanswered or Resolved => [],
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
