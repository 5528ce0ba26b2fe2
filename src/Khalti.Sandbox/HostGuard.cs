using System.Net;
using Microsoft.Extensions.Primitives;

namespace Khalti.Sandbox;

/// <summary>
/// The names by which the sandbox may be reached. Links in its answers begin with the name of the request, and a page that makes its
/// own name resolve to this machine must reach nothing. Khalti's own names are allowed: its widget is mapped here by them.
/// </summary>
internal sealed class HostGuard(IEnumerable<string> urls, IEnumerable<string> names)
{
    private static readonly string[] Khaltis = ["khalti.com", "*.khalti.com", "khalti.s3.ap-south-1.amazonaws.com"];

    // As a name * would allow every host.
    private readonly List<StringSegment> _names =
    [
        .. Khaltis.Concat(urls.Select(url => BindingAddress.Parse(url).Host).Where(host => host is not ("*" or "+"))).Concat(names)
            .Select(name => new StringSegment(name)),
    ];

    internal Task WatchAsync(HttpContext context, RequestDelegate next) =>
        // As Khalti's framework answers a foreign name.
        IsAllowed(context.Request.Host.Host.TrimEnd('.')) ? next(context) : Answer.Html(400, "<h1>Bad Request (400)</h1>").ExecuteAsync(context);

    // A name without a dot can't be registered on the internet: it is a machine or container of the local network.
    private bool IsAllowed(string host) =>
        !host.Contains('.', StringComparison.Ordinal) || IPAddress.TryParse(host, out _) || HostString.MatchesAny(host, _names);
}
