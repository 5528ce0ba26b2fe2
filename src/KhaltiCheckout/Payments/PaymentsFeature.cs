using KhaltiCheckout.Gateway;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Payments;

internal static class PaymentsFeature
{
    private static readonly RateLimitBudget Paying = new();

    internal static void AddPayments(this IServiceCollection services)
    {
        // The jitter of the checks.
        services.AddSingleton(Random.Shared);
        services.AddScoped<PaymentProcessor>();

        // The widget's script opens a frame of its own origin.
        services.AddOptions<PageSources>().Configure<IOptions<KhaltiOptions>>(static (pages, khalti) =>
            pages.PaymentOrigin = khalti.Value.Widget is { Enabled: true } widget
                && Uri.TryCreate(widget.ScriptUrl, UriKind.Absolute, out Uri? script)
                ? script.GetLeftPart(UriPartial.Authority)
                : null);
    }

    internal static void MapPayments(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/payments/initiate", InitiateEPayment.Handle)
            .WithValidation<InitiatePaymentRequest>()
            .WithIdempotency<InitiatePaymentRequest>()
            .CountsAs(Paying)
            .WithName("InitiatePayment")
            .WithExample(() => PaymentsExamples.InitiatePayment)
            .WithTags("Payments")
            .WithSummary("Get a link to pay an order at Khalti's page")
            .WithDescription(
                "Khalti's ePayment (KPG-2): send the browser to `paymentUrl`; Khalti sends it back to this server, which asks Khalti "
                + "what happened and shows the order's page. While a link can still be paid, the same one is given again.")
            .CanFail(400, 402, 404, 409, 413, 415, 422, 429, 503);

        // A GET that asks Khalti: it is counted, too.
        routes.MapGet(EPaymentGateway.ReturnPath, ReturnFromEPayment.Handle)
            .CountsAs(Paying).WithMetadata(new GetOnly()).ExcludeFromDescription();

        routes.MapPost("/api/v1/payments/verify", VerifyWidgetPayment.Handle)
            .WithValidation<VerifyPaymentRequest>()
            .WithIdempotency<VerifyPaymentRequest>()
            .CountsAs(Paying)
            .WithName("VerifyPayment")
            .WithExample(() => PaymentsExamples.VerifyPayment)
            .WithTags("Payments")
            .WithSummary("Pay an order with a token of Khalti's widget")
            .WithDescription(
                "Cross-checks the amount against the order, then has Khalti complete the payment, which moves the money. "
                + "`200`: the order is paid. `202`: the outcome is not known yet; read the order until it is, and do not pay again. "
                + "The same order and token again gives the stored outcome.")
            .CanFail(400, 402, 404, 409, 413, 415, 422, 429, 503);
    }
}
