using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Checkout;

/// <summary>Shows an order to the holder of its id.</summary>
internal static class GetOrder
{
    internal static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Handle(
        string id, OrderStore orders, CancellationToken cancellationToken) =>
        await orders.FindAsync(id, cancellationToken) is { } order ? TypedResults.Ok(OrderView.Of(order)) : Problems.NotFound("order");
}
