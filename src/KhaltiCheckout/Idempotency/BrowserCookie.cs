using System.Buffers;
using System.Security.Cryptography;
using KhaltiCheckout.Http;
using KhaltiCheckout.Settings;

namespace KhaltiCheckout.Idempotency;

/// <summary>
/// A random cookie that our pages get, out of reach of scripts. It tells the browsers of anonymous shoppers apart, so that none
/// meets the Idempotency-Keys of another. It is no sign-in and gives access to nothing.
/// </summary>
internal static class BrowserCookie
{
    /// <summary>The name over plain http.</summary>
    internal const string PlainName = "khalti_checkout_browser";

    /// <summary>The name over https: browsers take it from this host alone, whole and over https.</summary>
    internal const string HostName = "__Host-" + PlainName;

    private const int Bytes = 16;

    // Longer than answers are kept.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>Null without one that could be ours.</summary>
    internal static string? In(HttpRequest request) =>
        request.Cookies[NameFor(request)] is { Length: 2 * Bytes } value && !value.AsSpan().ContainsAnyExcept(Hex) ? value : null;

    /// <summary>Gives one to each browser that opens a page without.</summary>
    internal static void UseBrowserCookie(this IApplicationBuilder app) => app.Use(static (http, next) =>
    {
        if (HttpMethods.IsGet(http.Request.Method) && WantsPage(http.Request) && In(http.Request) is null)
        {
            string value = RandomNumberGenerator.GetHexString(2 * Bytes, lowercase: true);
            http.Response.Cookies.Append(NameFor(http.Request), value, Options(http));
        }

        return next(http);
    });

    // As browsers ask for pages, and neither scripts nor programs for what they read. Files under a version may be stored by every cache.
    private static bool WantsPage(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        && !request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
        && !request.Path.StartsWithSegments(PageFiles.Versions, StringComparison.Ordinal);

    private static string NameFor(HttpRequest request) => IsHttps(request) ? HostName : PlainName;

    private static bool IsHttps(HttpRequest request) =>
        request.HttpContext.RequestServices.GetRequiredService<StoreAddress>().IsHttps(request);

    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        SameSite = SameSiteMode.Lax,
        Secure = IsHttps(http.Request),
        Path = "/",
        MaxAge = Lifetime,
    };
}
