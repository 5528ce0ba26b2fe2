using KhaltiCheckout.Data;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Payments;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Orders;

/// <summary>Cancels an order that nobody has paid and nobody is paying.</summary>
internal static class CancelOrder
{
    internal static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Handle(
        string id, CheckoutDb db, Settlement settlement, KeptAnswer answer, TimeProvider time, CancellationToken cancellationToken)
    {
        // The shopper may have paid at Khalti's page a moment ago. A link that was not paid can't be called back: money
        // that comes by it later still counts.
        if (await db.Orders.AnyAsync(order => order.Id == id && order.Status == OrderStatus.Pending, cancellationToken)
            && !await settlement.LookAtLinksAsync(id, Actor.Shopper, cancellationToken))
        {
            return Problems.NotCancellable(
                "Khalti can't be asked just now whether this order has been paid at its page. Try again in a minute.");
        }

        DateTimeOffset now = time.GetUtcNow();
        (ProblemHttpResult? refusal, OrderView? cancelled) = await db.WriteAsync(
            async () =>
            {
                (ProblemHttpResult? no, Order? order) = await DecideAsync(db, id, now, cancellationToken);
                if (order is null)
                {
                    return (no, (OrderView?)null);
                }

                OrderView view = OrderView.Of(order);
                await answer.KeepAsync(StatusCodes.Status200OK, view);
                return (null, view);
            },
            cancellationToken);
        return refusal is not null ? refusal : TypedResults.Ok(cancelled!);
    }

    private static async Task<(ProblemHttpResult? Refusal, Order? Cancelled)> DecideAsync(
        CheckoutDb db, string id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Order? order = await db.Orders.AsSplitQuery().Include(order => order.Lines).Include(order => order.Payments).SingleOrDefaultAsync(order => order.Id == id, cancellationToken);
        if (order is null)
        {
            return (Problems.NotFound("order"), null);
        }

        if (order.Status.After(OrderEvent.Cancelled) is null)
        {
            return (Problems.NotCancellable($"The order is {SnakeCase.Of(order.Status)}; only a pending order can be cancelled."), null);
        }

        if (order.HasPaymentUnderWay)
        {
            return (Problems.NotCancellable(
                "A payment of this order is being checked with Khalti. It can be cancelled when no payment is under way."), null);
        }

        order.Cancel(now);
        return (null, order);
    }
}
