using System.Net;

namespace Khalti.Sandbox;

/// <summary>
/// Who may drive the sandbox: programs on this machine and its own page. Not other machines, and not a web page that
/// happens to be open in a browser of this machine, whatever name that page made its server resolve to.
/// </summary>
internal static class ControlGuard
{
    internal const string Prefix = "/_sandbox";

    internal static Task Watch(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.StartsWithSegments(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return next(context);
        }

        string? refused = !FromThisMachine(context) ? "The control interface answers this machine only."
            : !NamesThisMachine(context.Request.Host.Host) ? "Call the control interface as localhost or 127.0.0.1."
            : FromForeignPage(context.Request) ? "A web page of another origin may not drive the sandbox."
            : null;
        return refused is null ? next(context) : Errors.Detail(403, refused).ExecuteAsync(context);
    }

    /// <summary>No address at all is a test server in memory.</summary>
    private static bool FromThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is not { } address
        || IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static bool NamesThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

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
}
