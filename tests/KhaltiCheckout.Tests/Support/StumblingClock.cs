namespace KhaltiCheckout.Tests.Support;

/// <summary>A clock on which the shop stumbles once when it asks for the time: something inside
/// it calls itself off, as a library may.</summary>
internal sealed class StumblingClock : TimeProvider
{
    private long _now = new DateTimeOffset(2026, 11, 21, 6, 0, 0, TimeSpan.Zero).UtcTicks;
    private int _left;

    internal bool HasStumbled => Volatile.Read(ref _left) <= 0;

    public override DateTimeOffset GetUtcNow() => Interlocked.Decrement(ref _left) == 0
        ? throw new OperationCanceledException("Called off by nobody who may.")
        : new DateTimeOffset(Interlocked.Read(ref _now), TimeSpan.Zero);

    internal void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);

    internal void StumbleAt(int moment, TimeSpan after)
    {
        Volatile.Write(ref _left, moment);
        Advance(after);
    }
}
