using System.Text.Json.Nodes;
using KhaltiCheckout.Http;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Views;

namespace KhaltiCheckout.Desk;

/// <summary>What the API's document shows of the routes of <see cref="DeskFeature"/>.</summary>
internal static class DeskExamples
{
    private const string Summary = """
        {"days":[{"day":"2026-11-21","orders":12,"paidCount":9,"paid":1350000,"refundedCount":1,"refunded":50000,"fees":40500,
          "net":1259500}],
         "totals":{"orders":12,"paidCount":9,"paid":1350000,"refundedCount":1,"refunded":50000,"fees":40500,"net":1259500},
         "open":{"unknown":1,"oldestAgeSeconds":75,"oldestSince":"2026-11-21T06:00:00.000Z"},"attention":{"paid_late":1},
           "attentionOrders":1,"unmatchedTransactions":0,"daysNotCompared":["2026-11-20"],"notices":[]}
        """;

    private const string Unmatched = """
        {"transactionId":"8xmeJnNXfoVjCvGcZiiGe7","status":"reported","amount":150000,"fee":4500,"khaltiState":"Completed",
         "productIdentity":"ord_01k9x4c7qmf3t8v5z2w6y1n0ah","rule":"order_not_found","createdOn":"2026-11-21T04:16:00.000Z",
         "foundAt":"2026-11-21T04:17:00.000Z","resolvedAt":null,"resolvedBy":null,"note":null}
        """;

    private static readonly IdExample OrderId = new("The order's id, as it was given when the order was placed.", ExampleIds.Order);

    internal static readonly RouteExample ListOrders = new()
    {
        Answers =
        {
            [200] = (
                "Some of the orders, and where the next ones begin.",
                $$"""{"data":[{{ViewExamples.AdminOrder}}],"nextCursor":null,"unreadable":[]}"""),
        },
    };

    internal static readonly RouteExample ShowOrder = new()
    {
        Id = OrderId,
        Answers = { [200] = ("The order with its timeline, oldest line first.", ViewExamples.AdminOrderWithTimeline()) },
        Codes = { [409] = ["order_unreadable"] },
    };

    internal static readonly RouteExample ExportOrders = new()
    {
        Answers =
        {
            [200] = (
                "The table.",
                JsonValue.Create(
                    "\uFEFF\"Order\",\"Reference\",\"Receipt\",…\r\n\"ord_01k9x4c7qmf3t8v5z2w6y1n0ah\",\"\",\"\",…\r\n")!.ToJsonString()),
        },
    };

    internal static readonly RouteExample ShowSummary =
        new() { Answers = { [200] = ("The days, their totals, and what is open.", Summary) } };

    internal static readonly RouteExample ResolveOrder = new()
    {
        Id = OrderId,
        Request = """{"note":"Maya refunded it in the dashboard, agreed by phone.","reasonId":"rsn_01k9x8q5t3c7w2m9d4h6k0v1rz"}""",
        Answers = { [200] = ("The order, without that reason.", ViewExamples.AdminOrderWithTimeline()) },
        Codes =
        {
            [409] = ["nothing_to_resolve", "attention_changed", "payment_still_held", "idempotency_in_progress"],
            [422] = ["idempotency_key_reused"],
        },
    };

    internal static readonly RouteExample AttachTransaction = new()
    {
        Id = OrderId,
        Request = """{"transactionId":"8xmeJnNXfoVjCvGcZiiGe7","note":"Paid from a bank; the shopper sent the receipt."}""",
        Answers =
        {
            [201] = ("The order, paid by the transaction.", ViewExamples.AdminOrderWithTimeline()),
            [200] = ("The order, which had the transaction already.", ViewExamples.AdminOrderWithTimeline()),
        },
        Codes =
        {
            [409] = ["transaction_already_used", "payment_in_progress", "idempotency_in_progress"],
            [422] = ["transaction_not_attachable", "idempotency_key_reused"],
            [503] = ["khalti_unavailable", "busy"],
        },
    };

    internal static readonly RouteExample ListUnmatched = new()
    {
        Answers = { [200] = ("Some of them, and where the next ones begin.", $$"""{"data":[{{Unmatched}}],"nextCursor":null}""") },
    };

    internal static readonly RouteExample ResolveUnmatched = new()
    {
        Request = """{"note":"A payment of our other shop."}""",
        Answers = { [200] = ("The transaction, off the list.", Unmatched.Replace("reported", "resolved", StringComparison.Ordinal)) },
        Codes = { [409] = ["nothing_to_resolve", "idempotency_in_progress"], [422] = ["idempotency_key_reused"] },
    };

    internal static readonly RouteExample CheckPayment = new()
    {
        Id = new("The payment's id, as it stands in its order.", ExampleIds.Payment),
        Answers = { [200] = ("The order as Khalti's answer left it; a payment may still be open.", ViewExamples.AdminOrderWithTimeline()) },
        Codes = { [409] = ["check_in_progress"] },
    };
}
