using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Settings;

/// <summary>
/// Where shoppers find the shop, for addresses that leave it. Never taken from a request: a visitor could choose that, and
/// with it where the next shopper is sent.
/// </summary>
internal sealed class StoreAddress(IOptions<StoreOptions> store, IServer server)
{
    /// <summary>Store:PublicUrl; without it, where this program listens, which is right on one's own machine.</summary>
    internal Uri Origin => store.Value.PublicUrl is { Length: > 0 } told ? new Uri(told) : Listening();

    /// <summary>
    /// Whether this browser reaches the shop by https; behind a proxy that speaks it the request itself may be http. A browser on this
    /// machine comes without that proxy, and would not keep a cookie that is for https.
    /// </summary>
    internal bool IsHttps(HttpRequest request) => request.IsHttps || (IsPublicHttps && !ListenAddresses.IsThisMachine(request.Host.Host));

    internal bool IsPublicHttps => store.Value.PublicUrl?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true;

    private Uri Listening()
    {
        string address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5080";
        Uri listening =
            new(address.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal));
        return listening.Host is "0.0.0.0" or "[::]" ? new UriBuilder(listening) { Host = "localhost" }.Uri : listening;
    }
}
