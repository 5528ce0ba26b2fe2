using KhaltiCheckout.Checkout;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;

namespace KhaltiCheckout.Payments;

internal static class PaymentsFeature
{
    internal static void AddPayments(this IServiceCollection services)
    {
        // The jitter of the checks.
        services.AddSingleton(Random.Shared);
        services.AddScoped<PaymentProcessor>();
    }

    internal static void MapPayments(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/config", ShowConfig.Handle)
            .WithName("ShowConfig")
            .WithTags("Shop")
            .WithSummary("What a page needs to take a payment")
            .WithDescription("Name of the shop, mode, limits in paisa, and how to open Khalti's widget. Never a secret.");

        routes.MapPost("/api/v1/payments/initiate", InitiateEPayment.Handle)
            .WithValidation<InitiatePaymentRequest>()
            .WithIdempotency<InitiatePaymentRequest>()
            .CountsAs(RateLimitBudget.Payments)
            .WithName("InitiatePayment")
            .WithTags("Payments")
            .WithSummary("Get a link to pay an order at Khalti's page")
            .WithDescription(
                "Khalti's ePayment (KPG-2): send the browser to `paymentUrl`; Khalti sends it back to this server, which asks Khalti "
                + "what happened and shows the order's page. While a link can still be paid, the same one is given again.")
            .CanFail(400, 402, 404, 409, 413, 415, 422, 429, 503);

        // A GET that asks Khalti: it is counted, too.
        routes.MapGet(EPaymentGateway.ReturnPath, ReturnFromEPayment.Handle)
            .CountsAs(RateLimitBudget.Payments).WithMetadata(new GetOnly()).ExcludeFromDescription();

        routes.MapPost("/api/v1/payments/verify", VerifyWidgetPayment.Handle)
            .WithValidation<VerifyPaymentRequest>()
            .WithIdempotency<VerifyPaymentRequest>()
            .CountsAs(RateLimitBudget.Payments)
            .WithName("VerifyPayment")
            .WithTags("Payments")
            .WithSummary("Pay an order with a token of Khalti's widget")
            .WithDescription(
                "Cross-checks the amount against the order, then has Khalti complete the payment, which moves the money. "
                + "`200`: the order is paid. `202`: the outcome is not known yet; read the order until it is, and do not pay again. "
                + "The same order and token again gives the stored outcome.")
            .CanFail(400, 402, 404, 409, 413, 415, 422, 429, 503);
    }
}
