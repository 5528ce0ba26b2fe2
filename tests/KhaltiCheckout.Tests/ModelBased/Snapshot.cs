using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using KhaltiCheckout.TransactionMatching;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>The payment data of the shop's database and of the sandbox at one time.</summary>
internal sealed record Snapshot(
    DateTimeOffset At, IReadOnlyList<Order> Orders, IReadOnlyList<UnmatchedTransaction> Unmatched, IReadOnlyList<Transaction> Khalti,
    IReadOnlyList<JsonNode> Calls, IReadOnlyList<StoredEvent> Events, IReadOnlyList<RaisedReason> Reasons)
{
    internal IEnumerable<Payment> Payments => Orders.SelectMany(order => order.Payments);

    internal IEnumerable<Refund> Refunds => Orders.SelectMany(order => order.Refunds);

    internal static async Task<Snapshot> TakeAsync(Shop shop)
    {
        IReadOnlyList<JsonNode> calls = await shop.Sandbox.ListAsync("/_sandbox/requests");
        IReadOnlyList<JsonNode> transactions = await shop.Sandbox.ListAsync("/_sandbox/transactions");
        await shop.Services.GetRequiredService<EventPositions>().AssignAsync(TestContext.Current.CancellationToken);
        (List<Order> orders, List<UnmatchedTransaction> unmatched, List<StoredEvent> events, List<RaisedReason> reasons) =
            await shop.InDatabaseAsync(async db => (
            await db.Orders.AsNoTracking().AsSplitQuery()
                .Include(order => order.Payments.OrderBy(payment => payment.Id))
                .Include(order => order.Refunds.OrderBy(refund => refund.Id))
                .Include(order => order.Timeline.OrderBy(line => line.Id))
                .OrderBy(order => order.Id)
                .ToListAsync(),
            await db.UnmatchedTransactions.AsNoTracking().ToListAsync(),
            await db.Set<StoredEvent>().AsNoTracking().OrderBy(one => one.Position).ToListAsync(),
            await db.AttentionReasons.AsNoTracking().IgnoreQueryFilters().ToListAsync()));
        return new Snapshot(
            shop.Clock.GetUtcNow(), orders, unmatched, [.. transactions.Select(Transaction.Of)], calls, events, reasons);
    }

    internal Order Order(string id) => Orders.Single(order => order.Id == id);

    internal Order? OrderOf(Payment payment) => Orders.SingleOrDefault(order => order.Id == payment.OrderId);

    /// <param name="handle">A token, or a <c>pidx</c>.</param>
    internal Payment? PaymentWith(string handle) => Payments.SingleOrDefault(payment => (payment.Token ?? payment.Pidx) == handle);

    /// <param name="handle">A token, or a <c>pidx</c>; null for a link whose answer was lost.</param>
    internal Transaction? TransactionOf(string? handle) => Khalti.SingleOrDefault(transaction => transaction.Handle == handle);

    internal Transaction? TransactionOf(Payment payment) => IsMatched(payment)
        ? Khalti.Single(transaction => transaction.Idx == payment.TransactionId)
        : TransactionOf(payment.Token ?? payment.Pidx);

    /// <summary>The payment whose token or link it is, else the one that it was found for in Khalti's list.</summary>
    internal Payment? PaymentOf(Transaction transaction) => PaymentWith(transaction.Handle)
        ?? Payments.SingleOrDefault(payment => IsMatched(payment) && payment.TransactionId == transaction.Idx);

    /// <summary>Whether the payment has no token and no link, as its transaction was found in Khalti's list.</summary>
    internal static bool IsMatched(Payment payment) => payment is { Method: PaymentMethod.Widget, Token: null };

    /// <summary>Number of calls of an operation for a token.</summary>
    internal int Count(string operation, string token) =>
        Calls.Count(call => IsOperation(call, operation) && (string?)call["fields"]!["token"] == token);

    /// <summary>Number of refund calls for a transaction.</summary>
    internal int RefundCalls(string idx) =>
        Calls.Count(call => IsOperation(call, "refund") && ((string)call["path"]!).Contains($"/{idx}/", StringComparison.Ordinal));

    internal int Count(string operation) => Calls.Count(call => IsOperation(call, operation));

    /// <summary>Number of failed reads; many of them open the client's circuit breaker.</summary>
    internal int LostReads => Calls.Count(call =>
        (string?)call["operation"] is "status" or "list" or "detail" or "epayment_lookup" && (int?)call["status"] is null or 429 or >= 500);

    public override string ToString()
    {
        StringBuilder text = new();
        foreach (Order order in Orders)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"  order {order.Id[^6..]} {order.Status} {(long)order.Amount} paisa, attention {order.Attention}");
            foreach (Payment payment in order.Payments)
            {
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"    payment {payment.Id[^6..]} {payment.Status} {payment.Method} {payment.Token ?? payment.Pidx} {payment.Failure} "
                    + $"transaction {payment.TransactionId ?? "none"}, next check {payment.NextCheckAt:HH:mm:ss}, leased "
                    + $"{payment.LeasedUntil:HH:mm:ss}");
            }

            foreach (Refund refund in order.Refunds)
            {
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"    refund {refund.Id[^6..]} of {refund.PaymentId[^6..]} {refund.Status} {refund.Origin} {(long)refund.Amount} "
                    + $"paisa after {(long)refund.RefundedBefore} {refund.Failure}, next check {refund.NextCheckAt:HH:mm:ss}, leased "
                    + $"{refund.LeasedUntil:HH:mm:ss}");
            }

            foreach (TimelineEntry line in order.Timeline)
            {
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"    {line.At:dd HH:mm:ss} {line.What} by {line.By}, payment {line.PaymentId?[^6..] ?? "none"}: {line.Note}");
            }
        }

        foreach (UnmatchedTransaction unmatched in Unmatched)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"  transaction {unmatched.TransactionId} {unmatched.Status} {unmatched.Rule}, next check "
                + $"{unmatched.NextCheckAt:HH:mm:ss}");
        }

        foreach (Transaction transaction in Khalti)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"  Khalti: {transaction.State} {transaction.Amount} paisa, {transaction.RefundedAmount} refunded, {transaction.Flow} "
                + $"{transaction.Handle}, idx {transaction.Idx}, for {transaction.ProductIdentity[^6..]}");
        }

        foreach (JsonNode call in Calls)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"  call {call["operation"]} {call["path"]} {call["fields"]!["token"] ?? call["fields"]!["pidx"]}: "
                + $"{call["status"] ?? "cut"}");
        }

        return text.Append(CultureInfo.InvariantCulture, $"  now {At:dd HH:mm:ss}").ToString();
    }

    private static bool IsOperation(JsonNode call, string operation) => (string?)call["operation"] == operation;
}

/// <summary>A payment in the sandbox's ledger.</summary>
/// <param name="Handle">The widget's token, or the link's <c>pidx</c>.</param>
internal sealed record Transaction(
    string Idx, string Handle, string Flow, string State, long Amount, long RefundedAmount, string ProductIdentity)
{
    internal bool IsLink => Flow == "epayment";

    /// <summary>Whether the merchant received the payer's money, also if it was refunded later.</summary>
    internal bool HasMovedMoney => State.ToUpperInvariant() is "COMPLETED" or "REFUNDED" or "PARTIALLY REFUNDED";

    internal static Transaction Of(JsonNode node) => new(
        (string)node["idx"]!, ((string?)node["token"] ?? (string?)node["pidx"])!, (string)node["flow"]!, (string)node["state"]!,
        (long)node["amount"]!,
        (long)node["refundedAmount"]!, ((string?)node["purchaseOrderId"] ?? (string?)node["productIdentity"])!);
}
