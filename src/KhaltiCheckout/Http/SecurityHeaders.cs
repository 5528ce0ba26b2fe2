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
            $"default-src 'none'; script-src 'self'{khalti}; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
            $"connect-src 'self'; frame-src{(khalti.Length > 0 ? khalti : " 'none'")}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

        // Swagger UI starts from an inline script and draws with inline style; it shows no shopper's data.
        const string Documentation =
            "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

        app.Use((context, next) =>
        {
            IHeaderDictionary headers = context.Response.Headers;
            headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/swagger", StringComparison.OrdinalIgnoreCase) ? Documentation : pages;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";

            // Bank pages open in a window that talks back to the widget.
            headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups";
            return next(context);
        });
    }
}
