using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Checkout;

/// <summary>Shows an order to whoever holds its id.</summary>
internal static class GetOrder
{
    internal static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Handle(
        string id, CheckoutStore store, CancellationToken cancellationToken) =>
        (await FindShownAsync(store, id, cancellationToken) ?? await FindAsync(store, id, cancellationToken)) is { } order
            ? TypedResults.Ok(order)
            : Problems.NotFound("order");

    internal static async Task<OrderView?> FindAsync(CheckoutStore store, string id, CancellationToken cancellationToken) =>
        await store.ReadAsync(sql => sql.FindOrderAsync(id, OrderParts.All), cancellationToken) is { } order ? OrderView.Of(order) : null;

    // Mostly it is as it was shown a moment ago, and to ask whether it is costs less than to read it.
    private static async Task<OrderView?> FindShownAsync(CheckoutStore store, string id, CancellationToken cancellationToken) =>
        store.Recent?.Take<ShownOrder>(id) is { } shown && await store.AskAsync(sql => sql.IsInStateAsync(id, shown.State), cancellationToken)
            ? shown.View
            : null;
}
