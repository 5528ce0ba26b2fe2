namespace KhaltiCheckout.Model;

/// <summary>Why Khalti is asked about a payment or a refund.</summary>
internal enum CheckTrigger
{
    /// <summary>Its next check is due.</summary>
    Due,

    /// <summary>A check is scheduled for now or later: it was not settled a moment ago.</summary>
    Scheduled,

    /// <summary>A manual check.</summary>
    Manual,

    /// <summary>Its shopper is back from Khalti's page: asked unless it has been paid meanwhile.</summary>
    Return,
}
