using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Events;

/// <summary>Finds the events of an order that is saved, by comparing it with what was read. Pure.</summary>
internal static class OrderEvents
{
    /// <summary>In the order in which they happened, as far as one transaction has an order.</summary>
    internal static IEnumerable<OrderEventFound> Of(SavedOrder saved)
    {
        (OrderSnapshot? before, Order after) = saved;
        if (before is null)
        {
            yield return new(EventType.OrderCreated);
        }

        foreach ((Payment? was, Payment now) in Pairs(before?.Payments, after.Payments))
        {
            if (OfPayment(was, now) is { } type)
            {
                yield return new(type, now);
            }
        }

        if (after.PaidAt is not null && before?.Order.PaidAt is null)
        {
            yield return new(EventType.OrderPaid, after.Payments.LastOrDefault(payment => payment.CompletedAt == after.PaidAt));
        }

        foreach (OrderEventFound found in OfRefunds(before, after))
        {
            yield return found;
        }

        if (after.Status != before?.Order.Status && OfStatus(after.Status) is { } status)
        {
            yield return new(status);
        }

        foreach (OrderEventFound found in OfReasons(before, after))
        {
            yield return found;
        }
    }

    // That it completed counts also when the same transaction found it refunded.
    private static EventType? OfPayment(Payment? was, Payment now) =>
        now.CompletedAt is not null && was?.CompletedAt is null ? EventType.PaymentCompleted
        : now.Status == was?.Status ? null
        : now.Status switch
        {
            PaymentStatus.Verifying => EventType.PaymentVerifying,
            PaymentStatus.Failed => EventType.PaymentFailed,
            PaymentStatus.NeedsReview => EventType.PaymentNeedsReview,
            _ => null,
        };

    private static EventType? OfStatus(OrderStatus status) => status switch
    {
        OrderStatus.Cancelled => EventType.OrderCancelled,
        OrderStatus.Expired => EventType.OrderExpired,
        OrderStatus.PartiallyRefunded => EventType.OrderPartiallyRefunded,
        OrderStatus.Refunded => EventType.OrderRefunded,
        _ => null,
    };

    private static IEnumerable<OrderEventFound> OfRefunds(OrderSnapshot? before, Order after)
    {
        // Khalti refunded a part and does not say how much: there is no refund to show.
        foreach ((Payment? was, Payment now) in Pairs(before?.Payments, after.Payments))
        {
            if (now.Status == PaymentStatus.PartiallyRefunded && was is not null && was.Status != now.Status
                && was.AmountRefunded == now.AmountRefunded)
            {
                yield return new(EventType.RefundDetected, now);
            }
        }

        foreach ((Refund? was, Refund now) in Pairs(before?.Refunds, after.Refunds))
        {
            Payment payment = after.PaymentOf(now.PaymentId);
            if (was is null)
            {
                yield return new(
                    now.Origin == RefundOrigin.Khalti ? EventType.RefundDetected : EventType.RefundCreated, payment, now);
            }

            if (now.Status != was?.Status && now.Origin == RefundOrigin.Merchant
                && (now.Status is RefundStatus.Completed or RefundStatus.Failed))
            {
                yield return new(
                    now.Status == RefundStatus.Completed ? EventType.RefundCompleted : EventType.RefundFailed, payment, now);
            }
        }
    }

    private static IEnumerable<OrderEventFound> OfReasons(OrderSnapshot? before, Order after)
    {
        foreach ((RaisedReason? was, RaisedReason now) in Pairs(before?.Reasons, after.Reasons))
        {
            Payment? payment = after.Payments.FirstOrDefault(one => one.Id == now.PaymentId);
            Refund? refund = after.Refunds.FirstOrDefault(one => one.Id == now.RefundId);
            if (was is null)
            {
                yield return new(EventType.OrderAttentionRaised, payment, refund, now);
            }

            if (!now.IsOpen && was?.IsOpen != false)
            {
                yield return new(EventType.OrderAttentionResolved, payment, refund, now);
            }
        }
    }

    // What was read comes first in each list.
    private static IEnumerable<(T? Was, T Now)> Pairs<T>(IReadOnlyList<T>? before, IReadOnlyList<T> after)
        where T : class =>
        after.Select((now, place) => (place < (before?.Count ?? 0) ? before![place] : null, now));
}

/// <param name="Payment">The one that it is about, where there is one.</param>
internal sealed record OrderEventFound(EventType Type, Payment? Payment = null, Refund? Refund = null, RaisedReason? Reason = null);
