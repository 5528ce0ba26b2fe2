using Khalti.Client;

namespace KhaltiCheckout.Model;

internal enum RefundVerdict
{
    /// <summary>The money went back.</summary>
    Done,

    /// <summary>Khalti's books do not show it; they may be slow.</summary>
    NotSeen,

    /// <summary>They show something that does not tell.</summary>
    CantTell,
}

/// <summary>What Khalti's books mean for a refund whose answer was lost, and whether they agree with ours. Pure.</summary>
internal static class RefundRules
{
    // Longer than for payments: money that is believed to have stayed may be refunded a second time.
    private const int DenialsBelieved = 3;

    private static readonly TimeSpan GracePeriod = TimeSpan.FromMinutes(15);

    /// <summary>The state says what happened when only this refund can have led to it: of several parts it does not.</summary>
    internal static RefundVerdict VerdictOn(Refund refund, Payment payment, LedgerSnapshot books)
    {
        Paisa after = refund.RefundedBefore + refund.Amount;
        return books switch
        {
            { State: LedgerState.RefundedInFull } => RefundVerdict.Done,
            { State: LedgerState.RefundedInPart, Refunded: { } sum } =>
                sum >= after ? RefundVerdict.Done : sum <= refund.RefundedBefore ? RefundVerdict.NotSeen : RefundVerdict.CantTell,
            { State: LedgerState.RefundedInPart } when refund.TakesAllOf(payment) => RefundVerdict.NotSeen,
            { State: LedgerState.RefundedInPart } when refund.RefundedBefore == Paisa.Zero => RefundVerdict.Done,
            { State: LedgerState.Paid } when refund.RefundedBefore == Paisa.Zero => RefundVerdict.NotSeen,
            _ => RefundVerdict.CantTell,
        };
    }

    /// <summary>Whether it is too early to believe that a refund did not happen.</summary>
    internal static bool IsTooEarlyToFail(Refund refund, DateTimeOffset now) =>
        refund.Denials + 1 < DenialsBelieved || IsYoung(refund, now);

    /// <summary>Whether Khalti may still be carrying it out.</summary>
    internal static bool IsYoung(Refund refund, DateTimeOffset now) => now - refund.CreatedAt < GracePeriod;

    /// <summary>Whether more money of the payment may be refunded: it came, and all that Khalti refunded so far is known.</summary>
    internal static bool CanBeRefunded(Payment payment) =>
        payment is { TransactionId: not null, AmountPaid: { } paid } && paid > Paisa.Zero
        && payment.Status switch
        {
            PaymentStatus.Completed => true,
            PaymentStatus.PartiallyRefunded => payment.AmountRefunded > Paisa.Zero,

            // Money that came otherwise than expected: Khalti has it as completed, we as paying no order.
            PaymentStatus.NeedsReview => payment.MoneyAtGateway == GatewayMoney.Paid,
            _ => false,
        };

    /// <summary>Whether money came with it and Khalti's books can be compared with ours.</summary>
    internal static bool CanBeCompared(Payment payment) =>
        payment is
        {
            TransactionId: not null, AmountPaid: not null, Status: PaymentStatus.Completed or PaymentStatus.PartiallyRefunded
            or PaymentStatus.Refunded or PaymentStatus.NeedsReview
        };

    /// <summary>Whether Khalti's books and ours agree about what was refunded.</summary>
    internal static bool Agree(Payment payment, LedgerSnapshot books) => books switch
    {
        { State: LedgerState.Paid } => payment.AmountRefunded == Paisa.Zero && payment.Status != PaymentStatus.PartiallyRefunded,
        { State: LedgerState.RefundedInFull } => payment.AmountRefunded == payment.AmountPaid,
        { State: LedgerState.RefundedInPart, Refunded: { } sum } => payment.AmountRefunded == sum,
        { State: LedgerState.RefundedInPart } => payment.Status == PaymentStatus.PartiallyRefunded,
        _ => false,
    };
}
