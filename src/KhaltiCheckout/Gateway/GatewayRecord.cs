using Khalti.Client;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Gateway;

/// <summary>What Khalti says of one payment.</summary>
/// <param name="Moved">Whether the payer's money reached the merchant, whatever was refunded later.</param>
/// <param name="StateName">Khalti's own word for its state.</param>
/// <param name="Amount">What was paid, where Khalti says it.</param>
/// <param name="Fee">Khalti's fee, where it says it.</param>
/// <param name="TransactionId">Khalti's id of the transaction.</param>
/// <param name="Ledger">What was refunded; null where no money moved.</param>
/// <param name="IsUnanswered">Khalti did not say anything.</param>
internal sealed record GatewayRecord(
    bool Moved, string StateName, Paisa? Amount, Paisa? Fee, string? TransactionId, LedgerSnapshot? Ledger, bool IsUnanswered = false)
{
    internal static readonly GatewayRecord Unanswered = new(false, "no answer", null, null, null, null, IsUnanswered: true);

    /// <summary>Khalti refuses the key: the next question would end the same way.</summary>
    internal static readonly GatewayRecord KeyRefused = Unanswered with { StateName = "key refused" };

    internal static readonly GatewayRecord NotKnown = new(false, "Khalti does not know it", null, null, null, null);

    private static bool HasMoved(TransactionState state) =>
        state is TransactionState.Completed or TransactionState.Refunded or TransactionState.PartiallyRefunded;

    internal static GatewayRecord Of(Transaction record) => new(
        HasMoved(record.State), record.StateName, record.Amount, record.Fee, record.Id,
        HasMoved(record.State) ? LedgerReading.Of(record, refunded: null, record.Amount) : null);

    internal static GatewayRecord Of(EPayment looked, Payment payment)
    {
        bool moved = looked.Status is EPaymentStatus.Completed or EPaymentStatus.Refunded or EPaymentStatus.PartiallyRefunded;
        return new(
            moved, looked.StatusName, looked.TotalAmount, looked.Fee, looked.TransactionId,
            moved && payment.AmountPaid is not null ? LedgerReading.Of(looked, refunded: null, payment) : null);
    }
}

/// <summary>One transaction of Khalti's list.</summary>
/// <param name="Id">Khalti's id of it.</param>
/// <param name="CreatedOn">When it was begun; null where that can't be read.</param>
/// <param name="Amount">What was paid.</param>
/// <param name="ProductIdentity">What it was paid for, where the list says it.</param>
/// <param name="Record">What it means.</param>
internal sealed record ListedTransaction(string Id, DateTimeOffset? CreatedOn, Paisa Amount, string? ProductIdentity, GatewayRecord Record)
{
    /// <summary>Whether money reached the merchant and did not go back as a whole.</summary>
    internal bool IsMoneyHere { get; private init; }

    internal static ListedTransaction Of(Transaction record) =>
        new(record.Id, record.CreatedOn, record.Amount, record.ProductIdentity, GatewayRecord.Of(record))
        {
            IsMoneyHere = TransactionAnswer.Of(record).IsMoneyHere,
        };
}
