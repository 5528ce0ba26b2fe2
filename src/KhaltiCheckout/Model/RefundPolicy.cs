using Khalti.Client;

namespace KhaltiCheckout.Model;

/// <summary>What Khalti's records mean for a refund whose answer was lost, and for a payment that was paid. Pure.</summary>
internal static class RefundPolicy
{
    // Some six minutes after the refund was sent.
    private const int ChecksBeforeEscalation = 4;

    /// <param name="refund">One that is open.</param>
    /// <param name="payment">Its payment.</param>
    /// <param name="ledger">What Khalti's records say of the payment.</param>
    /// <param name="by">Who asked.</param>
    /// <param name="now">When it is decided.</param>
    /// <param name="chance">0 to 1, spread evenly: the jitter of the next check.</param>
    internal static RefundTransition Decide(
        Refund refund, Payment payment, LedgerSnapshot ledger, Actor by, DateTimeOffset now, double chance)
    {
        bool isAnswered = ledger.State != LedgerState.Unanswered;
        bool isUnanswered = refund.Status == RefundStatus.Requested;
        RefundVerdict verdict = RefundRules.VerdictOn(refund, payment, ledger);
        return verdict switch
        {
            RefundVerdict.Done => new RefundTransition.Complete(ledger.RuleId, ledger.Rule, ledger.KhaltiState),
            RefundVerdict.NotSeen when isAnswered && !RefundRules.IsTooEarlyToFail(refund, now) =>
                new RefundTransition.Fail(RefundFailures.NotMade, RuleId.RefundNotSeen, ledger.Rule + ", again and again"),
            _ when by != Actor.Worker && refund.Checks > 0 => new RefundTransition.RecordCheck(MarkUnknown: isUnanswered),
            _ => new RefundTransition.ScheduleRetry(
                ledger.RuleId, ledger.Rule, CheckSchedule.Next(refund.Checks, ledger.RetryAfter, now, chance), MarkUnknown: isUnanswered,
                IsDenied: verdict == RefundVerdict.NotSeen, IsUnanswered: !isAnswered && ledger.RetryAfter is null,

                // Where the records cannot tell, asking again does not help: staff look at the dashboard.
                Escalate: !refund.PersonWasCalled && refund.Checks + 1
                    >= (isAnswered && verdict == RefundVerdict.CantTell ? ChecksBeforeEscalation : CheckSchedule.LastCheck)),
        };
    }

    /// <summary>Whether staff's word about an open refund is taken: not against Khalti's records, and that it was not made, not before
    /// Khalti has had time to make it.</summary>
    internal static ManualSettlementResult DecideManually(
        Refund refund, Payment payment, LedgerSnapshot ledger, bool completed, DateTimeOffset now) =>
        (RefundRules.VerdictOn(refund, payment, ledger), completed) switch
        {
            (RefundVerdict.NotSeen, true) or (RefundVerdict.Done, false) => ManualSettlementResult.Contradicted,
            (_, false) when RefundRules.IsYoung(refund, now) => ManualSettlementResult.TooEarly,
            _ => ManualSettlementResult.Taken,
        };

    /// <summary>Compares a paid payment with Khalti's records of it. While a refund of it is open, its own check does that.</summary>
    internal static LedgerCorrection Compare(Payment payment, LedgerSnapshot ledger)
    {
        if (payment.AmountReserved > Paisa.Zero || ledger.State == LedgerState.Unanswered || payment.AmountPaid is not { } paid
            || !RefundRules.CanBeCompared(payment))
        {
            return new LedgerCorrection.None();
        }

        if (RefundRules.Agree(payment, ledger))
        {
            return ledger.KhaltiState is { } state && state != payment.KhaltiState
                ? new LedgerCorrection.UpdateState(state)
                : new LedgerCorrection.None();
        }

        return ledger switch
        {
            { State: LedgerState.RefundedInFull or LedgerState.RefundedInPart, Refunded: { } sum } when sum > payment.AmountRefunded
                && sum <= paid =>
                new LedgerCorrection.AddRefund(sum - payment.AmountRefunded),
            { State: LedgerState.RefundedInPart, Refunded: null }
                when payment.Status is PaymentStatus.Completed or PaymentStatus.NeedsReview =>
                new LedgerCorrection.AddPartRefund(ledger.KhaltiState!),
            _ => new LedgerCorrection.ReportDifference(),
        };
    }
}
