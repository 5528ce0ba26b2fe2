using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Model;

/// <summary>One reason why a person should look at an order, with its cause: a payment, a refund, or the order itself.</summary>
public sealed class RaisedReason
{
    private RaisedReason()
    {
    }

    public string Id { get; private set; } = "";

    public string OrderId { get; private set; } = "";

    public AttentionReason Reason { get; private set; }

    public string? PaymentId { get; private set; }

    public string? RefundId { get; private set; }

    public DateTimeOffset RaisedAt { get; private set; }

    /// <summary>When a person resolved it or its cause was settled; null while it is open.</summary>
    public DateTimeOffset? ResolvedAt { get; private set; }

    internal bool IsOpen => ResolvedAt is null;

    internal static RaisedReason Of(string orderId, AttentionReason reason, string? paymentId, string? refundId, DateTimeOffset now) =>
        new()
        {
            Id = TypeId.New(TypeId.Reason, now),
            OrderId = orderId,
            Reason = reason,
            PaymentId = paymentId,
            RefundId = refundId,
            RaisedAt = now,
        };

    internal bool Is(AttentionReason reason, string? paymentId, string? refundId) =>
        Reason == reason && PaymentId == paymentId && RefundId == refundId;

    internal void Resolve(DateTimeOffset now) => ResolvedAt = now;
}
