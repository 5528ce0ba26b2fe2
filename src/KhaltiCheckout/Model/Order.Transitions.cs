using System.Diagnostics;

namespace KhaltiCheckout.Model;

/// <summary>What was decided about Khalti's answers, carried out.</summary>
public sealed partial class Order
{
    internal void Apply(PaymentTransition transition, Payment payment, Actor by, DateTimeOffset now)
    {
        Finding finding = transition.Finding;
        switch (transition)
        {
            case PaymentTransition.Complete:
                Complete(payment, finding, by, now);
                break;
            case PaymentTransition.Decline decline:
                Decline(payment, finding, by, now, decline.FirstLateCheck);
                break;
            case PaymentTransition.HoldForReview hold:
                HoldForReview(payment, finding, by, now, hold.NextCheck);
                break;
            case PaymentTransition.CloseLink close:
                CloseLink(payment, close.Happened, finding, by, now, close.FirstLateCheck);
                break;
            case PaymentTransition.MarkPending pending:
                Reopen(payment, PaymentEvent.Pending, finding, by, now, pending.NextCheck);
                break;
            case PaymentTransition.MarkWaiting waiting:
                Reopen(payment, PaymentEvent.Waiting, finding, by, now, waiting.NextCheck);
                break;
            case PaymentTransition.ScheduleRetry retry:
                ScheduleRetry(payment, retry, by, now);
                break;
            case PaymentTransition.ReportRefund:
                Record(TimelineEvent.PaymentChecked, by, now, finding, payment);
                RaiseAttention(AttentionReason.RefundedAtKhalti, payment, now);
                payment.RecordCheckWithoutChange(finding, now);
                break;
            case PaymentTransition.RecordCheck:
                RecordCheckOfEnded(payment, finding, by, now);
                break;
            case PaymentTransition.EndLease:
                payment.EndLease();
                break;
            case PaymentTransition.Ignore:
                break;
            default:
                throw new UnreachableException();
        }
    }

    internal void Apply(RefundTransition transition, Refund refund, Payment payment, Actor by, DateTimeOffset now, string? keyName)
    {
        if (transition is RefundTransition.RecordCheck { MarkUnknown: true } or RefundTransition.ScheduleRetry { MarkUnknown: true })
        {
            MarkRefundUnknown(
                refund, RuleId.RefundUnheard, "the process that asked for it ended before the answer", by, now, now);
        }

        switch (transition)
        {
            case RefundTransition.Complete(var ruleId, var rule, var khaltiState):
                CompleteRefund(payment, refund, ruleId, rule, khaltiState, by, now, keyName);
                break;
            case RefundTransition.Fail(var failure, var ruleId, var rule):
                FailRefund(payment, refund, failure, ruleId, rule, by, now, keyName);
                break;
            case RefundTransition.RecordCheck:
                refund.RecordOutOfScheduleCheck();
                break;
            case RefundTransition.ScheduleRetry retry:
                refund.ScheduleRetry(retry.IsDenied, retry.IsUnanswered, retry.NextCheck);
                if (retry.Escalate)
                {
                    refund.Escalate();
                    Record(
                        TimelineEvent.RefundStillUnknown, by, now, TimelineFacts.Of(refund, retry.RuleId), $"{refund.Id}: {retry.Rule}",
                        payment.Id);
                    RaiseAttention(AttentionReason.Stuck, refund, now);
                }

                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <param name="correction">What is not recorded yet.</param>
    /// <param name="payment">The payment that was compared.</param>
    /// <param name="ledger">What Khalti's records say of it.</param>
    /// <param name="by">Who asked.</param>
    /// <param name="now">When it is recorded.</param>
    /// <param name="keyName">The name of the API key that asked.</param>
    /// <param name="reportDifference">Whether staff are told of records that cannot be brought together.</param>
    internal void Apply(
        LedgerCorrection correction, Payment payment, LedgerSnapshot ledger, Actor by, DateTimeOffset now, string? keyName,
        bool reportDifference = true)
    {
        switch (correction)
        {
            case LedgerCorrection.UpdateState(var khaltiState):
                payment.RecordKhaltiState(khaltiState);
                break;
            case LedgerCorrection.AddRefund(var amount):
                RecordFoundRefund(payment, amount, ledger.RuleId, ledger.Rule, ledger.KhaltiState, by, now, keyName);
                break;
            case LedgerCorrection.AddPartRefund(var khaltiState):
                RecordPartRefund(payment, ledger.RuleId, ledger.Rule, khaltiState, by, now, keyName);
                break;
            case LedgerCorrection.ReportDifference when reportDifference:
                string here = $"here {(long)payment.AmountRefunded} of {(long)payment.AmountPaid!.Value} paisa were refunded";
                TimelineFacts facts = TimelineFacts.Of(ledger.RuleId, ledger.KhaltiState) with
                {
                    Amount = payment.AmountPaid,
                    Refunded = payment.AmountRefunded,
                };
                Record(TimelineEvent.KhaltiDiffers, by, now, facts, $"{ledger.Rule}; {here}", payment.Id, keyName);
                RaiseAttention(AttentionReason.UnknownState, payment, now);
                break;
        }
    }

    private void ScheduleRetry(Payment payment, PaymentTransition.ScheduleRetry retry, Actor by, DateTimeOffset now)
    {
        if (retry.RecordUnknown)
        {
            Record(TimelineEvent.PaymentOutcomeUnknown, by, now, retry.Finding, payment);
        }

        if (retry is { IsOutOfSchedule: true, NextCheck: { } next })
        {
            payment.RecordOutOfScheduleCheck(retry.Finding, now, next);
        }
        else
        {
            payment.ScheduleRetry(retry.Finding, now, retry.NextCheck);
        }

        if (retry.Escalate)
        {
            Record(TimelineEvent.PaymentStillUnknown, by, now, retry.Finding, payment);
            RaiseAttention(AttentionReason.Stuck, payment, now);
        }
    }
}
