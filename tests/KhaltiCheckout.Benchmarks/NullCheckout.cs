using Khalti.Client;
using KhaltiCheckout.Access;
using KhaltiCheckout.Checkout;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Model;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Settings;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Benchmarks;

/// <summary>
/// The three requests of a checkout with the gateway call but without storage: once in the shop's full pipeline (log, limits,
/// headers, keys, validation), the upper bound for the storage; and once as bare JSON endpoints, to measure that pipeline.
/// </summary>
internal static class NullCheckout
{
    internal static Task RunAsync(string url, Uri gateway, string app)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            EnvironmentName = Environments.Production,
            ContentRootPath = app,
            Args = [.. PublishedShop.Settings(gateway), $"--Admin:ApiKeys:0={Guid.NewGuid():N}{Guid.NewGuid():N}"],
        });
        builder.AddSerilog();
        builder.ListenByDefaultOn(url);
        builder.WebHost.UseUrls(url);
        ServiceDescriptor[] own = [.. builder.Services.Where(IsHosted)];
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddProblemDocuments();
        builder.Services.AddRequestRules();
        builder.Services.AddStrictJson(CheckoutJson.Default);
        builder.Services.AddTrustedProxies();
        builder.Services.AddRateLimits();
        builder.Services.AddPageFiles();
        builder.Services.AddShopSettings();
        builder.Services.AddStorage();
        builder.Services.AddGateway();
        builder.Services.AddIdempotency();
        builder.Services.AddOrders();
        builder.Services.AddPayments();
        builder.Services.AddAccess();

        // No hosted services, which would use the database.
        foreach (ServiceDescriptor hosted in builder.Services.Where(IsHosted).Except(own).ToList())
        {
            builder.Services.Remove(hosted);
        }

        WebApplication server = builder.Build();
        server.UseTrustedProxies();
        server.UseRequestLogging();
        server.UseSecurityHeaders();
        server.UseProblemDocuments();
        server.UsePageFiles();
        server.UseFileServer();
        server.UseAuthentication();
        server.UseRateLimiter();
        server.UseBodyLimit();
        server.UseAuthorization();
        server.MapPost(Orders, (PlaceOrderRequest request) => Place(request))
            .AddEndpointFilter(PlaceOrder.RefuseWithoutKey)
            .WithValidation<PlaceOrderRequest>()
            .WithIdempotency<PlaceOrderRequest>()
            .RequireAuthorization(Scopes.KeyOrNone);
        server.MapPost(Verify, (VerifyPaymentRequest request, KhaltiClients clients) => VerifyAsync(request, clients.Widget))
            .WithValidation<VerifyPaymentRequest>()
            .WithIdempotency<VerifyPaymentRequest>();
        server.MapGet(Orders + "/{id}", (string id) => TypedResults.Ok(Paid(id, Transaction)));
        return server.RunAsync();
    }

    internal static Task RunBareAsync(string url, Uri gateway)
    {
        WebApplicationBuilder builder =
            WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.ListenByDefaultOn(url);
        builder.WebHost.UseUrls(url);
        builder.Logging.ClearProviders();
        builder.Services.AddStrictJson(CheckoutJson.Default);
        KhaltiOptions khalti = new() { Widget = { BaseUrl = gateway.ToString() }, EPayment = { BaseUrl = gateway.ToString() } };
        KhaltiClient widget = KhaltiClients.Of(khalti, TimeProvider.System, KhaltiClient.CreateHttpClient).Widget;

        WebApplication server = builder.Build();
        server.MapPost(Orders, (PlaceOrderRequest request) => Place(request));
        server.MapPost(Verify, (VerifyPaymentRequest request) => VerifyAsync(request, widget));
        server.MapGet(Orders + "/{id}", (string id) => TypedResults.Ok(Paid(id, Transaction)));
        return server.RunAsync();
    }

    /// <summary>An empty app, for the minimum start time.</summary>
    internal static Task RunEmptyAsync(string url)
    {
        WebApplicationBuilder builder =
            WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.WebHost.UseUrls(url);
        WebApplication app = builder.Build();
        app.MapGet("/api/v1/config", () => "nothing");
        return app.RunAsync();
    }

    private const string Orders = "/api/v1/orders";
    private const string Verify = "/api/v1/payments/verify";

    // The length of Khalti's transaction ids.
    private const string Transaction = "0123456789abcdef012345";

    private static bool IsHosted(ServiceDescriptor service) => service.ServiceType == typeof(IHostedService);

    private static Created<OrderView> Place(PlaceOrderRequest request)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        OrderView order = Pending(TypeId.New(TypeId.Order, now), now, request.Items![0]);
        return TypedResults.Created($"/api/v1/orders/{order.Id}", order);
    }

    private static async Task<IResult> VerifyAsync(VerifyPaymentRequest request, KhaltiClient khalti) =>
        await khalti.VerifyAsync(request.Token, request.Amount) is Reply<Transaction>.Answered(var transaction)
            ? TypedResults.Ok(Paid(request.OrderId, transaction.Id))
            : TypedResults.Problem("The gateway said no.");

    private static OrderView Pending(string id, DateTimeOffset now, OrderItemRequest item) => new(
        id, "HZ9D-7DQV", OrderStatus.Pending, SampleOrder.Price * item.Quantity, Paisa.Zero, "NPR",
        [new OrderLineView(item.ProductId, "Ilam tea", SampleOrder.Price, item.Quantity, SampleOrder.Price * item.Quantity, LineKind.Item)],
        new OrderCustomerView(SampleOrder.CustomerName), null, new Dictionary<string, string>(StringComparer.Ordinal),
        now, now.AddHours(1), null, null, []);

    private static OrderView Paid(string id, string transaction)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        OrderItemRequest item = new(SampleOrder.Product, SampleOrder.Quantity);
        return Pending(id, now, item) with
        {
            Status = OrderStatus.Paid,
            PaidAt = now,
            Receipt = new ReceiptView("2083/84-000042", now, null, null, []),
            Payments =
            [
                new PaymentView(
                    TypeId.New(TypeId.Payment, now), PaymentMethod.Widget, PaymentStatus.Completed, "Completed",
                    SampleOrder.Price * SampleOrder.Quantity, transaction, null, now, now),
            ],
        };
    }
}
