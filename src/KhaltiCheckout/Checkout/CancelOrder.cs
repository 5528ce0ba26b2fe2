using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Model;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Checkout;

/// <summary>Cancels an order that is not paid and has no payment under way.</summary>
internal static class CancelOrder
{
    internal static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Handle(
        string id, OrderStore orders, PaymentProcessor payments, IdempotentResponse response, TimeProvider time,
        CancellationToken cancellationToken)
    {
        // The shopper may have paid at Khalti's page a moment ago. A link that was not paid can't be called back: money
        // that comes by it later still counts.
        Order? current = await orders.FindAsync(id, cancellationToken);
        LinkAnswers links = current is { Status: OrderStatus.Pending }
            ? await payments.AskAboutLinksAsync(id, Actor.Shopper, cancellationToken)
            : new LinkAnswers(StorageFormat.Now(time));

        DateTimeOffset now = time.GetUtcNow();
        (ProblemHttpResult? refusal, OrderView? cancelled) = await orders.UpdateAsync(
            OrderQuery.ById(id),
            found => Decide(found.Order, links, now),
            cancellationToken,
            (sql, decided) => decided.Cancelled is { } view ? response.SaveAsync(sql, StatusCodes.Status200OK, view) : Task.CompletedTask);
        return refusal is not null ? refusal : TypedResults.Ok(cancelled!);
    }

    private static (ProblemHttpResult? Refusal, OrderView? Cancelled) Decide(Order? order, LinkAnswers links, DateTimeOffset now)
    {
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
        return (null, OrderView.Of(order));
    }
}
