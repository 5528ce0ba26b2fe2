using KhaltiCheckout.Data;
using KhaltiCheckout.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Orders;

/// <summary>Shows an order to whoever holds its id.</summary>
internal static class GetOrder
{
    internal static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Handle(
        string id, CheckoutDb db, CancellationToken cancellationToken) =>
        await FindAsync(db, id, cancellationToken) is { } order ? TypedResults.Ok(order) : Problems.NotFound("order");

    internal static async Task<OrderView?> FindAsync(CheckoutDb db, string id, CancellationToken cancellationToken) =>
        await db.Orders.AsNoTracking().AsSplitQuery()
            .Include(order => order.Lines).Include(order => order.Payments).Include(order => order.Refunds)
            .SingleOrDefaultAsync(order => order.Id == id, cancellationToken) is { } order
            ? OrderView.Of(order)
            : null;
}
