using Khalti.Client;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Model;

/// <summary>What happens to an order after the sale.</summary>
public sealed partial class Order
{
    /// <summary>Keeps the money for a refund that Khalti is about to be asked for.</summary>
    internal Refund StartRefund(Payment payment, Paisa amount, RefundCommand command, DateTimeOffset now, TimeSpan lease)
    {
        Refund refund = Refund.Requested(payment, amount, command, now, lease);
        payment.Reserve(amount);
        _refunds.Add(refund);
        Record(
            TimelineEvent.RefundRequested, Actor.Merchant, now, TimelineFacts.Of(refund), About(refund, command.Reason), payment.Id,
            command.KeyName);
        return refund;
    }

    internal void CompleteRefund(
        Payment payment, Refund refund, RuleId ruleId, string rule, string? khaltiState, Actor by, DateTimeOffset now,
        string? keyName = null)
    {
        refund.Complete(now);
        payment.RecordRefunded(refund.Amount, reserved: refund.Amount, khaltiState);
        Record(
            TimelineEvent.RefundCompleted, by, now, TimelineFacts.Of(refund, ruleId, khaltiState), About(refund, rule), payment.Id,
            keyName);
        ClearAttention(AttentionReason.Stuck, refund, now);
        CountRefunds(refund, now);
    }

    /// <summary>The money stays where it is and may be refunded by another refund.</summary>
    internal void FailRefund(
        Payment payment, Refund refund, string failure, RuleId ruleId, string rule, Actor by, DateTimeOffset now,
        string? keyName = null)
    {
        refund.Fail(failure);
        payment.ReleaseReservation(refund.Amount);
        Record(
            TimelineEvent.RefundFailed, by, now, TimelineFacts.Of(refund, ruleId) with { Failure = failure },
            About(refund, $"{failure}, {rule}"), payment.Id, keyName);
        ClearAttention(AttentionReason.Stuck, refund, now);
        if (IsHeldWithoutReason(payment))
        {
            RaiseAttention(AttentionReason.UnknownState, payment, now);
        }
    }

    internal void MarkRefundUnknown(
        Refund refund, RuleId ruleId, string rule, Actor by, DateTimeOffset now, DateTimeOffset next)
    {
        refund.MarkUnknown(next);
        Record(TimelineEvent.RefundUnknown, by, now, TimelineFacts.Of(refund, ruleId), About(refund, rule), refund.PaymentId);
    }

    /// <summary>Money that Khalti refunded without a request of ours.</summary>
    internal Refund RecordFoundRefund(
        Payment payment, Paisa amount, RuleId ruleId, string rule, string? khaltiState, Actor by, DateTimeOffset now,
        string? keyName = null)
    {
        Refund refund = Refund.Found(payment, amount, rule, keyName, now);
        _refunds.Add(refund);
        payment.RecordRefunded(amount, reserved: Paisa.Zero, khaltiState);
        Record(TimelineEvent.RefundFound, by, now, TimelineFacts.Of(refund, ruleId, khaltiState), About(refund, rule), payment.Id, keyName);
        CountRefunds(refund, now);

        // That a part went back of which Khalti did not say how much is told by this refund now.
        ClearAttention(AttentionReason.RefundedAtKhalti, payment, now);
        RaiseAttention(AttentionReason.RefundedAtKhalti, refund, now);
        return refund;
    }

    /// <summary>Khalti refunded a part without a request of ours, and does not say how much: a person has to.</summary>
    internal void RecordPartRefund(
        Payment payment, RuleId ruleId, string rule, string khaltiState, Actor by, DateTimeOffset now, string? keyName)
    {
        payment.RecordPartialRefund(khaltiState);
        Record(
            TimelineEvent.RefundFound, by, now, TimelineFacts.Of(ruleId, khaltiState), rule + "; how much, Khalti did not say", payment.Id,
            keyName);
        bool othersPaidForIt = _payments.Exists(other => other != payment && other.Status == PaymentStatus.Completed);
        if (Status.After(OrderEvent.PartOfItRefunded) is { } status && payment.CompletedAt is not null && !othersPaidForIt)
        {
            Status = status;
        }

        RaiseAttention(AttentionReason.RefundedAtKhalti, payment, now);
    }

    // Money of it that Khalti still has, or may be refunding now, has to be settled first.
    private static bool CanBeClosed(Payment payment, bool closePayments) => payment.AmountReserved == Paisa.Zero
        && (IsGivenBackAtKhalti(payment)
            || (!RefundRules.CanBeRefunded(payment)
                && (closePayments || payment.MoneyAtGateway is not (GatewayMoney.Paid or GatewayMoney.PartiallyRefunded))));

    private static bool IsGivenBackAtKhalti(Payment payment) =>
        payment.AmountPaid is not null && payment.MoneyAtGateway == GatewayMoney.Refunded;

    // What Khalti said of it, no rule could settle: the person who looked decides.
    private void Close(Payment payment, string note, string? keyName, DateTimeOffset now)
    {
        if (IsGivenBackAtKhalti(payment))
        {
            Paisa paid = payment.AmountPaid!.Value;
            _refunds.Add(Refund.Found(payment, paid, note, keyName, now));
            payment.RecordRefunded(paid, reserved: Paisa.Zero, payment.KhaltiState);
        }
        else
        {
            // What Khalti has not settled yet, it may settle later.
            bool isSettled = payment.MoneyAtGateway != GatewayMoney.Unknown;
            payment.Close(note, isSettled ? null : CheckSchedule.FirstLateCheck(payment, Failures.ClosedByMerchant, now));
        }

        string status = SnakeCase.Of(payment.Status);
        Record(TimelineEvent.PaymentClosed, Actor.Merchant, now, new TimelineFacts(Status: status), $"now {status}", payment.Id, keyName);
    }

    /// <summary>What the shopper has got back of this order. Of an order that was paid twice, what
    /// was paid too much is not part of that.</summary>
    private void CountRefunds(Refund refund, DateTimeOffset now)
    {
        Paisa kept = Paisa.Zero;
        foreach (Payment payment in _payments.Where(payment => payment.CompletedAt is not null))
        {
            kept += payment.AmountPaid!.Value - payment.AmountRefunded;
        }

        Paisa refunded = kept >= Amount || PaidAt is null ? Paisa.Zero : Amount - kept;
        if (refunded <= AmountRefunded)
        {
            return;
        }

        refund.TakeOffOrder(refunded - AmountRefunded);
        AmountRefunded = refunded;
        bool all = refunded == Amount;
        Apply(
            all ? OrderEvent.AllOfItRefunded : OrderEvent.PartOfItRefunded,
            all ? TimelineEvent.OrderRefunded : TimelineEvent.OrderPartiallyRefunded, Actor.Worker, now,
            new TimelineFacts(Amount: Amount, Refunded: refunded), $"{(long)refunded} of {(long)Amount} paisa");
    }

    private static string About(Refund refund, string? why) =>
        $"{refund.Id}, {(long)refund.Amount} paisa{(why is null ? "" : ": " + why)}";
}
