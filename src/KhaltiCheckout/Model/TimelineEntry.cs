using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Model;

/// <summary>One entry of an order's timeline: what happened, when, who did it, and why. Never changed, never removed.</summary>
public sealed class TimelineEntry
{
    private TimelineEntry()
    {
    }

    /// <summary>Which version of the order it made, so each has its own and a later one has a higher; of entries that are older
    /// than that rule, 0 and below.</summary>
    public long Id { get; private set; }

    public string OrderId { get; private set; } = "";

    public string? PaymentId { get; private set; }

    public DateTimeOffset At { get; private set; }

    /// <summary>A stable word for what happened, of <see cref="TimelineEvent"/>: e.g. <c>payment_completed</c>.</summary>
    public string What { get; private set; } = "";

    public Actor By { get; private set; }

    /// <summary>The name of the API key that did it, where one did.</summary>
    public string? KeyName { get; private set; }

    /// <summary>The evidence: what was expected, what was said, which rule decided. No secret, token or phone number.</summary>
    public string? Note { get; private set; }

    /// <summary>The same as values, <see cref="TimelineFacts"/> as JSON; null for an event without any, and for what an older version
    /// wrote.</summary>
    public string? Facts { get; private set; }

    internal static TimelineEntry Of(
        string orderId, int version, string? paymentId, DateTimeOffset at, TimelineEvent what, Actor by, TimelineFacts? facts, string? note,
        string? keyName) => new()
        {
            OrderId = orderId,
            Id = version,
            PaymentId = paymentId,
            At = at,
            What = SnakeCase.Of(what),
            By = by,
            Facts = facts?.ToJson(),
            Note = note,
            KeyName = keyName,
        };
}

public enum Actor
{
    Shopper,
    Khalti,
    Worker,
    Merchant,
}
