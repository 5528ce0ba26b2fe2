namespace KhaltiCheckout.Events;

public enum DeliveryStatus
{
    Pending,
    Succeeded,

    /// <summary>Every try of the schedule failed, or the webhook is gone.</summary>
    Failed,
}

/// <summary>An event on its way to a webhook.</summary>
/// <param name="NextAttemptAt">When it is tried next; null when it is over.</param>
/// <param name="Attempts">Each try, oldest first.</param>
public sealed record DeliveryView(
    string Id, string WebhookId, string EventId, string EventType, DeliveryStatus Status, DateTimeOffset CreatedAt,
    DateTimeOffset? NextAttemptAt, IReadOnlyList<DeliveryAttemptView> Attempts);

/// <summary>One try to deliver an event.</summary>
/// <param name="Status">The answer's; null when none came.</param>
/// <param name="Answer">The first 1 KiB of the answer's body.</param>
/// <param name="Error">Why there was no answer.</param>
public sealed record DeliveryAttemptView(DateTimeOffset At, int? Status, int DurationMs, string? Answer, string? Error);
