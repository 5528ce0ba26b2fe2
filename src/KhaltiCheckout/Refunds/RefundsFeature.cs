using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;

namespace KhaltiCheckout.Refunds;

internal static class RefundsFeature
{
    internal static void AddRefunds(this IServiceCollection services)
    {
        services.AddScoped<RefundProcessor>();
    }

    internal static void MapRefunds(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder admin = routes.MapGroup("/api/v1/admin").WithTags("Refunds");

        admin.MapPost("/orders/{id}/refunds", RefundOrder.Handle)
            .RequireAuthorization(Scopes.Refund)
            .WithValidation<RefundOrderRequest>()
            .WithIdempotency<RefundOrderRequest>()
            .AddEndpointFilter<RouteHandlerBuilder, RefundSecurityLog>()
            .WithName("RefundOrder")
            .WithExample(() => RefundsExamples.RefundOrder)
            .WithSummary("Refund a payment")
            .WithDescription(
                "All that is left of a payment, or `amount` of it. `201`: Khalti said that it is done. `202`: "
                + "Khalti's answer was lost; what "
                + "became of it is found out by reading Khalti's books, and it is never sent again: read the refund until it is "
                + "`completed` or `failed`.")
            .CanFail(400, 401, 403, 404, 409, 413, 415, 422, 429, 503);

        admin.MapGet("/refunds/{id}", ShowRefund.Handle)
            .RequireAuthorization(Scopes.ReadOrRefund)
            .WithName("ShowRefund")
            .WithExample(() => RefundsExamples.ShowRefund)
            .WithSummary("Read a refund")
            .WithDescription("With scope `read` or `refund`. Amounts are paisa.")
            .CanFail(401, 403, 404, 503);

        admin.MapPost("/refunds/{id}/check", CheckRefund.Handle)
            .RequireAuthorization(Scopes.Admin)
            .WithName("CheckRefund")
            .WithExample(() => RefundsExamples.CheckRefund)
            .WithSummary("Ask Khalti about a refund now")
            .WithDescription(
                "For a refund whose answer was lost. Reads Khalti's books and sends nothing. Takes no body, "
                + "and no Idempotency-Key: it may be asked again.")
            .CanFail(401, 403, 404, 409, 429, 503);

        admin.MapPost("/refunds/{id}/settle", SettleRefund.Handle)
            .RequireAuthorization(Scopes.Admin)
            .WithValidation<SettleRefundRequest>()
            .WithIdempotency<SettleRefundRequest>()
            .AddEndpointFilter<RouteHandlerBuilder, RefundSecurityLog>()
            .WithName("SettleRefund")
            .WithExample(() => RefundsExamples.SettleRefund)
            .WithSummary("Say what became of a refund")
            .WithDescription(
                "For a refund whose answer was lost and about which Khalti's API says nothing certain: somebody has looked into Khalti's "
                + "dashboard. Moves no money.")
            .CanFail(400, 401, 403, 404, 409, 413, 415, 422, 429, 503);

        admin.MapPost("/payments/{id}/refunds-found", RecordFoundRefund.Handle)
            .RequireAuthorization(Scopes.Admin)
            .WithValidation<RecordFoundRefundRequest>()
            .WithIdempotency<RecordFoundRefundRequest>()
            .AddEndpointFilter<RouteHandlerBuilder, RefundSecurityLog>()
            .WithName("RecordFoundRefund")
            .WithExample(() => RefundsExamples.RecordFoundRefund)
            .WithSummary("Record a refund made in Khalti's dashboard")
            .WithDescription("For a payment that Khalti calls partially refunded without saying how much. Moves no money.")
            .CanFail(400, 401, 403, 404, 409, 413, 415, 422, 429, 503);
    }
}
