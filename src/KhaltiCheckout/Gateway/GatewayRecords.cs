using Khalti.Client;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Gateway;

/// <summary>Reads Khalti's records: its list, and one payment by Khalti's own id. Changes nothing.</summary>
internal sealed class GatewayRecords(KhaltiClients clients, RefundGateway gateway)
{
    internal async Task<GatewayRecord> ReadAsync(Payment payment)
    {
        GatewayRecord record = payment switch
        {
            { Pidx: not null } => await clients.EPayment.LookupAsync(payment.Pidx) switch
            {
                Reply<EPayment>.Answered(var looked) => GatewayRecord.Of(looked, payment),
                Reply<EPayment>.Unknown { Why: UnknownReason.Unauthorized } => GatewayRecord.KeyRefused,
                Reply<EPayment>.Unknown => GatewayRecord.Unanswered,
                _ => GatewayRecord.NotKnown,
            },
            { TransactionId: not null } => await clients.Widget.GetTransactionAsync(payment.TransactionId) switch
            {
                Reply<TransactionDetail>.Answered(var detail) => GatewayRecord.Of(detail.Transaction),
                Reply<TransactionDetail>.Unknown { Why: UnknownReason.Unauthorized } => GatewayRecord.KeyRefused,
                Reply<TransactionDetail>.Unknown => GatewayRecord.Unanswered,
                _ => GatewayRecord.NotKnown,
            },
            _ => GatewayRecord.NotKnown,
        };

        // How much of it was refunded, only the detail call may tell.
        return record.Ledger?.State == LedgerState.RefundedInPart && payment.AmountPaid is not null
            ? record with { Ledger = await gateway.ReadAsync(payment) }
            : record;
    }

    /// <inheritdoc cref="WidgetList"/>
    internal WidgetList ListWidget(ListedPeriod period, bool dayCounts) => new(clients.Widget, period, dayCounts);

    /// <summary>Which order a listed transaction was paid for: only the detail call tells it for certain.</summary>
    internal async Task<(bool IsAnswered, string? OrderId)> FindOrderIdAsync(
        ListedTransaction listed, CancellationToken cancellationToken) =>
        await clients.Widget.GetTransactionAsync(listed.Id, cancellationToken) switch
        {
            Reply<TransactionDetail>.Unknown => (false, null),
            Reply<TransactionDetail>.Answered(var detail) => (true, detail.Transaction.ProductIdentity),
            _ => (true, listed.ProductIdentity),
        };
}
