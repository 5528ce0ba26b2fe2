using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Model;

/// <summary>When Khalti is asked about a payment or refund, who asks now, and how the asking has gone so far. Pure.</summary>
/// <param name="NextCheckAt">When Khalti is to be asked next; null when no automatic check is owed.</param>
/// <param name="LeasedUntil">Until when one process, and no other, is asking Khalti about it.</param>
/// <param name="Checks">How often Khalti was asked without settling anything.</param>
/// <param name="Denials">How often Khalti answered that it had not happened.</param>
/// <param name="LastAskUnanswered">Whether the last asking brought no answer at all.</param>
internal readonly record struct CheckState(
    DateTimeOffset? NextCheckAt, DateTimeOffset? LeasedUntil, int Checks, int Denials, bool LastAskUnanswered)
{
    /// <summary>A check is owed from the first moment, so that a crash before the answer needs no special case.</summary>
    internal static CheckState Start(DateTimeOffset now, TimeSpan lease) => new(now, now + lease, 0, 0, LastAskUnanswered: false);

    internal bool IsLeased(DateTimeOffset now) => LeasedUntil is { } until && ClockSkew.IsAhead(until, now, atMost: CheckSchedule.MaxLease);

    /// <summary>The status has changed: no check is owed.</summary>
    internal CheckState Settle() => this with { NextCheckAt = null, LeasedUntil = null, LastAskUnanswered = false };

    /// <summary>Restarts the schedule, with the number of checks at zero.</summary>
    internal CheckState Restart(DateTimeOffset? next) => this with { NextCheckAt = next, LeasedUntil = null, Checks = 0 };

    /// <summary>Nothing was settled: asked again at <paramref name="next"/>.</summary>
    internal CheckState Retry(DateTimeOffset? next, bool denied) =>
        this with { NextCheckAt = next, LeasedUntil = null, Checks = Checks + 1, Denials = Denials + (denied ? 1 : 0) };

    /// <summary>Asked outside the worker's schedule, which that never puts off.</summary>
    internal CheckState OutOfSchedule(DateTimeOffset next) =>
        this with { NextCheckAt = NextCheckAt < next ? NextCheckAt : next, LeasedUntil = null };

    internal CheckState EndLease() => this with { LeasedUntil = null };
}
