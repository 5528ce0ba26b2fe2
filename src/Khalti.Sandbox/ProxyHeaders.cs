namespace Khalti.Sandbox;

/// <summary>The headers that proxies and tunnels add to a request.</summary>
public static class ProxyHeaders
{
    private static readonly string[] Names =
    [
        "Forwarded", "Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Client-IP",
        "Fastly-Client-IP", "Fly-Client-IP", "X-Scheme", "CDN-Loop",
    ];

    // X-Original-For and X-Original-Proto: ForwardedHeadersMiddleware writes them when it has applied a header.
    private static readonly string[] Prefixes = ["X-Original-", "X-Forwarded", "X-Envoy-"];

    /// <summary>Whether the request has one of these headers.</summary>
    public static bool ArePresent(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Headers.Keys.Any(name =>
            Names.Contains(name, StringComparer.OrdinalIgnoreCase)
            || Array.Exists(Prefixes, beginning => name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase)));
    }
}
