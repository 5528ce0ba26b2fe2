using KhaltiCheckout.Data;
using KhaltiCheckout.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Admin;

/// <summary>Shows one order with everything that happened to it.</summary>
internal static class ShowAdminOrder
{
    internal static async Task<Results<Ok<AdminOrderView>, ProblemHttpResult>> Handle(
        string id, CheckoutDb db, CancellationToken cancellationToken) =>
        await AdminOrderView.FindAsync(db, id, cancellationToken) is { } order ? TypedResults.Ok(order) : Problems.NotFound("order");
}
