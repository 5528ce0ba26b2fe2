namespace KhaltiCheckout.Payments;

public enum PaymentMethod
{
    Widget,
    Epayment,
}

public enum PaymentStatus
{
    /// <summary>ePayment: the link is handed out.</summary>
    Initiated,

    /// <summary>Khalti has been or is being asked; the outcome is not known.</summary>
    Verifying,
    Completed,
    Failed,
    Cancelled,
    Expired,

    /// <summary>Khalti contradicts what we know; a person decides.</summary>
    NeedsReview,
    PartiallyRefunded,
    Refunded,
}

public enum PaymentEvent
{
    Completed,
    Declined,
    Contradicted,
}

internal static class PaymentLifecycle
{
    /// <summary>What a payment becomes. Null: this must not happen to a payment in this status.</summary>
    internal static PaymentStatus? After(this PaymentStatus status, PaymentEvent happened) => (status, happened) switch
    {
        (PaymentStatus.Verifying, PaymentEvent.Completed) => PaymentStatus.Completed,
        (PaymentStatus.Verifying, PaymentEvent.Declined) => PaymentStatus.Failed,
        (PaymentStatus.Verifying, PaymentEvent.Contradicted) => PaymentStatus.NeedsReview,

        // Asked again by a person, Khalti may have made up its mind.
        (PaymentStatus.NeedsReview, PaymentEvent.Completed) => PaymentStatus.Completed,
        (PaymentStatus.NeedsReview, PaymentEvent.Declined) => PaymentStatus.Failed,

        // Given up, and then the money came: it counts.
        (PaymentStatus.Failed, PaymentEvent.Completed) => PaymentStatus.Completed,
        (PaymentStatus.Failed, PaymentEvent.Contradicted) => PaymentStatus.NeedsReview,
        _ => null,
    };

    /// <summary>Whether money may have moved without our knowing yet.</summary>
    internal static bool IsOpen(this PaymentStatus status) => status is PaymentStatus.Verifying or PaymentStatus.NeedsReview;
}
