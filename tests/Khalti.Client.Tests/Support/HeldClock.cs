using System.Threading.Channels;

namespace Khalti.Client.Tests.Support;

/// <summary>A clock that the test holds: it stands until it is moved, and tells which waits have begun.</summary>
internal sealed class HeldClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Alarm> _alarms = [];
    private readonly Channel<bool> _changes = Channel.CreateUnbounded<bool>();
    private DateTimeOffset _now = new(2026, 1, 14, 6, 15, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Alarm alarm = new(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    internal void Advance(TimeSpan by)
    {
        Alarm[] due;
        lock (_gate)
        {
            _now += by;
            due = [.. _alarms.Where(alarm => alarm.At <= _now).OrderBy(alarm => alarm.At)];
            _alarms.RemoveAll(alarm => due.Contains(alarm));
        }

        foreach (Alarm alarm in due)
        {
            alarm.Ring();
        }
    }

    /// <summary>Waits until somebody waits for exactly this long.</summary>
    internal async Task WaitForAlarmAsync(TimeSpan dueIn)
    {
        while (!IsSet(dueIn))
        {
            await _changes.Reader.ReadAsync(TestContext.Current.CancellationToken);
        }
    }

    private bool IsSet(TimeSpan dueIn)
    {
        lock (_gate)
        {
            return _alarms.Any(alarm => alarm.At == _now + dueIn);
        }
    }

    private void Set(Alarm alarm, TimeSpan dueTime)
    {
        lock (_gate)
        {
            _alarms.Remove(alarm);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                alarm.At = _now + dueTime;
                _alarms.Add(alarm);
            }
        }

        _changes.Writer.TryWrite(true);
    }

    private sealed class Alarm(HeldClock clock, TimerCallback callback, object? state) : ITimer
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
