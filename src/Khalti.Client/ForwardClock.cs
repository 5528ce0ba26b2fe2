namespace Khalti.Client;

/// <summary>A clock that never goes back, so that setting the system clock back does not prolong the circuit breaker's break.</summary>
internal sealed class ForwardClock(TimeProvider inner) : TimeProvider
{
    private readonly Lock _lock = new();
    private DateTimeOffset _last = inner.GetUtcNow();
    private TimeSpan _ahead;

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            DateTimeOffset now = inner.GetUtcNow();
            if (now + _ahead < _last)
            {
                _ahead = _last - now;
            }

            return _last = now + _ahead;
        }
    }

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);
}
