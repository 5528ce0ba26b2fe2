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
                Tell("payment_checked", by, now, finding.Rule, payment.Id);
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

    private void ScheduleRetry(Payment payment, PaymentTransition.ScheduleRetry retry, Actor by, DateTimeOffset now)
    {
        if (retry.RecordUnknown)
        {
            Tell("payment_outcome_unknown", by, now, retry.Finding.Rule, payment.Id);
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
            Tell("payment_still_unknown", by, now, retry.Finding.Rule, payment.Id);
            RaiseAttention(AttentionReason.Stuck, payment, now);
        }
    }
}
