namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>
/// A clock that stands where the test puts it, save that whoever looks finds it a millisecond later: what is done first is
/// older. Timers are real.
/// </summary>
internal sealed class ShopClock : TimeProvider
{
    private long _now = System.GetUtcNow().UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Add(ref _now, TimeSpan.TicksPerMillisecond), TimeSpan.Zero);

    internal void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
}
