using Khalti.Client;
using KhaltiCheckout.Data;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Reconciliation;

namespace KhaltiCheckout.Payments;

/// <summary>Asks Khalti about payments made in the widget and says what its answers mean. Changes nothing of ours.</summary>
internal sealed class WidgetGateway(CheckoutStore store, KhaltiClients clients, TimeProvider time)
{
    // Khalti lists the newest first, fifty a page; a payment is initiated a while before we hear of it.
    private const int PagesSearched = 40;

    private static readonly TimeSpan SearchedBack = TimeSpan.FromHours(24);

    private readonly KhaltiClient _khalti = clients.Widget;

    /// <summary>Moves the money.</summary>
    internal async Task<Finding> VerifyAsync(Payment payment) =>
        await _khalti.VerifyAsync(payment.Token!, payment.Amount) switch
        {
            Reply<Transaction>.Answered(var transaction) => await IdentifyAsync(transaction, payment),
            Reply<Transaction>.Refused(var refusal) => Finding.RefusedBy(refusal),
            Reply<Transaction>.Unknown lost => Finding.Lost(lost),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>What became of a payment whose outcome is not known: status first, then verify.</summary>
    internal async Task<Finding> CheckAsync(Payment payment) =>
        await _khalti.GetStatusAsync(payment.Token!, payment.Amount) switch
        {
            Reply<TransactionStatus>.Answered(var status) =>
                await FollowUpAsync(status, payment, Finding.In(status, CheckSchedule.IsPatient(payment, time.GetUtcNow()))),
            Reply<TransactionStatus>.Refused(var refusal) => new Finding(FindingKind.Undecided, $"Khalti's status refused: {refusal}"),
            Reply<TransactionStatus>.Unknown lost => Finding.Lost(lost),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private async Task<Finding> FollowUpAsync(TransactionStatus status, Payment payment, Finding finding)
    {
        // Verify moves the money of a confirmed payment, so it is for a payment that waits for just that. One that was given
        // up stays given up: the shopper was told that nothing was charged.
        bool confirmed = status.State == TransactionState.Confirmed && payment.Status == PaymentStatus.Verifying;
        if (!confirmed && status.State != TransactionState.Completed)
        {
            return finding;
        }

        return await _khalti.VerifyAsync(payment.Token!, payment.Amount) switch
        {
            Reply<Transaction>.Answered(var transaction) => await IdentifyAsync(transaction, payment),

            // What a second verify of a token answers is not documented.
            Reply<Transaction>.Refused when status.State == TransactionState.Completed => await SearchAsync(payment, finding),
            Reply<Transaction>.Refused(var refusal) =>
                new Finding(FindingKind.Undecided, $"{finding.Rule}, but verify refused: {refusal}", finding.KhaltiState),
            Reply<Transaction>.Unknown lost => Finding.Lost(lost),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    // The documented verify answer does not say what the payment was made for: then only the detail call does. It comes
    // from the browser, so it adds to the check of the amount and replaces nothing.
    private async Task<Finding> IdentifyAsync(Transaction transaction, Payment payment)
    {
        Finding finding = Finding.In(transaction, payment.Amount, payment.OrderId);
        if (finding.Kind != FindingKind.Completed || transaction.ProductIdentity is not null)
        {
            return finding;
        }

        return await _khalti.GetTransactionAsync(transaction.Id) switch
        {
            Reply<TransactionDetail>.Answered(var detail) => Finding.In(
                transaction with { ProductIdentity = detail.Transaction.ProductIdentity }, payment.Amount, payment.OrderId),
            Reply<TransactionDetail>.Refused => finding,
            Reply<TransactionDetail>.Unknown lost => Finding.Lost(lost),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    // Status has named this token and this amount, but not the transaction, nor what it was made for: the list and the
    // detail call do. A payment that can't be found there as this order's is nobody's but a person's to judge.
    private async Task<Finding> SearchAsync(Payment payment, Finding finding)
    {
        DateTimeOffset since = payment.CreatedAt - SearchedBack;
        List<Transaction> found = [];
        for (int page = 1; page <= PagesSearched; page++)
        {
            if (await _khalti.ListTransactionsAsync(page) is not Reply<TransactionPage>.Answered(var listed))
            {
                return finding with { Kind = FindingKind.Undecided, Rule = finding.Rule + ", but the list of transactions could not be read" };
            }

            foreach (Transaction candidate in listed.Records.Where(record =>
                record.State == TransactionState.Completed && record.Amount == payment.Amount && (record.CreatedOn ?? since) >= since))
            {
                // One token is one transaction: what is known as another payment's can't be this one's.
                if (await BelongsToAnotherAsync(candidate.Id, payment.Id))
                {
                    continue;
                }

                switch (await _khalti.GetTransactionAsync(candidate.Id))
                {
                    case Reply<TransactionDetail>.Unknown lost:
                        return Finding.Lost(lost);
                    case Reply<TransactionDetail>.Answered(var detail) when detail.Transaction.ProductIdentity == payment.OrderId:
                        found.Add(detail.Transaction);
                        break;
                }
            }

            if (!listed.HasNext || listed.Records is [.., { CreatedOn: { } oldest }] && oldest < since)
            {
                break;
            }
        }

        if (found is [var only])
        {
            return Finding.In(only, payment.Amount, payment.OrderId);
        }

        return finding with
        {
            Kind = FindingKind.Contradicted,
            Attention = Attention.UnknownState,
            Rule = $"{finding.Rule}, but {(found.Count == 0 ? "no transaction" : "more than one")} of this order is in Khalti's list",
        };
    }

    private Task<bool> BelongsToAnotherAsync(string transactionId, string paymentId) =>
        store.ReadAsync(sql => sql.IsAnothersAsync(transactionId, paymentId), CancellationToken.None);
}
