namespace KhaltiCheckout.Shared;

/// <summary>
/// Stored instants before which something waits. A clock that was ahead and was set right leaves some that lie further ahead than
/// any rule puts them: those are over, or a payment would wait for as long as the clock was wrong.
/// </summary>
internal static class ClockSkew
{
    /// <summary>How far the clocks of two processes on one database may differ.</summary>
    internal static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Whether the stored instant is still to come.</summary>
    /// <param name="atMost">The longest time that the rule behind it ever waits.</param>
    internal static bool IsAhead(DateTimeOffset stored, DateTimeOffset now, TimeSpan atMost) =>
        stored > now && stored <= now + atMost + Tolerance;
}
