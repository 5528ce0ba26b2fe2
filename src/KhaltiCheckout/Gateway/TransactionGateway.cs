using Khalti.Client;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Gateway;

/// <summary>Reads Khalti's list of the widget's transactions page by page, and one transaction by its id. Changes nothing.</summary>
internal sealed class TransactionGateway(KhaltiClients clients)
{
    /// <summary>One page of the list, newest first; the first is 1.</summary>
    internal async Task<ListedPage> ListAsync(int page, CancellationToken cancellationToken) =>
        await clients.Widget.ListTransactionsAsync(page, cancellationToken) switch
        {
            Reply<TransactionPage>.Answered(var answer) => new ListedPage(
                true, [.. answer.Records.Select(ListedTransaction.Of)], answer.HasNext, answer.Unreadable),

            // Beyond the last page.
            Reply<TransactionPage>.Refused { Reason.StatusCode: 404 } when page > 1 => new ListedPage(true, [], HasNext: false, 0),
            Reply<TransactionPage>.Refused(var refusal) => ListedPage.Away($"Khalti refused ({refusal})"),
            Reply<TransactionPage>.Unknown { Why: UnknownReason.Unauthorized } => ListedPage.Away("Khalti refuses the secret key"),
            _ => ListedPage.Away("Khalti did not answer"),
        };

    internal async Task<TransactionAnswer> ReadAsync(string transactionId, CancellationToken cancellationToken) =>
        await clients.Widget.GetTransactionAsync(transactionId, cancellationToken) switch
        {
            Reply<TransactionDetail>.Answered(var detail) => TransactionAnswer.Of(detail.Transaction),
            Reply<TransactionDetail>.Refused(var refusal) => new TransactionAnswer(transactionId)
            {
                IsAnswered = true,
                Said = $"Khalti refused: {refusal}",
            },
            Reply<TransactionDetail>.Unknown lost => new TransactionAnswer(transactionId)
            {
                Said = GatewayFindings.Lost(lost).Rule,
                RetryAfter = lost.RetryAfter,
            },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}

/// <summary>A page of Khalti's list.</summary>
/// <param name="IsAnswered">Whether Khalti gave one.</param>
/// <param name="Records">The newest first.</param>
/// <param name="HasNext">Whether older ones follow.</param>
/// <param name="Unreadable">How many records on it can't be read.</param>
/// <param name="WhyNot">Why there is none.</param>
internal sealed record ListedPage(
    bool IsAnswered, IReadOnlyList<ListedTransaction> Records, bool HasNext, int Unreadable, string? WhyNot = null)
{
    internal static ListedPage Away(string why) => new(false, [], HasNext: false, 0, why);
}

/// <summary>What Khalti says of one transaction now.</summary>
internal sealed record TransactionAnswer(string Id)
{
    /// <summary>Whether Khalti said anything, were it that it does not know the transaction.</summary>
    internal bool IsAnswered { get; init; }

    /// <summary>Whether Khalti knows it.</summary>
    internal bool IsKnown => Record is not null;

    /// <summary>The answer as a sentence.</summary>
    internal required string Said { get; init; }

    internal TimeSpan? RetryAfter { get; init; }

    internal Paisa Amount => Record?.Amount ?? Paisa.Zero;

    internal Paisa? Fee => Record?.Fee;

    internal string StateName => Record?.StateName ?? "";

    internal string? ProductIdentity => Record?.ProductIdentity;

    internal DateTimeOffset? CreatedOn => Record?.CreatedOn;

    /// <summary>Whether the payer's money is with the merchant, all of it or a part.</summary>
    internal bool IsMoneyHere => Record?.State is TransactionState.Completed or TransactionState.PartiallyRefunded;

    /// <summary>Whether all of the money went back to the payer.</summary>
    internal bool IsRefunded => Record?.State is TransactionState.Refunded;

    private Transaction? Record { get; init; }

    internal static TransactionAnswer Of(Transaction record) => new(record.Id)
    {
        IsAnswered = true,
        Said = $"Khalti said {record.StateName}, {(long)record.Amount} paisa",
        Record = record,
    };

    /// <summary>What it means for a payment of an order.</summary>
    /// <param name="order">The order.</param>
    /// <param name="takesAnyIdentity">Whether a product identity that is none of an order here counts as the order's.</param>
    internal Finding FindingFor(Order order, bool takesAnyIdentity) => Record is { } record
        ? WidgetFindings.Of(takesAnyIdentity ? record with { ProductIdentity = null } : record, order.Amount, order.Id)
        : new Finding(FindingKind.Undecided, RuleId.TransactionUnanswered, Said);
}
