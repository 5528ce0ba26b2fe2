using System.Net;
using System.Net.Sockets;

namespace KhaltiCheckout.Http;

/// <summary>
/// Whom a limit counts: an IPv4 address, or the /64 network of an IPv6 address, because one subscriber has all of its addresses.
/// Every limit uses this, and the address is the one that the trusted proxies report (<see cref="TrustedProxies"/>).
/// </summary>
internal static class ClientNetwork
{
    private const int IPv6Prefix = 64;
    private const int IPv6SitePrefix = 48;

    internal static IPNetwork Of(HttpContext http) => Of(http.Connection.RemoteIpAddress);

    internal static IPNetwork Of(IPAddress? address)
    {
        IPAddress plain = Plain(address);
        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return new IPNetwork(plain, 32);
        }

        return NetworkOf(plain, IPv6Prefix);
    }

    /// <summary>The /48 of an IPv6 address, which is the most that one subscriber gets; null for an IPv4 address.</summary>
    internal static IPNetwork? SiteOf(HttpContext http) =>
        Plain(http.Connection.RemoteIpAddress) is { AddressFamily: AddressFamily.InterNetworkV6 } plain
            ? NetworkOf(plain, IPv6SitePrefix)
            : null;

    /// <summary>The client's address for the log.</summary>
    internal static string AddressOf(HttpContext http) => Plain(http.Connection.RemoteIpAddress).ToString();

    /// <summary>An IPv4 client of an IPv6 socket has the address ::ffff:192.0.2.1. No address: a Unix socket, or a test server.</summary>
    internal static IPAddress Plain(IPAddress? address) =>
        address is null ? IPAddress.None : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPNetwork NetworkOf(IPAddress address, int prefix)
    {
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(prefix / 8).Clear();
        return new IPNetwork(new IPAddress(bytes), prefix);
    }
}
