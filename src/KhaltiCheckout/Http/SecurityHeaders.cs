using KhaltiCheckout.Payments;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Http;

/// <summary>
/// Headers for every answer. The policy lets in exactly what paying takes: our own files, Khalti's script, Khalti's frame.
/// </summary>
internal static class SecurityHeaders
{
    internal static void UseSecurityHeaders(this WebApplication app)
    {
        WidgetOptions widget = app.Services.GetRequiredService<IOptions<KhaltiOptions>>().Value.Widget;
        string khalti = widget.Enabled && Uri.TryCreate(widget.ScriptUrl, UriKind.Absolute, out Uri? script)
            ? " " + script.GetLeftPart(UriPartial.Authority)
            : "";
        string pages =
            $"default-src 'none'; script-src 'self'{khalti}; style-src 'self'; img-src 'self'; font-src 'self'; " +
            $"connect-src 'self'; frame-src{(khalti.Length > 0 ? khalti : " 'none'")}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

        // Swagger UI's icons are data: images. It shows no shopper's data, and loads nothing from elsewhere.
        const string Documentation =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

        app.Use((context, next) =>
        {
            // At the last moment: an exception on the way clears what was set before.
            context.Response.OnStarting(() =>
            {
                IHeaderDictionary headers = context.Response.Headers;
                headers.ContentSecurityPolicy =
                    context.Request.Path.StartsWithSegments("/swagger", StringComparison.OrdinalIgnoreCase) ? Documentation : pages;
                headers.XContentTypeOptions = "nosniff";
                headers.XFrameOptions = "DENY";
                headers["Referrer-Policy"] = "no-referrer";
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";

                // Bank pages open in a window that talks back to the widget.
                headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups";

                // An order is nobody else's business, and old news is dangerous: what may be kept says so itself. Files
                // are asked for again each time, and mostly not sent again.
                if (headers.CacheControl.Count == 0)
                {
                    headers.CacheControl = IsFresh(context) ? "no-store" : "no-cache";
                }

                return Task.CompletedTask;
            });
            return next(context);
        });
    }

    private static bool IsFresh(HttpContext context) =>
        context.Response.StatusCode >= StatusCodes.Status400BadRequest
        || context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        || context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase);
}
