using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Model;

/// <summary>One reason why a person should look at an order, with its cause: a payment, refund or transaction, or the order.</summary>
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

    /// <summary>Khalti's id of a transaction that no payment here has, where one is the cause.</summary>
    public string? TransactionId { get; private set; }

    public DateTimeOffset RaisedAt { get; private set; }

    /// <summary>When a person resolved it or its cause was settled; null while it is open.</summary>
    public DateTimeOffset? ResolvedAt { get; private set; }

    internal bool IsOpen => ResolvedAt is null;

    internal static RaisedReason Of(
        string orderId, AttentionReason reason, string? paymentId, string? refundId, string? transactionId, DateTimeOffset now) =>
        new()
        {
            Id = TypeId.New(TypeId.Reason, now),
            OrderId = orderId,
            Reason = reason,
            PaymentId = paymentId,
            RefundId = refundId,
            TransactionId = transactionId,
            RaisedAt = now,
        };

    internal bool Is(AttentionReason reason, string? paymentId, string? refundId, string? transactionId) =>
        Reason == reason && PaymentId == paymentId && RefundId == refundId && TransactionId == transactionId;

    internal void Resolve(DateTimeOffset now) => ResolvedAt = now;
}
