using Khalti.Client;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>One payment here and at Khalti, and where the two differ. Pure.</summary>
internal sealed record ComparedPayment(Payment Payment, GatewayRecord Record)
{
    internal bool IsPaidHere => Payment is
    {
        AmountPaid: not null, Status: PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded,
    };

    /// <summary>A payment belongs to the day on which its money came here; one that is not paid here, to the day it was begun.</summary>
    internal bool IsOf(DateOnly day) => (Payment.CompletedOn ?? NepalTime.DayOf(Payment.CreatedAt)) == day;

    internal IEnumerable<DifferenceView> Differences(DateOnly day)
    {
        if (Record.IsUnanswered)
        {
            yield break;
        }

        if (!IsPaidHere)
        {
            // Also of the days before: money may come late, and a day that was signed off is not compared again.
            if (Record.Moved)
            {
                yield return Differ(
                    DifferenceKind.PaidAtKhaltiOnly, Said, Record.StateName, null, Record.Amount,
                    Payment.Status == PaymentStatus.NeedsReview ? MendingAction.LookAtOrder : MendingAction.CheckPayment);
            }

            yield break;
        }

        if (!Record.Moved)
        {
            if (IsOf(day))
            {
                yield return Differ(
                    DifferenceKind.PaidHereOnly, Said, Record.StateName, Payment.AmountPaid, null, MendingAction.LookAtKhalti);
            }

            yield break;
        }

        Paisa paid = Payment.AmountPaid!.Value;
        if (Record.Amount is { } amount && amount != paid)
        {
            if (IsOf(day))
            {
                yield return Differ(DifferenceKind.Amount, Said, Record.StateName, paid, amount, MendingAction.LookAtKhalti);
            }

            yield break;
        }

        if (IsOf(day) && Record.Fee is { } fee && fee != Payment.Fee)
        {
            yield return Differ(DifferenceKind.Fee, Said, Record.StateName, Payment.Fee, fee, MendingAction.LookAtKhalti);
        }

        // While a refund is open, its own check finds out.
        if (Record.Ledger is { State: not LedgerState.Unanswered } ledger && Payment.AmountReserved == Paisa.Zero
            && !RefundRules.Agree(Payment, ledger))
        {
            bool moreThere = ledger.State is LedgerState.RefundedInPart or LedgerState.RefundedInFull
                && !(ledger.Refunded < Payment.AmountRefunded);
            yield return Differ(
                DifferenceKind.Refund, $"{Said}, {Payment.AmountRefunded} refunded", ledger.Rule, Payment.AmountRefunded, ledger.Refunded,
                moreThere ? MendingAction.CheckPayment : MendingAction.LookAtKhalti);
        }
    }

    private string Said => SnakeCase.Of(Payment.Status);

    private DifferenceView Differ(
        DifferenceKind kind, string here, string atKhalti, Paisa? amountHere, Paisa? amountAtKhalti, MendingAction action) =>
        new(kind, Payment.OrderId, Payment.Id, Payment.TransactionId
            ?? Record.TransactionId, here, atKhalti, amountHere, amountAtKhalti, action);
}
