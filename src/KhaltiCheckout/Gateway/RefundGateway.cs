using Khalti.Client;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Gateway;

/// <summary>Asks Khalti for refunds and what its books say. Changes nothing of ours.</summary>
internal sealed class RefundGateway(KhaltiClients clients)
{
    /// <summary>Moves money, once. Khalti has no way to send it twice safely.</summary>
    internal Task<Reply<RefundConfirmation>> RefundAsync(Payment payment, Refund refund, string? mobile)
    {
        // A full refund is documented without an amount. After a part was refunded the amount is said: what Khalti
        // believes is left may be another sum than what we do.
        Paisa? amount = refund.RefundedBefore == Paisa.Zero && refund.TakesAllOf(payment) ? null : refund.Amount;
        return ClientOf(payment).RefundAsync(payment.TransactionId!, amount, mobile);
    }

    internal async Task<LedgerSnapshot> ReadAsync(Payment payment) => payment switch
    {
        { TransactionId: null } or { AmountPaid: null } =>
            new LedgerSnapshot(LedgerState.Unclear, RuleId.LedgerNoTransaction, "no transaction of this payment is known"),
        { Method: PaymentMethod.Widget } => await ReadTransactionAsync(payment),
        _ => await clients.EPayment.LookupAsync(payment.Pidx!) switch
        {
            Reply<EPayment>.Answered({ Status: EPaymentStatus.PartiallyRefunded } part) => await ReadPartAsync(payment, part),
            Reply<EPayment>.Answered(var looked) => LedgerReading.Of(looked, refunded: null, payment),
            Reply<EPayment>.Refused(var refusal) =>
                new LedgerSnapshot(LedgerState.Unclear, RuleId.LedgerRefused, $"Khalti's lookup refused: {refusal}"),
            Reply<EPayment>.Unknown lost => LedgerReading.Lost(lost),
            _ => throw new System.Diagnostics.UnreachableException(),
        },
    };

    /// <summary>For a payment whose lookup does not tell it. That the detail call knows ePayments is not documented.</summary>
    internal async Task<PaymentChannel> ReadChannelAsync(Payment payment) =>
        await ClientOf(payment).GetTransactionAsync(payment.TransactionId!) is Reply<TransactionDetail>.Answered(var detail)
            && detail.Transaction.Id == payment.TransactionId
            ? LedgerReading.ChannelOf(detail.Transaction)
            : PaymentChannel.Unknown;

    private async Task<LedgerSnapshot> ReadTransactionAsync(Payment payment) =>
        await clients.Widget.GetTransactionAsync(payment.TransactionId!) switch
        {
            Reply<TransactionDetail>.Answered(var detail) when detail.Transaction.Id != payment.TransactionId =>
                new LedgerSnapshot(LedgerState.Unclear, RuleId.LedgerOtherTransaction, "Khalti answered about another transaction"),
            Reply<TransactionDetail>.Answered(var detail) when HasRefundUnderWay(detail) =>
                new LedgerSnapshot(
                    LedgerState.Unclear, RuleId.LedgerRefundUnderWay, "Khalti has a refund of it under way", detail.Transaction.StateName),
            Reply<TransactionDetail>.Answered(var detail) => LedgerReading.Of(
                detail.Transaction, RefundedIn(detail), payment.AmountPaid!.Value),
            Reply<TransactionDetail>.Refused(var refusal) =>
                new LedgerSnapshot(LedgerState.Unclear, RuleId.LedgerRefused, $"Khalti's detail refused: {refusal}"),
            Reply<TransactionDetail>.Unknown lost => LedgerReading.Lost(lost),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    // How much was refunded of an ePayment the lookup does not say. That the detail call knows its transactions, or takes
    // this key, is not documented: then it says nothing. But an answer that was lost is none: it may say that another part
    // went back than ours.
    private async Task<LedgerSnapshot> ReadPartAsync(Payment payment, EPayment part) =>
        await clients.EPayment.GetTransactionAsync(payment.TransactionId!) switch
        {
            Reply<TransactionDetail>.Unknown { Why: not UnknownReason.Unauthorized } lost => LedgerReading.Lost(lost),
            Reply<TransactionDetail>.Answered(var detail) when detail.Transaction.Id == payment.TransactionId =>
                LedgerReading.Of(part, RefundedIn(detail), payment),
            _ => LedgerReading.Of(part, refunded: null, payment),
        };

    private static bool HasRefundUnderWay(TransactionDetail detail) => detail.Children.Any(child =>
        IsRefund(child) && child.State is TransactionState.Initiated or TransactionState.Confirmed or TransactionState.Unrecognized);

    private static bool IsRefund(Transaction child) => child.TypeName?.Contains("refund", StringComparison.OrdinalIgnoreCase) == true;

    // Whether refunds are among the child transactions is not documented: none there says nothing.
    private static Paisa? RefundedIn(TransactionDetail detail)
    {
        Paisa? sum = null;
        foreach (Transaction child in detail.Children.Where(child => IsRefund(child) && child.State == TransactionState.Completed))
        {
            sum = (sum ?? Paisa.Zero) + child.Amount;
        }

        return sum;
    }

    private KhaltiClient ClientOf(Payment payment) => payment.Method == PaymentMethod.Widget ? clients.Widget : clients.EPayment;
}
