using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Model;
using KhaltiCheckout.Receipts;
using KhaltiCheckout.Settings;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Checkout;

internal static class CheckoutFeature
{
    private static readonly RateLimitBudget Placing = new()
    {
        OfOneNetwork = static limits => limits.OrdersPerMinute,
        OfAllNetworks = static limits => limits.OrdersPerMinuteInAll,
    };

    internal static void AddOrders(this IServiceCollection services)
    {
        services.AddSingleton<OrderWatchers>();
        services.AddOrderStore(provider => RulesOf(provider.GetRequiredService<IOptions<StoreOptions>>().Value));
        services.AddHostedService<FiscalYearNotice>();
        services.Configure<PageTemplates>(static pages => pages.Paths.Add(ShowOrderPage.Path));
        services.Configure<OpenApiOptions>(BuiltApiDocument.Name, static document => document.AddSchemaTransformer<PlaceOrderSchema>());
    }

    private static ReceiptRules RulesOf(StoreOptions shop) => new(shop.Pan, shop.VatPercent, shop.FirstDaysOfYears);

    internal static void MapOrders(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(ShowOrderPage.Path, ShowOrderPage.Handle).ExcludeFromDescription();

        RouteGroupBuilder orders = routes.MapGroup("/api/v1/orders").WithTags("Orders");

        orders.MapPost("/", PlaceOrder.Handle)
            .AddEndpointFilter(PlaceOrder.RefuseWithoutKey)
            .WithValidation<PlaceOrderRequest>()
            .WithIdempotency<PlaceOrderRequest>()
            .CountsAs(Placing)
            .RequireAuthorization(Scopes.KeyOrNone)
            .WithMetadata(new KeyIsOptional())
            .WithName("PlaceOrder")
            .WithExample(() => CheckoutExamples.PlaceOrder)
            .WithSummary("Place an order")
            .WithDescription(
                "Prices and total are the server's. The order waits to be paid until `expiresAt`. With an API "
                + "key of scope `checkout` an order may "
                + "have `lines` with names and prices of its own instead of `items`, a `reference`, a `returnUrl` and `metadata`.")
            .CanFail(400, 401, 403, 404, 409, 413, 415, 422, 429, 503);

        orders.MapGet("/{id}", GetOrder.Handle)
            .WithName("GetOrder")
            .WithExample(() => CheckoutExamples.GetOrder)
            .WithSummary("Read an order")
            .WithDescription("Anyone with the order's id may read it. Amounts are paisa.")
            .CanFail(404, 503);

        orders.MapGet("/{id}/events", WatchOrder.Handle)
            .WithName("WatchOrder")
            .WithExample(() => CheckoutExamples.WatchOrder)
            .WithSummary("Watch an order")
            .WithDescription(
                "Server-sent events: `order` with the order as it is now, and again whenever it changes. Ends "
                + "after five minutes; open it again.")
            .CanFail(404, 429, 503);

        orders.MapGet("/{id}/qr.svg", DrawOrderAddress.Handle)
            .Produces<string>(200, DrawOrderAddress.MediaType)
            .WithName("DrawOrderAddress")
            .WithExample(() => CheckoutExamples.DrawOrderAddress)
            .WithSummary("Draw an order's address")
            .WithDescription(
                "A QR code that opens the order's page, as on its receipt. The address begins with `Store:PublicUrl`, or where that is "
                + "not set with the address that the shop listens on.")
            .CanFail(404, 503);

        orders.MapPost("/{id}/cancel", CancelOrder.Handle)
            .WithIdempotency()
            .WithName("CancelOrder")
            .WithExample(() => CheckoutExamples.CancelOrder)
            .WithSummary("Cancel an order")
            .WithDescription("Only a `pending` order with no payment under way. Takes no body.")
            .CanFail(400, 404, 409, 422, 429, 503);

        routes.MapGet("/api/v1/config", ShowConfig.Handle)
            .WithName("ShowConfig")
            .WithExample(() => CheckoutExamples.ShowConfig)
            .WithTags("Shop")
            .WithSummary("What a page needs to take a payment")
            .WithDescription("Name of the shop, mode, limits in paisa, and how to open Khalti's widget. Never a secret.");
    }
}
