using System.Net;

namespace KhaltiCheckout.Admin;

/// <summary>
/// Lets one network try ten wrong keys in a quarter of an hour, in a header or at sign-in; then a right one is refused, too, or
/// guessing would only be slower. Never for everybody: sessions are not asked, and a key that worked from the network before goes on
/// working there. Each process counts for itself: it keeps guessing slow, and the length of the keys makes it hopeless.
/// </summary>
internal sealed class AuthenticationThrottle(TimeProvider time)
{
    private const int MaxWrong = 10;
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPNetwork, List<DateTimeOffset>> _failures = [];
    private readonly HashSet<(IPNetwork Network, string Hint)> _known = [];
    private DateTimeOffset _swept;

    /// <summary>How long to wait; null when the key may be looked at.</summary>
    internal TimeSpan? WaitFor(IPNetwork network, string key)
    {
        lock (_lock)
        {
            return WaitFor(network, key, time.GetUtcNow());
        }
    }

    /// <summary>The same, and counts the attempt as wrong until <see cref="Succeed"/>: of many at once no more get through.</summary>
    internal TimeSpan? Reserve(IPNetwork network, string key)
    {
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            TimeSpan? wait = WaitFor(network, key, now);
            if (wait is null)
            {
                Count(network, now);
            }

            return wait;
        }
    }

    /// <summary>A wrong key. What was known of its first part is withdrawn, so that the rest can't be guessed behind it.</summary>
    internal void Fail(IPNetwork network, string key, bool isReserved)
    {
        lock (_lock)
        {
            if (!isReserved)
            {
                Count(network, time.GetUtcNow());
            }

            if (KeyText.HintOf(key) is { } hint)
            {
                _known.Remove((network, hint));
            }
        }
    }

    /// <summary>A right key.</summary>
    internal void Succeed(IPNetwork network, string key, bool isReserved)
    {
        string? hint = KeyText.HintOf(key);
        lock (_lock)
        {
            if (isReserved && _failures.TryGetValue(network, out List<DateTimeOffset>? failures) && failures.Count > 0)
            {
                failures.RemoveAt(failures.Count - 1);
            }

            if (hint is not null && _known.Count < MaxRemembered)
            {
                _known.Add((network, hint));
            }
        }
    }

    private TimeSpan? WaitFor(IPNetwork network, string key, DateTimeOffset now)
    {
        if (!_failures.TryGetValue(network, out List<DateTimeOffset>? failures))
        {
            return null;
        }

        failures.RemoveAll(at => at <= now - Window);
        return failures.Count < MaxWrong || (KeyText.HintOf(key) is { } hint && _known.Contains((network, hint))) ? null : failures[0] + Window - now;
    }

    private void Count(IPNetwork network, DateTimeOffset now)
    {
        if (!_failures.TryGetValue(network, out List<DateTimeOffset>? failures))
        {
            MakeRoom(now);
            _failures[network] = failures = [];
        }

        failures.Add(now);
    }

    // Networks are chosen by strangers: their number is bounded.
    private void MakeRoom(DateTimeOffset now)
    {
        if (now - _swept >= (_failures.Count < MaxRemembered ? Window : TimeSpan.FromSeconds(1)))
        {
            _swept = now;
            foreach (IPNetwork network in _failures.Where(pair => pair.Value.TrueForAll(at => at <= now - Window)).Select(pair => pair.Key).ToArray())
            {
                _failures.Remove(network);
            }
        }

        if (_failures.Count >= MaxRemembered)
        {
            _failures.Remove(_failures.Keys.First());
        }
    }
}
