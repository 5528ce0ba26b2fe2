using KhaltiCheckout.Http;
using KhaltiCheckout.Settings;

namespace KhaltiCheckout.Access;

/// <summary>The cookie of the admin pages: out of reach of scripts, and of other sites.</summary>
internal static class SessionCookie
{
    /// <summary>The name over plain http.</summary>
    internal const string PlainName = "khalti_checkout_admin";

    /// <summary>The name over https: browsers take it from this host alone, whole and over https.</summary>
    internal const string HostName = "__Host-" + PlainName;

    /// <summary>Null without a cookie, and for one that no sign-in gave.</summary>
    internal static string? TokenIn(HttpRequest request) =>
        request.Cookies[NameFor(request.HttpContext)] is { } token && AdminSession.IsToken(token) ? token : null;

    internal static string? HashIn(HttpRequest request) => TokenIn(request) is { } token ? AdminSession.HashOf(token) : null;

    /// <summary>Whether a request with the cookie was meant: it only reads, or says so.</summary>
    internal static bool HasCsrfHeader(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Headers[CsrfHeader.Name] == CsrfHeader.Value;

    internal static void Give(HttpContext http, string token)
    {
        CookieOptions options = Options(http);
        options.MaxAge = AdminSession.Lifetime;
        http.Response.Cookies.Append(NameFor(http), token, options);
    }

    internal static void TakeAway(HttpContext http) => http.Response.Cookies.Delete(NameFor(http), Options(http));

    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = IsHttps(http),
        Path = "/",
    };

    private static string NameFor(HttpContext http) => IsHttps(http) ? HostName : PlainName;

    private static bool IsHttps(HttpContext http) => http.RequestServices.GetRequiredService<StoreAddress>().IsHttps(http.Request);
}
