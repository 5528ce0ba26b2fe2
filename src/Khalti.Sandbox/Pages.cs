using System.Reflection;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>Serves the widget and the pages from embedded resources.</summary>
internal static class Pages
{
    // No frame-ancestors and no X-Frame-Options: any merchant's page may frame the widget, as at Khalti.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'";

    private static readonly string[] GetOrHead = [HttpMethods.Get, HttpMethods.Head];

    private const string NoFrame = "; frame-ancestors 'none'";

    private static readonly Dictionary<string, string> ContentTypes = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".json"] = "application/json",
    };

    // Where Khalti's own widget is: of the version of today the script and the page that it frames, and the script of version 1.
    private static readonly (string Path, string File)[] KhaltisNames =
    [
        ("/KPG/dist/{version}/khalti-checkout.iffe.js", "khalti-checkout.js"),
        ("/KPG/dist/{version}/payment_gateway_widget.html", "widget.html"),
        ("/static/khalti-checkout.js", "khalti-checkout.js"),
    ];

    internal static void MapPages(this IEndpointRouteBuilder app)
    {
        const string Root = "wwwroot/";
        const string Control = "control/";
        const string Payment = "wwwroot/payment.html";
        foreach (string resource in Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Root, StringComparison.Ordinal) && name != Payment))
        {
            string path = resource[Root.Length..];
            bool control = path.StartsWith(Control, StringComparison.Ordinal);
            app.MapMethods(
                control ? $"{ControlGuard.Prefix}/{path[Control.Length..]}" : "/" + path, GetOrHead, Page(resource, control, !control));
        }

        foreach ((string path, string file) in KhaltisNames)
        {
            app.MapMethods(path, GetOrHead, Page(Root + file, control: false, framed: true));
        }

        app.MapGet(ControlGuard.Prefix + "/", Page("wwwroot/control/index.html", control: true, framed: false));
        RequestDelegate payment = Page(Payment, control: false, framed: false);
        foreach (string path in (string[])["/", "/wallet/"]) // also without the slash at the end
        {
            app.MapGet(path, (HttpContext context, Ledger ledger, SandboxClock clock) => OpenPayment(context, ledger, clock, payment));
        }

        app.MapGet("/widget-settings.json", (BehaviourSettings settings) =>
            Answer.Ok(new JsonObject { ["errorCarriesWidgetId"] = settings.Current.WidgetErrorCarriesWidgetId }));
    }

    /// <summary>The payment page, at the address that initiate returns; 404 without a pidx.</summary>
    private static Task OpenPayment(HttpContext context, Ledger ledger, SandboxClock clock, RequestDelegate page)
    {
        if (context.Request.Query["pidx"].ToString() is not { Length: > 0 } pidx)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        DateTimeOffset now = clock.GetUtcNow();
        if (ledger.Run(session => session.ByPidx(pidx, now)) is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound; // The page shows its own message for 404.
        }

        return page(context);
    }

    private static RequestDelegate Page(string resource, bool control, bool framed)
    {
        byte[] content = Read(resource);
        string contentType = ContentTypes[Path.GetExtension(resource)];
        return async context =>
        {
            HttpResponse response = context.Response;
            response.ContentType = contentType;
            response.ContentLength = content.Length;
            response.Headers.CacheControl = "no-cache";
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers.ContentSecurityPolicy = framed ? Policy : Policy + NoFrame;
            response.Headers["Referrer-Policy"] = "no-referrer";
            if (!control)
            {
                // A merchant may load the script with integrity, or from a page that isolates itself.
                response.Headers.AccessControlAllowOrigin = "*";
                response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            }

            await response.Body.WriteAsync(content);
        };
    }

    private static byte[] Read(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
