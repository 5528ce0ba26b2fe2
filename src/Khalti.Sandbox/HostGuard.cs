using System.Net;
using Microsoft.Extensions.Primitives;

namespace Khalti.Sandbox;

/// <summary>
/// Allowed host names. Links in answers begin with the host of the request, and DNS rebinding must not reach the sandbox.
/// Khalti's own host names are allowed, because tests map the official widget's requests to the sandbox.
/// </summary>
internal sealed class HostGuard(IEnumerable<string> urls, IEnumerable<string> names)
{
    // The last three can't be registered on the internet, as a name without a dot: host.docker.internal, khalti.test.
    private static readonly string[] AlwaysAllowed =
        ["khalti.com", "*.khalti.com", "khalti.s3.ap-south-1.amazonaws.com", "*.internal", "*.test", "*.localhost"];

    private const string Refusal =
        "<h1>Bad Request (400)</h1><p>Khalti Sandbox does not answer under this host name. Its setting Sandbox:Hosts can name it.</p>";

    // A listen address * must not become an allowed host, as it would allow every host.
    private readonly List<StringSegment> _names =
    [
        .. AlwaysAllowed.Concat(urls.Select(url => BindingAddress.Parse(url).Host).Where(host => host is not ("*" or "+"))).Concat(names)
            .Select(name => new StringSegment(name)),
    ];

    internal Task WatchAsync(HttpContext context, RequestDelegate next) =>
        IsAllowed(context.Request.Host.Host.TrimEnd('.'))
            ? next(context) : Answer.Html(400, Refusal).ExecuteAsync(context);

    // A name without a dot can't be registered on the internet: it is a machine or container of the local network.
    private bool IsAllowed(string host) =>
        !host.Contains('.', StringComparison.Ordinal) || IPAddress.TryParse(host, out _) || HostString.MatchesAny(host, _names);
}
