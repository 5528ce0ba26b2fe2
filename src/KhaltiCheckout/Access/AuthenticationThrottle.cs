using System.Net;
using KhaltiCheckout.Http;

namespace KhaltiCheckout.Access;

/// <summary>
/// Lets one network try ten wrong keys in a quarter of an hour, in a header or at sign-in; then a right one is refused, too, or
/// guessing would only be slower. Never for everybody: sessions are not asked, and a key that worked from the network before goes on
/// working there. Each process counts for itself: it keeps guessing slow, and the length of the keys makes it hopeless.
/// </summary>
internal sealed class AuthenticationThrottle(TimeProvider time, ConfiguredApiKeys settings)
{
    private const int MaxWrong = 10;
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<KeySource, List<DateTimeOffset>> _failures = [];
    private readonly HashSet<(KeySource Source, string Key)> _known = [];
    private DateTimeOffset _swept;

    /// <summary>How long to wait; null when the key may be looked at.</summary>
    internal TimeSpan? WaitFor(KeySource source, string key)
    {
        lock (_lock)
        {
            return WaitFor(source, key, time.GetUtcNow());
        }
    }

    /// <summary>The same, and counts the attempt as wrong until <see cref="Succeed"/>: of many at once no more get through.</summary>
    internal TimeSpan? Reserve(KeySource source, string key)
    {
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            TimeSpan? wait = WaitFor(source, key, now);
            if (wait is null)
            {
                Count(source, now);
            }

            return wait;
        }
    }

    /// <summary>Records a wrong key and withdraws its trust, so that its secret can't be guessed from a trusted network.</summary>
    internal void Fail(KeySource source, string key, bool isReserved)
    {
        lock (_lock)
        {
            if (!isReserved)
            {
                Count(source, time.GetUtcNow());
            }

            if (NameOf(key) is { } name)
            {
                _known.Remove((source, name));
            }
        }
    }

    /// <summary>A right key.</summary>
    internal void Succeed(KeySource source, string key, bool isReserved)
    {
        string? name = NameOf(key);
        lock (_lock)
        {
            if (isReserved && _failures.TryGetValue(source, out List<DateTimeOffset>? failures) && failures.Count > 0)
            {
                failures.RemoveAt(failures.Count - 1);
            }

            if (name is not null && _known.Count < MaxRemembered)
            {
                _known.Add((source, name));
            }
        }
    }

    private TimeSpan? WaitFor(KeySource source, string key, DateTimeOffset now)
    {
        if (!_failures.TryGetValue(source, out List<DateTimeOffset>? failures))
        {
            return null;
        }

        failures.RemoveAll(at => at <= now - Window);
        return failures.Count < MaxWrong || (NameOf(key) is { } name && _known.Contains((source, name)))
            ? null
            : failures[0] + Window - now;
    }

    // By what a key is known, never its secret: its position in the settings, or its public first part.
    private string? NameOf(string key) => settings.IdOf(key) ?? ApiKeySecret.HintOf(key);

    private void Count(KeySource source, DateTimeOffset now)
    {
        if (!_failures.TryGetValue(source, out List<DateTimeOffset>? failures))
        {
            MakeRoom(now);
            _failures[source] = failures = [];
        }

        failures.Add(now);
    }

    // Networks are chosen by strangers: their number is bounded.
    private void MakeRoom(DateTimeOffset now)
    {
        if (now - _swept >= (_failures.Count < MaxRemembered ? Window : TimeSpan.FromSeconds(1)))
        {
            _swept = now;
            foreach ((KeySource source, List<DateTimeOffset> failures) in _failures)
            {
                if (failures.TrueForAll(at => at <= now - Window))
                {
                    _failures.Remove(source);
                }
            }
        }

        if (_failures.Count >= MaxRemembered)
        {
            _failures.Remove(_failures.Keys.First());
        }
    }
}

/// <summary>The source of attempts to guess keys: a network, or a signed-in key from any network.</summary>
internal readonly record struct KeySource(IPNetwork Network, string? KeyId = null)
{
    internal static KeySource Of(HttpContext http) => http.User.KeyId() is { } keyId ? new(default, keyId) : new(ClientNetwork.Of(http));
}
