using System.Text.RegularExpressions;

namespace Khalti.Sandbox;

/// <summary>
/// CORS headers. The widget calls from a page of another origin, so the public-key calls, their errors included, allow every
/// origin; the secret-key calls allow none.
/// </summary>
internal static partial class ClientCors
{
    internal static Task Allow(HttpContext context, RequestDelegate next)
    {
        if (!ClientCall.IsMatch(context.Request.Path.ToString()))
        {
            return next(context);
        }

        IHeaderDictionary headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            return next(context);
        }

        headers.AccessControlAllowMethods = "GET, POST, OPTIONS";
        headers.AccessControlAllowHeaders = "Content-Type";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    [GeneratedRegex(
        "^/api/((v2/)?payment/(initiate|confirm)|(v[25]/)?bank)/?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClientCall { get; }
}
