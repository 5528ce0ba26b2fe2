namespace Khalti.Sandbox;

/// <summary>
/// The sandbox's clock: the given clock plus the offset that <c>POST /_sandbox/clock</c> added. The offset is kept in memory
/// and is lost at a restart.
/// </summary>
internal sealed class SandboxClock(TimeProvider time) : TimeProvider
{
    private long _offsetTicks;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow().AddTicks(Interlocked.Read(ref _offsetTicks));

    internal void Advance(TimeSpan by) => Interlocked.Add(ref _offsetTicks, by.Ticks);

    internal void Reset() => Interlocked.Exchange(ref _offsetTicks, 0);
}
