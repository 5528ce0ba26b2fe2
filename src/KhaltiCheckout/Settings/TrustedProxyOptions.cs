using System.Net;
using IPNetwork = System.Net.IPNetwork;

namespace KhaltiCheckout.Settings;

public sealed class TrustedProxyOptions
{
    public const string Section = "ForwardedHeaders";

    /// <summary>Networks or addresses of the proxies whose X-Forwarded-For and X-Forwarded-Proto
    /// are believed. Without it: this machine.</summary>
    public string[]? KnownNetworks { get; set; }

    /// <summary>How many proxies a request passes, one behind the other; 0 believes none.</summary>
    public int Hops { get; set; } = 1;

    internal IEnumerable<IPNetwork?> Networks => (KnownNetworks ?? ["127.0.0.0/8", "::1"]).Select(Read);

    private static IPNetwork? Read(string? text) =>
        IPAddress.TryParse(text, out IPAddress? address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : IPNetwork.TryParse(text, out IPNetwork network) ? network
            : null;
}
