using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Model;

/// <summary>The right of one process to ask Khalti about a payment or a refund, for a while.</summary>
internal static class Leases
{
    /// <summary>The latest end that a lease can have now. One that ends later was made by a clock that was ahead, and is over.</summary>
    internal static DateTimeOffset LatestEnd(DateTimeOffset now) => now + CheckSchedule.MaxLease + ClockSkew.Tolerance;
}
