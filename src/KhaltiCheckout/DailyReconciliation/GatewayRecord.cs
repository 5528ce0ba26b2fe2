using Khalti.Client;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>What Khalti says of one payment.</summary>
/// <param name="Moved">Whether the payer's money reached the merchant, whatever went back later.</param>
/// <param name="Books">What went back; null where no money moved.</param>
internal sealed record Fact(bool Moved, string StateName, Paisa? Amount, Paisa? Fee, string? TransactionId, LedgerSnapshot? Books, bool IsUnanswered = false)
{
    internal static readonly Fact Unanswered = new(false, "no answer", null, null, null, null, IsUnanswered: true);

    /// <summary>Khalti refuses the key: the next question would end the same way.</summary>
    internal static readonly Fact KeyRefused = Unanswered with { StateName = "key refused" };

    internal static readonly Fact NotKnown = new(false, "Khalti does not know it", null, null, null, null);

    internal static bool HasMoved(TransactionState state) =>
        state is TransactionState.Completed or TransactionState.Refunded or TransactionState.PartiallyRefunded;

    internal static Fact Of(Transaction record) => new(
        HasMoved(record.State), record.StateName, record.Amount, record.Fee, record.Id,
        HasMoved(record.State) ? LedgerReading.Of(record, refunded: null, record.Amount) : null);

    internal static Fact Of(EPayment looked, Payment payment)
    {
        bool moved = looked.Status is EPaymentStatus.Completed or EPaymentStatus.Refunded or EPaymentStatus.PartiallyRefunded;
        return new(
            moved, looked.StatusName, looked.TotalAmount, looked.Fee, looked.TransactionId,
            moved && payment.AmountPaid is not null ? LedgerReading.Of(looked, refunded: null, payment) : null);
    }
}

/// <summary>One payment in both books, and where they differ. Pure.</summary>
internal sealed record GatewayPayment(Payment Payment, Fact Fact)
{
    internal bool IsPaidHere => Payment is
    {
        AmountPaid: not null, Status: PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded,
    };

    /// <summary>A payment belongs to the day on which its money came here; one that is not paid here, to the day it was begun.</summary>
    internal bool IsOf(DateOnly day) => (Payment.CompletedOn ?? NepalTime.DayOf(Payment.CreatedAt)) == day;

    internal IEnumerable<DifferenceView> Differences(DateOnly day)
    {
        if (Fact.IsUnanswered)
        {
            yield break;
        }

        if (!IsPaidHere)
        {
            // Also of the days before: money may come late, and a day that was signed off is not compared again.
            if (Fact.Moved)
            {
                yield return Differ(
                    DifferenceKind.PaidAtKhaltiOnly, Said, Fact.StateName, null, Fact.Amount,
                    Payment.Status == PaymentStatus.NeedsReview ? MendingAction.LookAtOrder : MendingAction.CheckPayment);
            }

            yield break;
        }

        if (!Fact.Moved)
        {
            if (IsOf(day))
            {
                yield return Differ(DifferenceKind.PaidHereOnly, Said, Fact.StateName, Payment.AmountPaid, null, MendingAction.LookAtKhalti);
            }

            yield break;
        }

        Paisa paid = Payment.AmountPaid!.Value;
        if (Fact.Amount is { } amount && amount != paid)
        {
            if (IsOf(day))
            {
                yield return Differ(DifferenceKind.Amount, Said, Fact.StateName, paid, amount, MendingAction.LookAtKhalti);
            }

            yield break;
        }

        if (IsOf(day) && Fact.Fee is { } fee && fee != Payment.Fee)
        {
            yield return Differ(DifferenceKind.Fee, Said, Fact.StateName, Payment.Fee, fee, MendingAction.LookAtKhalti);
        }

        // While a refund is open, its own check finds out.
        if (Fact.Books is { State: not LedgerState.Unanswered } books && Payment.AmountReserved == Paisa.Zero && !RefundRules.Agree(Payment, books))
        {
            bool moreThere = books.State is LedgerState.RefundedInPart or LedgerState.RefundedInFull && !(books.Refunded < Payment.AmountRefunded);
            yield return Differ(
                DifferenceKind.Refund, $"{Said}, {Payment.AmountRefunded} given back", books.Rule, Payment.AmountRefunded, books.Refunded,
                moreThere ? MendingAction.CheckPayment : MendingAction.LookAtKhalti);
        }
    }

    private string Said => SnakeCase.Of(Payment.Status);

    private DifferenceView Differ(
        DifferenceKind kind, string here, string atKhalti, Paisa? amountHere, Paisa? amountAtKhalti, MendingAction action) =>
        new(kind, Payment.OrderId, Payment.Id, Payment.TransactionId ?? Fact.TransactionId, here, atKhalti, amountHere, amountAtKhalti, action);
}
