using System.Buffers;
using System.Security.Cryptography;
using KhaltiCheckout.Orders;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Idempotency;

/// <summary>
/// A random cookie that our pages get, out of reach of scripts. It tells the browsers of anonymous shoppers apart, so that none
/// meets the Idempotency-Keys of another. It is no sign-in and gives access to nothing.
/// </summary>
internal static class BrowserCookie
{
    internal const string Name = "khalti_checkout_browser";

    private const int Bytes = 16;

    // Longer than answers are kept.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>Null without one that could be ours.</summary>
    internal static string? In(HttpRequest request) =>
        request.Cookies[Name] is { Length: 2 * Bytes } value && !value.AsSpan().ContainsAnyExcept(Hex) ? value : null;

    /// <summary>Gives one to each browser that opens a page without.</summary>
    internal static void UseBrowserCookie(this IApplicationBuilder app) => app.Use(static (http, next) =>
    {
        if (HttpMethods.IsGet(http.Request.Method) && WantsPage(http.Request) && In(http.Request) is null)
        {
            http.Response.Cookies.Append(Name, RandomNumberGenerator.GetHexString(2 * Bytes, lowercase: true), Options(http));
        }

        return next(http);
    });

    // As browsers ask for pages, and neither scripts nor programs for what they read.
    private static bool WantsPage(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase) && !request.Path.StartsWithSegments("/api", StringComparison.Ordinal);

    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        SameSite = SameSiteMode.Lax,
        Secure = http.Request.IsHttps
            || http.RequestServices.GetRequiredService<IOptions<StoreOptions>>().Value.PublicUrl?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true,
        Path = "/",
        MaxAge = Lifetime,
    };
}
