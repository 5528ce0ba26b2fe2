using KhaltiCheckout.Settings;
using Microsoft.AspNetCore.HttpsPolicy;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Http;

/// <summary>What the shop's pages may load from elsewhere.</summary>
internal sealed class PageSources
{
    /// <summary>Where a script and a frame to pay with come from; null where pages need none.</summary>
    internal string? PaymentOrigin { get; set; }
}

/// <summary>
/// Headers for every answer. The shop's pages may load what <see cref="PageSources"/> names, the desk and everything else only our own
/// files.
/// </summary>
internal static class SecurityHeaders
{
    private const string Closed = "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    internal static void AddSecurityHeaders(this IServiceCollection services) =>
        services.AddOptions<HstsOptions>()
            .Configure(hsts => (hsts.MaxAge, hsts.IncludeSubDomains) = (TimeSpan.FromDays(365), true))
            .BindConfiguration("Hsts");

    internal static void UseSecurityHeaders(this WebApplication app)
    {
        string? payment = app.Services.GetRequiredService<IOptions<PageSources>>().Value.PaymentOrigin;
        string own =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
            + $"connect-src 'self'; frame-src 'none'; {Closed}";
        string shop = payment is null ? own
            : $"default-src 'none'; script-src 'self' {payment}; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
                + $"frame-src {payment}; {Closed}";

        // Swagger UI's icons are data: images. It shows no shopper's data, and loads nothing from elsewhere.
        const string Documentation =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

        StoreAddress address = app.Services.GetRequiredService<StoreAddress>();
        HstsOptions hsts = app.Services.GetRequiredService<IOptions<HstsOptions>>().Value;
        string transport = $"max-age={(long)hsts.MaxAge.TotalSeconds}"
            + (hsts.IncludeSubDomains ? "; includeSubDomains" : "") + (hsts.Preload ? "; preload" : "");

        app.Use((context, next) =>
        {
            // At the last moment: an exception on the way clears what was set before.
            context.Response.OnStarting(() =>
            {
                HttpRequest request = context.Request;
                IHeaderDictionary headers = context.Response.Headers;
                headers.ContentSecurityPolicy =
                    request.Path.StartsWithSegments("/swagger", StringComparison.OrdinalIgnoreCase) ? Documentation
                    : IsShopPage(request.Path) ? shop
                    : own;
                headers.XContentTypeOptions = "nosniff";
                headers.XFrameOptions = "DENY";
                headers["Referrer-Policy"] = "no-referrer";
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";

                // Bank pages open in a window that talks back to the widget.
                headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups";

                // Never for localhost, whose other ports are other people's programs. A browser ignores it over plain http.
                if (address.IsPublicHttps || (request.IsHttps && !ListenAddresses.IsThisMachine(request.Host.Host)))
                {
                    headers.StrictTransportSecurity = transport;
                }

                // An order is private, and a stale status is dangerous: what may be cached says so itself. Files
                // are asked for again each time, and mostly not sent again.
                if (headers.CacheControl.Count == 0)
                {
                    headers.CacheControl = IsFresh(context) ? "no-store" : "no-cache";
                }

                // A cookie is for one browser: no cache on the way may give it to another.
                if (headers.SetCookie.Count > 0 && headers.CacheControl != "no-store")
                {
                    headers.CacheControl = "private, no-cache";
                }

                return Task.CompletedTask;
            });
            return next(context);
        });
    }

    private static bool IsShopPage(PathString path) =>
        path == "/"
        || (path.Value?.EndsWith(".html", StringComparison.Ordinal) == true
            && !path.StartsWithSegments("/admin", StringComparison.OrdinalIgnoreCase)
            && !path.StartsWithSegments(PageFiles.Versions, StringComparison.Ordinal));

    private static bool IsFresh(HttpContext context) =>
        context.Response.StatusCode >= StatusCodes.Status400BadRequest
        || context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        || context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase);
}
