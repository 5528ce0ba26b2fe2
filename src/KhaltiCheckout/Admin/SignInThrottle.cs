using System.Net;
using System.Net.Sockets;

namespace KhaltiCheckout.Admin;

/// <summary>
/// Lets one address try ten wrong keys in a quarter of an hour; then a right one is refused, too, or guessing would only be
/// slower. Each process counts for itself: it keeps guessing slow, and what makes it hopeless is the length of the keys.
/// </summary>
internal sealed class SignInThrottle(TimeProvider time)
{
    private const int MostWrong = 10;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, List<DateTimeOffset>> _tries = [];
    private DateTimeOffset _swept;

    /// <summary>Counts a try, before it is known to be wrong: of many at once no more get through. Gives back how long to
    /// wait, where there were too many.</summary>
    internal TimeSpan? Begin(IPAddress? address)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            Sweep(now);
            IPAddress network = NetworkOf(address);
            if (!_tries.TryGetValue(network, out List<DateTimeOffset>? tries))
            {
                _tries[network] = tries = [];
            }

            tries.RemoveAll(at => at <= now - Window);
            if (tries.Count >= MostWrong)
            {
                return tries[0] + Window - now;
            }

            tries.Add(now);
            return null;
        }
    }

    /// <summary>The last try was right.</summary>
    internal void Forgive(IPAddress? address)
    {
        lock (_lock)
        {
            if (_tries.TryGetValue(NetworkOf(address), out List<DateTimeOffset>? tries) && tries.Count > 0)
            {
                tries.RemoveAt(tries.Count - 1);
            }
        }
    }

    private void Sweep(DateTimeOffset now)
    {
        if (now - _swept < Window)
        {
            return;
        }

        _swept = now;
        foreach (IPAddress network in _tries.Where(pair => pair.Value.TrueForAll(at => at <= now - Window)).Select(pair => pair.Key).ToArray())
        {
            _tries.Remove(network);
        }
    }

    // One subscriber of IPv6 has a whole /64 of addresses.
    private static IPAddress NetworkOf(IPAddress? address)
    {
        if (address is null || address.IsIPv4MappedToIPv6)
        {
            return address?.MapToIPv4() ?? IPAddress.None;
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
