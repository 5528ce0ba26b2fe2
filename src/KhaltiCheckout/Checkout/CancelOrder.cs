using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Model;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Checkout;

/// <summary>Cancels an order that nobody has paid and nobody is paying.</summary>
internal static class CancelOrder
{
    internal static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Handle(
        string id, CheckoutStore store, PaymentProcessor settlement, IdempotentResponse answer, TimeProvider time, CancellationToken cancellationToken)
    {
        // The shopper may have paid at Khalti's page a moment ago. A link that was not paid can't be called back: money
        // that comes by it later still counts.
        Order? asItIs = await store.ReadAsync(sql => sql.FindOrderAsync(id, OrderParts.Payments), cancellationToken);
        LinkAnswers links = asItIs is { Status: OrderStatus.Pending }
            ? await settlement.AskAboutLinksAsync(id, Actor.Shopper, cancellationToken)
            : new LinkAnswers(StorageFormat.Now(time));

        // Whoever pays it now is to read it.
        _ = store.Recent?.Take<Order>(id);
        DateTimeOffset now = time.GetUtcNow();
        (ProblemHttpResult? refusal, OrderView? cancelled) = await store.WriteAsync(
            async sql =>
            {
                (ProblemHttpResult? no, Order? order) = await DecideAsync(sql, id, links, now);
                if (order is null)
                {
                    return (no, (OrderView?)null);
                }

                await sql.SaveAsync(order);
                OrderView view = OrderView.Of(order);
                await answer.KeepAsync(sql, StatusCodes.Status200OK, view);
                return (null, view);
            },
            cancellationToken, Footing.OneOrder);
        return refusal is not null ? refusal : TypedResults.Ok(cancelled!);
    }

    private static async Task<(ProblemHttpResult? Refusal, Order? Cancelled)> DecideAsync(
        SqlSession sql, string id, LinkAnswers links, DateTimeOffset now)
    {
        Order? order = await sql.FindOrderAsync(id, OrderParts.All);
        if (order is null)
        {
            return (Problems.NotFound("order"), null);
        }

        if (order.Status.After(OrderEvent.Cancelled) is null)
        {
            return (Problems.NotCancellable($"The order is {SnakeCase.Of(order.Status)}; only a pending order can be cancelled."), null);
        }

        if (order.HasOpenPayment)
        {
            return (Problems.NotCancellable(
                "A payment of this order is being checked with Khalti. It can be cancelled when no payment is under way."), null);
        }

        if (!order.AreLinksKnown(links))
        {
            return (Problems.NotCancellable(
                "Khalti can't be asked just now whether this order has been paid at its page. Try again in a minute."), null);
        }

        order.Cancel(now);
        return (null, order);
    }
}
