using KhaltiCheckout.Data;
using KhaltiCheckout.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Orders;

/// <summary>Cancels an order that nobody has paid and nobody is paying.</summary>
internal static class CancelOrder
{
    internal static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Handle(
        string id, CheckoutDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        ProblemHttpResult? refusal = await db.WriteAsync(() => DecideAsync(db, id, now, cancellationToken), cancellationToken);
        return refusal is not null ? refusal : TypedResults.Ok((await GetOrder.FindAsync(db, id, cancellationToken))!);
    }

    private static async Task<ProblemHttpResult?> DecideAsync(CheckoutDb db, string id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Order? order = await db.Orders.Include(order => order.Payments).SingleOrDefaultAsync(order => order.Id == id, cancellationToken);
        if (order is null)
        {
            return Problems.NotFound("order");
        }

        if (order.Status.After(OrderEvent.Cancelled) is null)
        {
            return Problems.NotCancellable($"The order is {SnakeCase.Of(order.Status)}; only a pending order can be cancelled.");
        }

        if (order.HasPaymentUnderWay)
        {
            return Problems.NotCancellable("A payment of this order is being checked with Khalti. It can be cancelled when no payment is under way.");
        }

        order.Cancel(now);
        return null;
    }
}
