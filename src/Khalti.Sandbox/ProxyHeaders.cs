namespace Khalti.Sandbox;

/// <summary>What proxies and tunnels add to a request that they pass on.</summary>
public static class ProxyHeaders
{
    private static readonly string[] Names =
    [
        "Forwarded", "Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Client-IP",
        "Fastly-Client-IP", "Fly-Client-IP", "X-Scheme", "CDN-Loop",
    ];

    // X-Original-For and X-Original-Proto are what ForwardedHeadersMiddleware leaves of the headers that it has believed.
    private static readonly string[] Beginnings = ["X-Original-", "X-Forwarded", "X-Envoy-"];

    /// <summary>Whether the request has one of them, whoever wrote it.</summary>
    public static bool AreIn(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Headers.Keys.Any(name =>
            Names.Contains(name, StringComparer.OrdinalIgnoreCase)
            || Array.Exists(Beginnings, beginning => name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase)));
    }
}
