using KhaltiCheckout.Orders;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Admin;

/// <summary>The cookie of the admin pages: out of reach of scripts, and of other sites.</summary>
internal static class SessionCookie
{
    internal const string Name = "khalti_checkout_admin";

    /// <summary>A page of ours says with this header that it meant to send the request. Another site's form can't.</summary>
    internal const string ProofHeader = "X-Requested-With";

    internal const string Proof = "khalti-checkout";

    /// <summary>Null without a cookie, and for one that no sign-in gave.</summary>
    internal static string? TokenIn(HttpRequest request) =>
        request.Cookies[Name] is { } token && AdminSession.IsToken(token) ? token : null;

    internal static string? HashIn(HttpRequest request) => TokenIn(request) is { } token ? AdminSession.HashOf(token) : null;

    /// <summary>Whether a request with the cookie was meant: it only reads, or says so.</summary>
    internal static bool IsMeant(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Headers[ProofHeader] == Proof;

    internal static void Give(HttpContext http, string token)
    {
        CookieOptions options = Options(http);
        options.MaxAge = AdminSession.Lifetime;
        http.Response.Cookies.Append(Name, token, options);
    }

    internal static void TakeAway(HttpContext http) => http.Response.Cookies.Delete(Name, Options(http));

    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.Request.IsHttps || IsHttpsOutside(http),
        Path = "/",
    };

    // Behind a proxy that does TLS the request itself is http.
    private static bool IsHttpsOutside(HttpContext http) =>
        http.RequestServices.GetRequiredService<IOptions<StoreOptions>>().Value.PublicUrl?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true;
}
