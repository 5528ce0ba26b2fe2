namespace KhaltiCheckout.Model;

public enum PaymentMethod
{
    Widget,
    Epayment,
}

public enum PaymentStatus
{
    /// <summary>ePayment: the link is being made or is handed out, and not paid as far as Khalti has said.</summary>
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

    /// <summary>ePayment: the payer turned back at Khalti's page.</summary>
    Cancelled,

    /// <summary>ePayment: not paid in time.</summary>
    Expired,

    /// <summary>ePayment: something is under way at Khalti, or may be.</summary>
    Pending,

    /// <summary>ePayment: nothing is under way after all.</summary>
    Waiting,

    /// <summary>Some of the money was refunded.</summary>
    PartRefunded,

    /// <summary>All of the money was refunded.</summary>
    AllRefunded,
}

internal static class PaymentLifecycle
{
    /// <summary>What a payment becomes. Null: this must not happen to a payment in this status.</summary>
    internal static PaymentStatus? After(this PaymentStatus status, PaymentEvent happened) => (status, happened) switch
    {
        (PaymentStatus.Verifying, PaymentEvent.Completed) => PaymentStatus.Completed,
        (PaymentStatus.Verifying, PaymentEvent.Declined) => PaymentStatus.Failed,
        (PaymentStatus.Verifying, PaymentEvent.Contradicted) => PaymentStatus.NeedsReview,

        // Asked again by a person, Khalti may have a final answer now.
        (PaymentStatus.NeedsReview, PaymentEvent.Completed) => PaymentStatus.Completed,
        (PaymentStatus.NeedsReview, PaymentEvent.Declined) => PaymentStatus.Failed,

        // Given up, and then the money came: it counts.
        (PaymentStatus.Failed, PaymentEvent.Completed) => PaymentStatus.Completed,
        (PaymentStatus.Failed, PaymentEvent.Contradicted) => PaymentStatus.NeedsReview,

        // A payment link, which may be paid until it expires, and whatever we believe of it.
        (PaymentStatus.Initiated, PaymentEvent.Completed) => PaymentStatus.Completed,
        (PaymentStatus.Initiated, PaymentEvent.Declined) => PaymentStatus.Failed,
        (PaymentStatus.Initiated, PaymentEvent.Contradicted) => PaymentStatus.NeedsReview,
        (PaymentStatus.Initiated or PaymentStatus.Verifying or PaymentStatus.NeedsReview, PaymentEvent.Cancelled) =>
            PaymentStatus.Cancelled,
        (PaymentStatus.Initiated or PaymentStatus.Verifying or PaymentStatus.NeedsReview, PaymentEvent.Expired) => PaymentStatus.Expired,
        (PaymentStatus.Initiated, PaymentEvent.Pending) => PaymentStatus.Verifying,
        (PaymentStatus.Verifying, PaymentEvent.Waiting) => PaymentStatus.Initiated,
        (PaymentStatus.Cancelled or PaymentStatus.Expired, PaymentEvent.Completed) => PaymentStatus.Completed,
        (PaymentStatus.Cancelled or PaymentStatus.Expired, PaymentEvent.Contradicted) => PaymentStatus.NeedsReview,
        (PaymentStatus.Cancelled or PaymentStatus.Expired or PaymentStatus.Failed, PaymentEvent.Pending) => PaymentStatus.Verifying,

        // Money that came can go back; also money that came otherwise than expected.
        (PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.NeedsReview, PaymentEvent.PartRefunded) =>
            PaymentStatus.PartiallyRefunded,
        (PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.NeedsReview, PaymentEvent.AllRefunded) =>
            PaymentStatus.Refunded,
        _ => null,
    };

    /// <summary>Whether money may have moved without our knowing yet.</summary>
    internal static bool IsOpen(this PaymentStatus status) => status is PaymentStatus.Verifying or PaymentStatus.NeedsReview;
}
