namespace KhaltiCheckout.Model;

public enum RefundStatus
{
    /// <summary>Saved, and Khalti is being asked.</summary>
    Requested,

    /// <summary>Khalti's answer was lost. It is found out by reading the payment's state; the refund is never sent again.</summary>
    Unknown,
    Completed,
    Failed,
}

/// <summary>Who made the refund.</summary>
public enum RefundOrigin
{
    /// <summary>This shop, by its API or its admin pages.</summary>
    Merchant,

    /// <summary>Somebody at Khalti's dashboard, or Khalti; found when its state was read.</summary>
    Khalti,
}

public enum RefundEvent
{
    AnswerLost,
    Completed,
    Failed,
}

internal static class RefundLifecycle
{
    /// <summary>What a refund becomes. Null: this must not happen to a refund in this status.</summary>
    internal static RefundStatus? After(this RefundStatus status, RefundEvent happened) => (status, happened) switch
    {
        (RefundStatus.Requested, RefundEvent.AnswerLost) => RefundStatus.Unknown,
        (RefundStatus.Requested or RefundStatus.Unknown, RefundEvent.Completed) => RefundStatus.Completed,
        (RefundStatus.Requested or RefundStatus.Unknown, RefundEvent.Failed) => RefundStatus.Failed,
        _ => null,
    };

    /// <summary>Whether money may be on its way back without our knowing.</summary>
    internal static bool IsOpen(this RefundStatus status) => status is RefundStatus.Requested or RefundStatus.Unknown;
}
