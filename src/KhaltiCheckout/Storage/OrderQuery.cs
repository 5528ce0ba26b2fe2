using KhaltiCheckout.Model;

namespace KhaltiCheckout.Storage;

/// <summary>Which order is wanted, and what else a decision about it has to know.</summary>
internal sealed record OrderQuery
{
    private OrderQuery()
    {
    }

    internal string? OrderId { get; private init; }

    internal string? PaymentId { get; private init; }

    internal string? RefundId { get; private init; }

    /// <summary>Whose token this is.</summary>
    internal string? Token { get; init; }

    /// <summary>Whose link this is, by Khalti's id.</summary>
    internal string? Pidx { get; init; }

    /// <summary>Whose transaction this is.</summary>
    internal string? TransactionId { get; init; }

    /// <summary>Which refund this request with an Idempotency-Key has made, since <see cref="RefundRequestSince"/>.</summary>
    internal string? RefundRequestId { get; init; }

    internal DateTimeOffset RefundRequestSince { get; init; }

    internal static OrderQuery ById(string orderId) => new() { OrderId = orderId };

    internal static OrderQuery OfPayment(string paymentId) => new() { PaymentId = paymentId };

    internal static OrderQuery OfRefund(string refundId) => new() { RefundId = refundId };
}

/// <summary>What was found, all of one state of the database.</summary>
/// <param name="Order">Null when there is none.</param>
/// <param name="OfToken">The payment that <see cref="OrderQuery.Token"/> was posted for, of this order or another.</param>
/// <param name="OfPidx">The payment that <see cref="OrderQuery.Pidx"/> belongs to.</param>
/// <param name="OfTransaction">The payment that <see cref="OrderQuery.TransactionId"/> belongs to.</param>
/// <param name="OfRequest">The refund that <see cref="OrderQuery.RefundRequestId"/> has made.</param>
internal sealed record FoundOrder(Order? Order, Payment? OfToken, Payment? OfPidx, Payment? OfTransaction, Refund? OfRequest);
