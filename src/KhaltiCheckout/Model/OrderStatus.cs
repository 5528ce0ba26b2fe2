using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Model;

public enum OrderStatus
{
    Pending,
    Paid,
    PartiallyRefunded,
    Refunded,
    Cancelled,
    Expired,
}

public enum OrderEvent
{
    PaymentCompleted,
    PartOfItRefunded,
    AllOfItRefunded,
    Cancelled,
    Expired,
}

/// <summary>Why a person should look at an order. Most urgent first: that is the one shown of several.</summary>
[SchemaName("Attention")]
public enum AttentionReason
{
    /// <summary>Two payments of it are completed.</summary>
    DoublePayment,

    /// <summary>Khalti completed another amount than the order's.</summary>
    AmountConflict,

    /// <summary>Money at Khalti that no payment here accounts for.</summary>
    UnmatchedTransaction,

    /// <summary>Khalti refunded money without our asking.</summary>
    RefundedAtKhalti,

    /// <summary>Khalti said something that no rule covers, or that contradicts what we know.</summary>
    UnknownState,

    /// <summary>The night's comparison found another amount or state at Khalti.</summary>
    BooksDiffer,

    /// <summary>The shop can't read its own record.</summary>
    Unreadable,

    /// <summary>Still unknown after the last automatic check.</summary>
    Stuck,

    /// <summary>Paid after it was cancelled or had expired.</summary>
    PaidLate,
}

internal static class OrderLifecycle
{
    /// <summary>What an order becomes. Null: this must not happen to an order in this status.</summary>
    internal static OrderStatus? After(this OrderStatus status, OrderEvent happened) => (status, happened) switch
    {
        (OrderStatus.Pending, OrderEvent.PaymentCompleted) => OrderStatus.Paid,
        (OrderStatus.Pending, OrderEvent.Cancelled) => OrderStatus.Cancelled,
        (OrderStatus.Pending, OrderEvent.Expired) => OrderStatus.Expired,

        // Late money is still the shopper's money.
        (OrderStatus.Expired or OrderStatus.Cancelled, OrderEvent.PaymentCompleted) => OrderStatus.Paid,

        (OrderStatus.Paid or OrderStatus.PartiallyRefunded, OrderEvent.PartOfItRefunded) => OrderStatus.PartiallyRefunded,
        (OrderStatus.Paid or OrderStatus.PartiallyRefunded, OrderEvent.AllOfItRefunded) => OrderStatus.Refunded,
        _ => null,
    };
}
