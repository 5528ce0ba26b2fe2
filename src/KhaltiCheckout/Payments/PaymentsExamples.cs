using KhaltiCheckout.Http;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Views;

namespace KhaltiCheckout.Payments;

/// <summary>What the API's document shows of the routes of <see cref="PaymentsFeature"/>.</summary>
internal static class PaymentsExamples
{
    internal static readonly RouteExample InitiatePayment = new()
    {
        Request = $$"""{"orderId":"{{ExampleIds.Order}}"}""",
        Answers =
        {
            [201] = (
                "Where to send the browser.",
                """
                {"paymentId":"pay_01k9x4e0s2b7d9f4g6h8j1k3mn","pidx":"bZQLD9wRVWo4CdESSfuSsB",
                 "paymentUrl":"https://test-pay.khalti.com/?pidx=bZQLD9wRVWo4CdESSfuSsB","expiresAt":"2026-11-21T05:16:09.000Z"}
                """),
        },
        Codes =
        {
            [409] = ["order_not_payable", "payment_in_progress", "too_many_links", "idempotency_in_progress"],
            [422] = ["idempotency_key_reused"],
            [503] = ["khalti_unavailable", "busy"],
        },
    };

    internal static readonly RouteExample VerifyPayment = new()
    {
        Request = $$"""{"orderId":"{{ExampleIds.Order}}","token":"QUao9cqFzxPgvWJNi9aKac","amount":150000}""",
        Answers =
        {
            [200] = ("The order, now paid.", ViewExamples.PaidOrder),
            [202] = ("The order; the outcome of the payment is not known yet. Do not pay again.", ViewExamples.Waiting(
                "pending", payments: true)),
        },
        Codes =
        {
            [409] = ["token_already_used", "order_not_payable", "payment_in_progress", "idempotency_in_progress"],
            [422] = ["amount_mismatch", "idempotency_key_reused"],
        },
    };
}
