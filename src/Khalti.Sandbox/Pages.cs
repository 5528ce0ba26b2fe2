using System.Reflection;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>Widget and pages, out of the program itself.</summary>
internal static class Pages
{
    // No frame-ancestors and no X-Frame-Options: any merchant's page may frame the widget, as with Khalti.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

    private static readonly Dictionary<string, string> ContentTypes = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    internal static void MapPages(this IEndpointRouteBuilder app)
    {
        const string Root = "wwwroot/";
        const string Control = "control/";
        foreach (string resource in Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.StartsWith(Root, StringComparison.Ordinal)))
        {
            string path = resource[Root.Length..];
            bool control = path.StartsWith(Control, StringComparison.Ordinal);
            app.MapGet(control ? $"{ControlGuard.Prefix}/{path[Control.Length..]}" : "/" + path, Page(resource, control));
        }

        app.MapGet(ControlGuard.Prefix + "/", Page("wwwroot/control/index.html", control: true));
        app.MapGet("/widget-settings.json", (Switchboard board) =>
            Answer.Ok(new JsonObject { ["errorCarriesWidgetId"] = board.Current.WidgetErrorCarriesWidgetId }));
    }

    private static RequestDelegate Page(string resource, bool control)
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
            response.Headers.ContentSecurityPolicy = control ? Policy + "; frame-ancestors 'none'" : Policy;
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
