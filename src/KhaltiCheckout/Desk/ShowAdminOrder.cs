using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Desk;

/// <summary>Shows one order with everything that happened to it.</summary>
internal static class ShowAdminOrder
{
    internal static async Task<Results<Ok<AdminOrderView>, ProblemHttpResult>> Handle(
        string id, CheckoutDb db, CancellationToken cancellationToken) =>
        await AdminOrders.FindAsync(db, id, cancellationToken) is { } order ? TypedResults.Ok(order) : Problems.NotFound("order");
}
