using System.Net;

namespace Khalti.Sandbox;

/// <summary>
/// Which clients may drive the sandbox: programs on this machine, its own page, and networks that a setting names. Not other machines, not
/// whoever a proxy on this machine forwards, and not a web page that happens to be open in a browser of this machine, whatever name
/// that page made its server resolve to.
/// </summary>
internal sealed class ControlGuard
{
    internal const string Prefix = "/_sandbox";

    private readonly IPNetwork[] _networks;

    internal ControlGuard(IEnumerable<string> networks) => _networks = [.. networks.Select(Network)];

    internal Task WatchAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.StartsWithSegments(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return next(context);
        }

        string? refused = !MayAsk(context) ? "The control interface answers this machine only, and networks that Sandbox:ControlNetworks names."
            : !IsNotForwarded(context.Request) ? "The control interface does not answer a request that a proxy forwarded."
            : !NamesThisSandbox(context.Request.Host.Host) ? "Call the control interface as localhost or 127.0.0.1."
            : FromForeignPage(context.Request) ? "A web page of another origin may not drive the sandbox."
            : null;
        return refused is null ? next(context) : Errors.Detail(403, refused).ExecuteAsync(context);
    }

    /// <summary>No address at all is a test server in memory.</summary>
    private bool MayAsk(HttpContext context) => context.Connection.RemoteIpAddress is not { } address || IsAllowed(address);

    private bool IsAllowed(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) || Array.Exists(_networks, network => network.Contains(plain));
    }

    // Where networks are named, a proxy has to say for whom it asks, and each address that it names must be in one.
    private bool IsNotForwarded(HttpRequest request)
    {
        string[] clients = request.Headers["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return !ProxyHeaders.AreIn(request)
            || (_networks.Length > 0 && clients.Length > 0
                && Array.TrueForAll(clients, client => IPAddress.TryParse(client, out IPAddress? address) && IsAllowed(address)));
    }

    private bool NamesThisSandbox(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out IPAddress? address) ? IPAddress.IsLoopback(address) || _networks.Length > 0
            : _networks.Length > 0 && !host.Contains('.', StringComparison.Ordinal));

    private static bool FromForeignPage(HttpRequest request)
    {
        string origin = request.Headers.Origin.ToString();
        if (origin.Length > 0)
        {
            return !origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
        }

        // A link to the page from anywhere is harmless: it only opens the page.
        bool opensPage = HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate";
        return !opensPage && request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site";
    }

    private static IPNetwork Network(string text) =>
        IPAddress.TryParse(text, out IPAddress? address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : IPNetwork.TryParse(text, out IPNetwork network) ? network
            : throw new InvalidOperationException($"Sandbox:ControlNetworks must be networks or addresses, such as 172.17.0.0/16, not '{text}'.");
}
