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
           "attentionOrders":1,"notices":[]}
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
        Request = """{"note":"Maya gave it back in the dashboard, agreed by phone.","reasonId":"rsn_01k9x8q5t3c7w2m9d4h6k0v1rz"}""",
        Answers = { [200] = ("The order, without that reason.", ViewExamples.AdminOrderWithTimeline()) },
        Codes =
        {
            [409] = ["nothing_to_resolve", "attention_changed", "payment_still_held", "idempotency_in_progress"],
            [422] = ["idempotency_key_reused"],
        },
    };

    internal static readonly RouteExample CheckPayment = new()
    {
        Id = new("The payment's id, as it stands in its order.", ExampleIds.Payment),
        Answers = { [200] = ("The order as Khalti's answer left it; a payment may still be open.", ViewExamples.AdminOrderWithTimeline()) },
        Codes = { [409] = ["check_in_progress"] },
    };
}
