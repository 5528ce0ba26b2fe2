using KhaltiCheckout.Http;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Views;

namespace KhaltiCheckout.Refunds;

/// <summary>What the API's document shows of the routes of <see cref="RefundsFeature"/>.</summary>
internal static class RefundsExamples
{
    private static readonly IdExample RefundId = new("The refund's id, as it stands in its order.", ExampleIds.Refund);
    private static readonly string[] TooLarge = ["refund_too_large", "idempotency_key_reused"];
    private static readonly string[] NotRefundable = ["not_refundable", "idempotency_in_progress"];
    private static readonly string[] Unavailable = ["khalti_unavailable", "busy"];

    internal static readonly RouteExample RefundOrder = new()
    {
        Id = new("The order's id, as it was given when the order was placed.", ExampleIds.Order),
        Request = """{"amount":50000,"reason":"one topi came back"}""",
        Answers =
        {
            [201] = ("The refund, made.", ViewExamples.Refund("completed")),
            [202] = ("The refund; its outcome is not known yet. Do not send another.", ViewExamples.Refund("unknown")),
        },
        Codes = { [409] = NotRefundable, [422] = TooLarge, [503] = Unavailable },
    };

    internal static readonly RouteExample ShowRefund = new()
    {
        Id = RefundId,
        Answers = { [200] = ("The refund as it stands.", ViewExamples.Refund("completed")) },
    };

    internal static readonly RouteExample CheckRefund = new()
    {
        Id = RefundId,
        Answers = { [200] = ("The refund as it stands now.", ViewExamples.Refund("completed")) },
        Codes = { [409] = ["check_in_progress"] },
    };

    internal static readonly RouteExample SettleRefund = new()
    {
        Id = RefundId,
        Request = """{"outcome":"completed","note":"The dashboard shows it at 14:05."}""",
        Answers = { [200] = ("The refund, settled.", ViewExamples.Refund("completed")) },
        Codes = { [409] = ["not_unknown", "not_settleable", "idempotency_in_progress"], [422] = ["idempotency_key_reused"] },
    };

    internal static readonly RouteExample RecordFoundRefund = new()
    {
        Id = new("The payment's id, as it stands in its order.", ExampleIds.Payment),
        Request = """{"amount":50000,"note":"Refunded in the dashboard by Maya, agreed by phone."}""",
        Answers = { [201] = ("The refund, recorded.", ViewExamples.Refund("completed", found: true)) },
        Codes = { [409] = NotRefundable, [422] = TooLarge, [503] = Unavailable },
    };
}
