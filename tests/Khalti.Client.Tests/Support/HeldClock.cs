using System.Threading.Channels;

namespace Khalti.Client.Tests.Support;

/// <summary>A clock that only the test advances, and that reports which timers were started.</summary>
internal sealed class HeldClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<HeldTimer> _timers = [];
    private readonly Channel<bool> _changes = Channel.CreateUnbounded<bool>();
    private DateTimeOffset _now = new(2026, 1, 14, 6, 15, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        HeldTimer alarm = new(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    internal void Advance(TimeSpan by)
    {
        HeldTimer[] due;
        lock (_lock)
        {
            _now += by;
            due = [.. _timers.Where(alarm => alarm.At <= _now).OrderBy(alarm => alarm.At)];
            _timers.RemoveAll(alarm => due.Contains(alarm));
        }

        foreach (HeldTimer alarm in due)
        {
            alarm.Ring();
        }
    }

    /// <summary>Waits until a timer with exactly this delay is started.</summary>
    internal async Task WaitForTimerAsync(TimeSpan dueIn)
    {
        while (!IsSet(dueIn))
        {
            await _changes.Reader.ReadAsync(TestContext.Current.CancellationToken);
        }
    }

    private bool IsSet(TimeSpan dueIn)
    {
        lock (_lock)
        {
            return _timers.Any(alarm => alarm.At == _now + dueIn);
        }
    }

    private void Set(HeldTimer alarm, TimeSpan dueTime)
    {
        lock (_lock)
        {
            _timers.Remove(alarm);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                alarm.At = _now + dueTime;
                _timers.Add(alarm);
            }
        }

        _changes.Writer.TryWrite(true);
    }

    private sealed class HeldTimer(HeldClock clock, TimerCallback callback, object? state) : ITimer
    {
        internal DateTimeOffset At { get; set; }

        internal void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Set(this, dueTime);
            return true;
        }

        public void Dispose() => clock.Set(this, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
