namespace Khalti.Sandbox;

/// <summary>
/// The sandbox's time: the given one plus what <c>POST /_sandbox/clock</c> added. Kept in memory only, so a restart
/// brings the real time back.
/// </summary>
internal sealed class SandboxClock(TimeProvider time) : TimeProvider
{
    private long _offsetTicks;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow().AddTicks(Interlocked.Read(ref _offsetTicks));

    internal void Advance(TimeSpan by) => Interlocked.Add(ref _offsetTicks, by.Ticks);

    internal void Reset() => Interlocked.Exchange(ref _offsetTicks, 0);
}
