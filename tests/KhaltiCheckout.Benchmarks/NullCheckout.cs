using Khalti.Client;
using KhaltiCheckout.Http;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Receipts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Benchmarks;

/// <summary>
/// The ceiling: the product's three requests on the product's web server, its JSON, its client of Khalti and the same call of
/// the gateway, and nothing else. No storage, no rules, no log.
/// </summary>
internal static class NullCheckout
{
    internal static Task RunAsync(string url, Uri gateway)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.ListenByDefaultOn(url);
        builder.WebHost.UseUrls(url);
        builder.Logging.ClearProviders();
        builder.Services.AddStrictJson();
        KhaltiOptions khalti = new() { Widget = { BaseUrl = gateway.ToString() }, EPayment = { BaseUrl = gateway.ToString() } };
        KhaltiClient widget = KhaltiClients.Of(khalti, TimeProvider.System, KhaltiClient.CreateHttpClient).Widget;

        WebApplication app = builder.Build();
        app.MapPost("/api/v1/orders", (PlaceOrderRequest request) => Place(request));
        app.MapPost("/api/v1/payments/verify", (VerifyPaymentRequest request) => VerifyAsync(request, widget));
        app.MapGet("/api/v1/orders/{id}", (string id) => TypedResults.Ok(Paid(id, Transaction)));
        return app.RunAsync();
    }

    /// <summary>An app that does nothing: what starting costs before there is a shop in it.</summary>
    internal static Task RunEmptyAsync(string url)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.WebHost.UseUrls(url);
        WebApplication app = builder.Build();
        app.MapGet("/api/v1/config", () => "nothing");
        return app.RunAsync();
    }

    // As long as one of Khalti's.
    private const string Transaction = "0123456789abcdef012345";

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
        id, OrderStatus.Pending, SampleOrder.Price * item.Quantity, Paisa.Zero, "NPR",
        [new OrderLineView(item.ProductId, "Ilam tea", SampleOrder.Price, item.Quantity, SampleOrder.Price * item.Quantity)],
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
