using System.Text;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Http;

public sealed class SecurityHeaderTests
{
    private const string Live = "live_public_key_0123456789abcdef0123456789abcdef";
    private const string LiveSecret = "live_secret_key_fedcba9876543210fedcba9876543210";

    [Fact]
    public async Task Every_kind_of_answer_has_the_security_headers()
    {
        await using Shop shop = await Shop.OpenAsync();
        Answer[] answers =
        [
            await shop.AskAsync("/"), await shop.AskAsync("/order.html?id=x"), await shop.AskAsync("/css/site.css"),
            await shop.AskAsync("/api/v1/products"), await shop.AskAsync("/api/v1/config"), await shop.AskAsync("/health/live"),
            await shop.AskAsync("/health/ready"), await shop.AskAsync("/openapi/v1.json"), await shop.AskAsync("/swagger"),
            await shop.AskAsync("/swagger/index.html"), await shop.AskAsync("/swagger/swagger-ui.css"), await shop.AskAsync("/nope"),
            await shop.AskAsync("/api/v1/orders/nope"), await shop.AskAsync(HttpMethod.Delete, "/api/v1/orders"),
            await shop.AskAsync(HttpMethod.Post, "/api/v1/orders", Json("{")),
            await shop.AskAsync(HttpMethod.Post, "/api/v1/orders", new StringContent("x")),
            await shop.AskAsync(HttpMethod.Post, "/api/v1/orders", Json(new string(' ', 65_537))),
            await shop.AskAsync(HttpMethod.Post, "/api/v1/orders", Json("""{"items":[{"productId":"ilam-tea","quantity":1}]}""")),
        ];

        foreach (Answer answer in answers)
        {
            string message = $"{answer.Status} {answer.Text}";
            answer.Headers["X-Content-Type-Options"].ShouldBe("nosniff", message);
            answer.Headers["X-Frame-Options"].ShouldBe("DENY", message);
            answer.Headers["Referrer-Policy"].ShouldBe("no-referrer", message);
            answer.Headers["Permissions-Policy"].ShouldContain("camera=()", Case.Sensitive, message);
            answer.Headers["Cross-Origin-Opener-Policy"].ShouldBe("same-origin-allow-popups", message);
            answer.Headers["Content-Security-Policy"].ShouldContain("default-src 'none'", Case.Sensitive, message);
            answer.Headers["Content-Security-Policy"].ShouldContain("frame-ancestors 'none'", Case.Sensitive, message);
            answer.Headers["Content-Security-Policy"].ShouldNotContain("unsafe", Case.Insensitive, message);
            answer.Headers["Content-Security-Policy"].ShouldNotContain("*", Case.Insensitive, message);
            answer.Headers.ContainsKey("Server").ShouldBeFalse(message);
            answer.Headers.ContainsKey("X-Powered-By").ShouldBeFalse(message);
        }
    }

    [Theory]
    [InlineData("Sandbox", "http://127.0.0.1:5999")]
    [InlineData("Test", "https://khalti.s3.ap-south-1.amazonaws.com")]
    [InlineData("Live", "https://khalti.s3.ap-south-1.amazonaws.com")]
    public async Task The_pages_CSP_allows_own_files_and_Khaltis_widget_only(string mode, string khalti)
    {
        string kind = mode == "Live" ? "live" : "test";
        await using Shop shop = await Shop.OpenAsync(
            ("Khalti:Mode", mode), ("Admin:ApiKeys:0", Starting.MerchantKey), ("Sandbox:Url", "http://127.0.0.1:5999"),
            ("Khalti:Widget:PublicKey", Live.Replace("live", kind, StringComparison.Ordinal)),
            ("Khalti:Widget:SecretKey", LiveSecret.Replace("live", kind, StringComparison.Ordinal)));

        foreach (string page in (string[])["/", "/index.html", "/order.html"])
        {
            (await shop.AskAsync(page)).Headers["Content-Security-Policy"].ShouldBe(
                $"default-src 'none'; script-src 'self' {khalti}; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
                + $"frame-src {khalti}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
        }
    }

    [Theory]
    [InlineData("/admin/")]
    [InlineData("/admin/index.html")]
    [InlineData("/admin/nope.html")]
    [InlineData("/v/000000000000/admin/index.html")]
    [InlineData("/api/v1/config")]
    [InlineData("/nope")]
    public async Task The_CSP_of_the_desk_and_of_other_answers_allows_own_files_only(string path)
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.AskAsync(path)).Headers["Content-Security-Policy"].ShouldBe(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
            + "frame-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    }

    [Fact]
    public async Task A_shop_on_https_sends_HSTS_for_a_year()
    {
        await using Shop shop = await Shop.OpenAsync(
            ("Store:PublicUrl", "https://shop.example"), ("Admin:ApiKeys:0", Starting.MerchantKey));
        await using Shop alone = await Shop.OpenAsync(
            ("Store:PublicUrl", "https://shop.example"), ("Admin:ApiKeys:0", Starting.MerchantKey), ("Hsts:IncludeSubDomains", "false"));

        foreach (string path in (string[])["/", "/admin/", "/api/v1/config", "/nope", "/js/shop.js"])
        {
            (await shop.AskAsync(path)).Headers["Strict-Transport-Security"].ShouldBe("max-age=31536000; includeSubDomains", path);
        }

        (await alone.AskAsync("/")).Headers["Strict-Transport-Security"].ShouldBe("max-age=31536000");
    }

    [Fact]
    public async Task A_shop_on_http_or_localhost_sends_no_HSTS()
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.AskAsync("/")).Headers.Keys.ShouldNotContain("Strict-Transport-Security");
    }

    [Fact]
    public async Task Without_the_widget_the_CSP_allows_no_other_origin()
    {
        await using Shop shop = await Shop.OpenAsync(("Khalti:Widget:Enabled", "false"));

        string policy = (await shop.AskAsync("/order.html")).Headers["Content-Security-Policy"];

        policy.ShouldContain("script-src 'self';");
        policy.ShouldContain("frame-src 'none';");
        policy.ShouldNotContain("http");
    }

    [Fact]
    public async Task Orders_config_and_errors_are_not_cached_and_the_catalogue_for_a_minute()
    {
        await using Shop shop = await Shop.OpenAsync();
        string id = (await shop.GivenOrderAsync()).Id();

        (await shop.AskAsync("/api/v1/orders/" + id)).Headers["Cache-Control"].ShouldBe("no-store");
        (await shop.AskAsync(HttpMethod.Post, $"/api/v1/orders/{id}/cancel")).Headers["Cache-Control"].ShouldBe("no-store");
        (await shop.AskAsync("/api/v1/config")).Headers["Cache-Control"].ShouldBe("no-store");
        (await shop.AskAsync("/health/ready")).Headers["Cache-Control"].ShouldBe("no-store");
        (await shop.AskAsync("/nope")).Headers["Cache-Control"].ShouldBe("no-store");
        (await shop.AskAsync("/api/v1/products")).Headers["Cache-Control"].ShouldBe("public, max-age=60");
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
