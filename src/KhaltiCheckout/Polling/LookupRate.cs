namespace KhaltiCheckout.Polling;

/// <summary>How many questions are left by a rate: a tenth of a minute's worth at once, the rest spread over the minute, so that no
/// minute has more.</summary>
/// <param name="perMinute">The rate.</param>
internal sealed class LookupRate(int perMinute)
{
    private readonly double _atOnce = perMinute / 10.0;
    private double _left = perMinute / 10.0;
    private DateTimeOffset? _since;

    /// <summary>For questions that do not wait: those after them do.</summary>
    internal void Take(int count, DateTimeOffset now)
    {
        Refill(now);
        _left = Math.Max(_left - count, -perMinute);
    }

    /// <returns>How many may be asked.</returns>
    internal int TakeUpTo(int most, DateTimeOffset now)
    {
        Refill(now);
        int taken = (int)Math.Clamp(Math.Floor(_left), 0, Math.Max(most, 0));
        _left -= taken;
        return taken;
    }

    internal void PutBack(int count) => _left = Math.Min(_left + count, _atOnce);

    // A clock that was set back begins anew.
    private void Refill(DateTimeOffset now)
    {
        double minutes = _since is { } since && now > since ? (now - since).TotalMinutes : 0;
        _left = Math.Min(_left + (minutes * perMinute * 0.9), _atOnce);
        _since = now;
    }
}
