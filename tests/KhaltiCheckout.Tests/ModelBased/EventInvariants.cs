using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>Each change of status has its event exactly once, and nothing else has one.</summary>
internal static class EventInvariants
{
    internal static void Check(Order order, IReadOnlyList<RaisedReason> reasons, IReadOnlyList<StoredEvent> events)
    {
        string[] types = [.. events.Select(one => one.Type)];
        Refund[] own = [.. order.Refunds.Where(refund => refund.Origin == RefundOrigin.Merchant)];
        ShouldCount("order.created", 1);
        ShouldCount("order.paid", order.PaidAt is null ? 0 : 1);
        ShouldCount("order.cancelled", Entries("order_cancelled"));
        ShouldCount("order.expired", Entries("order_expired"));
        ShouldCount("order.refunded", Entries("order_refunded"));
        ShouldCount("payment.completed", order.Payments.Count(payment => payment.CompletedAt is not null));
        ShouldCount("payment.verifying", Entries("payment_verifying") + Entries("payment_pending"));
        ShouldCount("payment.failed", Entries("payment_failed"));
        ShouldCount("payment.needs_review", Entries("payment_held"));
        ShouldCount("refund.created", own.Length);
        ShouldCount("refund.completed", own.Count(refund => refund.Status == RefundStatus.Completed));
        ShouldCount("refund.failed", own.Count(refund => refund.Status == RefundStatus.Failed));
        ShouldCount("refund.detected", Entries("refund_found"));
        ShouldCount("order.attention_raised", reasons.Count);
        ShouldCount("order.attention_resolved", reasons.Count(reason => reason.ResolvedAt is not null));
        if (order.Status == OrderStatus.PartiallyRefunded)
        {
            types.ShouldContain("order.partially_refunded");
        }

        events.Select(one => one.OrderVersion).ShouldBe(events.Select(one => one.OrderVersion).Order(), "in the order's order");

        int Entries(string what) => order.Timeline.Count(line => line.What == what);

        void ShouldCount(string type, int count) =>
            types.Count(one => one == type).ShouldBe(count, $"{type} of order {order.Id}: {string.Join(' ', types)}");
    }
}
