using System.Net;

namespace Khalti.Sandbox;

/// <summary>
/// Restricts the control API to programs on this machine, the sandbox's own page, and networks that a setting names. Refuses other
/// machines, requests that a proxy forwarded, and pages of other origins (also after DNS rebinding).
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

        string? refused = !IsAllowedClient(context)
            ? "The control interface answers this machine only, and networks that Sandbox:ControlNetworks names."
            : !IsNotForwarded(context.Request) ? "The control interface does not answer a request that a proxy forwarded."
            : !HostIsThisSandbox(context.Request.Host.Host) ? "Call the control interface as localhost or 127.0.0.1."
            : IsFromForeignPage(context.Request) ? "A web page of another origin may not drive the sandbox."
            : null;
        return refused is null ? next(context) : Errors.Detail(403, refused).ExecuteAsync(context);
    }

    /// <summary>A request without a remote address comes from an in-memory test server and is allowed.</summary>
    private bool IsAllowedClient(HttpContext context) => context.Connection.RemoteIpAddress is not { } address || IsAllowed(address);

    private bool IsAllowed(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) || Array.Exists(_networks, network => network.Contains(plain));
    }

    // With Sandbox:ControlNetworks set, X-Forwarded-For must be present and each of its addresses must be in one of the networks.
    private bool IsNotForwarded(HttpRequest request)
    {
        string[] clients = request.Headers["X-Forwarded-For"].ToString()
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return !ProxyHeaders.ArePresent(request)
            || (_networks.Length > 0 && clients.Length > 0
                && Array.TrueForAll(clients, client => IPAddress.TryParse(client, out IPAddress? address) && IsAllowed(address)));
    }

    private bool HostIsThisSandbox(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out IPAddress? address) ? IPAddress.IsLoopback(address) || _networks.Length > 0
            : _networks.Length > 0 && !host.Contains('.', StringComparison.Ordinal));

    private static bool IsFromForeignPage(HttpRequest request)
    {
        string origin = request.Headers.Origin.ToString();
        if (origin.Length > 0)
        {
            return !origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
        }

        // Navigation from another site is allowed: it only opens the page.
        bool opensPage = HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate";
        return !opensPage && request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site";
    }

    private static IPNetwork Network(string text) =>
        IPAddress.TryParse(text, out IPAddress? address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : IPNetwork.TryParse(text, out IPNetwork network) ? network
            : throw new InvalidOperationException(
                $"Sandbox:ControlNetworks must be networks or addresses, such as 172.17.0.0/16, not '{text}'.");
}
