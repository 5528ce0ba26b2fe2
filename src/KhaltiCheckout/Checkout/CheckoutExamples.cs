using System.Text.Json.Nodes;
using KhaltiCheckout.Http;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Views;

namespace KhaltiCheckout.Checkout;

/// <summary>What the API's document shows of the routes of <see cref="CheckoutFeature"/>.</summary>
internal static class CheckoutExamples
{
    private const string Config = """
        {"store":{"name":"Khalti Checkout"},"currency":"NPR","mode":"sandbox","minAmount":1000,"maxAmount":null,
         "widget":{"enabled":true,"publicKey":"test_public_key_11111111111111111111111111111111",
           "scriptUrl":"http://localhost:5081/khalti-checkout.js","paymentPreference":["KHALTI"],"scriptIntegrity":null},
             "epayment":{"enabled":true}}
        """;

    private static readonly IdExample Id = new("The order's id, as it was given when the order was placed.", ExampleIds.Order);

    internal static readonly RouteExample PlaceOrder = new()
    {
        Request = """
            {"items":[{"productId":"dhaka-topi","quantity":3}],
             "customer":{"name":"Sita Rai","email":"sita@example.com","phone":"9800000001"}}
            """,
        Answers = { [201] = ("The order, waiting to be paid.", ViewExamples.Waiting("pending", payments: false)) },
        Codes = { [409] = ["reference_taken", "idempotency_in_progress"], [422] = ["amount_out_of_range", "idempotency_key_reused"] },
    };

    internal static readonly RouteExample GetOrder =
        new() { Id = Id, Answers = { [200] = ("The order as it stands.", ViewExamples.PaidOrder) } };

    internal static readonly RouteExample WatchOrder = new()
    {
        Id = Id,
        Answers =
        {
            [200] = (
                "A stream of server-sent events, each the order as it stands.",
                Text($"event: order\ndata: {JsonNode.Parse(ViewExamples.PaidOrder)!.ToJsonString()}\n\n")),
        },
    };

    internal static readonly RouteExample DrawOrderAddress = new()
    {
        Id = Id,
        Answers = { [200] = ("The picture, an SVG.", Text("<svg viewBox=\"0 0 45 45\" xmlns=\"http://www.w3.org/2000/svg\">…</svg>")) },
    };

    internal static readonly RouteExample CancelOrder = new()
    {
        Id = Id,
        Answers = { [200] = ("The order, now cancelled.", ViewExamples.Waiting("cancelled", payments: false)) },
        Codes = { [409] = ["not_cancellable", "idempotency_in_progress"], [422] = ["idempotency_key_reused"] },
    };

    internal static readonly RouteExample ShowConfig = new() { Answers = { [200] = ("How to pay here.", Config) } };

    private static string Text(string text) => JsonValue.Create(text)!.ToJsonString();
}
