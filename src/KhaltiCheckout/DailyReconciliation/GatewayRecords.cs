using Khalti.Client;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>Asks Khalti about one payment by its own id. Reads only.</summary>
internal sealed class GatewayRecords(KhaltiClients clients, RefundGateway gateway)
{
    internal async Task<Fact> ReadAsync(Payment payment)
    {
        Fact fact = payment switch
        {
            { Pidx: not null } => await clients.EPayment.LookupAsync(payment.Pidx) switch
            {
                Reply<EPayment>.Answered(var looked) => Fact.Of(looked, payment),
                Reply<EPayment>.Unknown { Why: UnknownReason.Unauthorized } => Fact.KeyRefused,
                Reply<EPayment>.Unknown => Fact.Unanswered,
                _ => Fact.NotKnown,
            },
            { TransactionId: not null } => await clients.Widget.GetTransactionAsync(payment.TransactionId) switch
            {
                Reply<TransactionDetail>.Answered(var detail) => Fact.Of(detail.Transaction),
                Reply<TransactionDetail>.Unknown { Why: UnknownReason.Unauthorized } => Fact.KeyRefused,
                Reply<TransactionDetail>.Unknown => Fact.Unanswered,
                _ => Fact.NotKnown,
            },
            _ => Fact.NotKnown,
        };

        // How much of it was given back, only the detail call may tell.
        return fact.Books?.State == LedgerState.RefundedInPart && payment.AmountPaid is not null
            ? fact with { Books = await gateway.ReadAsync(payment) }
            : fact;
    }
}
