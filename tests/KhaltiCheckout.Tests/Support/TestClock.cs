namespace KhaltiCheckout.Tests.Support;

/// <summary>A clock that only the test advances. Timers are real and not used in tests.</summary>
internal sealed class TestClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 11, 21, 6, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    internal void Advance(TimeSpan by) => _now += by;

    internal void MoveTo(DateTimeOffset instant) => _now = instant;
}
