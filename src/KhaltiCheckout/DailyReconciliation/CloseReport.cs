using Khalti.Client;

namespace KhaltiCheckout.DailyReconciliation;

public enum DifferenceKind
{
    /// <summary>Khalti has the money of a payment that is not paid here.</summary>
    PaidAtKhaltiOnly,

    /// <summary>Paid here, and Khalti does not know it as paid.</summary>
    PaidHereOnly,

    /// <summary>Paid in both, with another amount.</summary>
    Amount,

    /// <summary>Refunded in one and not, or not as much, in the other.</summary>
    Refund,

    /// <summary>Khalti took another fee than it said when the payment was made.</summary>
    Fee,
}

/// <summary>What mends a difference.</summary>
public enum MendingAction
{
    /// <summary>Ask Khalti about the payment: <c>POST /api/v1/admin/payments/{id}/check</c> brings the order to what Khalti says.</summary>
    CheckPayment,

    /// <summary>A person decides on the order's page; the timeline tells why.</summary>
    LookAtOrder,

    /// <summary>A person looks into Khalti's dashboard and asks Khalti: no call of the API mends it.</summary>
    LookAtKhalti,
}

/// <summary>One thing about which Khalti's books and ours do not agree.</summary>
/// <param name="Here">In our words.</param>
/// <param name="AtKhalti">In Khalti's words.</param>
/// <param name="AmountHere">Paisa; null where there is none.</param>
/// <param name="AmountAtKhalti">Paisa; null where there is none or Khalti does not say.</param>
public sealed record DifferenceView(
    DifferenceKind Kind,
    string? OrderId,
    string? PaymentId,
    string? TransactionId,
    string Here,
    string AtKhalti,
    Paisa? AmountHere,
    Paisa? AmountAtKhalti,
    MendingAction Action);

/// <summary>What a day's payments come to.</summary>
/// <param name="Amount">Paisa.</param>
/// <param name="Fees">Paisa.</param>
public sealed record CloseTotals(int Payments, Paisa Amount, Paisa Fees)
{
    internal static CloseTotals None => new(0, Paisa.Zero, Paisa.Zero);

    internal CloseTotals And(Paisa amount, Paisa? fee) => new(Payments + 1, Amount + amount, Fees + (fee ?? Paisa.Zero));
}

/// <summary>What a comparison found. Kept as it is.</summary>
/// <param name="Here">The payments of the day as we have them.</param>
/// <param name="AtKhalti">The same payments as Khalti has them.</param>
/// <param name="LookedBackTo">The first day whose refunds were compared.</param>
/// <param name="OpenPayments">Payments up to that day whose outcome is not known.</param>
/// <param name="OpenRefunds">Refunds up to that day whose outcome is not known.</param>
/// <param name="LeftOut">What of the day could not be compared, in a sentence each. Empty: the day is whole.</param>
/// <param name="LeftOutRecords">Those of <c>leftOut</c> that are one record each, which may stay unread however often the day is compared.
/// When there are no others, the day can be signed off by naming them.</param>
/// <param name="NotLookedBackAt">What of the days before could not be.</param>
public sealed record CloseReport(
    CloseTotals Here, CloseTotals AtKhalti, DateOnly LookedBackTo, int OpenPayments, int OpenRefunds, IReadOnlyList<string> LeftOut,
    IReadOnlyList<string> LeftOutRecords, IReadOnlyList<string> NotLookedBackAt, IReadOnlyList<DifferenceView> Differences)
{
    /// <summary>Whether somebody should say something about it before it is signed off.</summary>
    internal bool WantsNote =>
        LeftOut.Count > 0 || Differences.Count > 0 || NotLookedBackAt.Count > 0 || OpenPayments > 0 || OpenRefunds > 0;
}
