using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Http;

/// <summary>Addresses that are not there, and methods that an address does not take.</summary>
public sealed class RouteTests(SharedShop shared) : IClassFixture<SharedShop>
{
    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

    private readonly Shop _shop = shared.Shop;

    public static TheoryData<string> Unknown =>
    [
        "/nope", "/nope.html", "/api", "/api/", "/api/v1", "/api/v1/nope", "/api/v2/orders", "/API/V1/NOPE", "/health", "/health/nope",
        "/swagger/nope.js", "/openapi/v2.json", "/openapi/v1.yaml", "/appsettings.json", "/appsettings.Development.json", "/.git/config",
        "/data/checkout.db", "/..%2f..%2fappsettings.json", "/..%5c..%5cappsettings.json", "/%2e%2e/appsettings.json",
        "/../appsettings.json",
        "//etc/passwd", "/img/..%2f..%2f..%2fetc%2fpasswd", "/%F0%9F%92%B8", "/a%0D%0Ab", "/%zz", "/api/v1/orders/x/y",
    ];

    public static TheoryData<string> WeirdIds =>
    [
        "ord_01k9x4c7qmf3t8v5z2w6y1n0ah", "x", "0", "-1", "null", "undefined", "%2F", "..%2F..", "%E0%A4%A8%E0%A5%87", "%F0%9F%92%B8",
        "%ff%fe", "%ED%A0%80",
        "%zz", "a%0Ab", "a%0D%0Ab", "%1b%5b31m", "'%20OR%20'1'='1", "%27;DROP%20TABLE%20Orders;--", "*", "%25", "%3Cscript%3E", "a%20b",
        "{id}", "ord_", "ORD_01K9X4C7QMF3T8V5Z2W6Y1N0AH",
    ];

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task An_unknown_path_is_not_found_for_every_Accept_header(string path)
    {
        foreach (string? accept in (string?[])[null, "image/png", "application/xml;q=0.9, nonsense", "text/html;q=0, */*"])
        {
            (await _shop.AskAsync(HttpMethod.Get, path, accept: accept)).ShouldBeProblem(404, "not_found", path);
        }
    }

    [Theory]
    [MemberData(nameof(WeirdIds))]
    public async Task A_malformed_order_id_is_not_found(string id)
    {
        (await _shop.AskAsync("/api/v1/orders/" + id)).ShouldBeProblem(404, "not_found", id);
        (await _shop.AskAsync(HttpMethod.Post, $"/api/v1/orders/{id}/cancel")).ShouldBeProblem(404, "not_found", id);
    }

    [Fact]
    public async Task A_very_long_id_is_not_found() =>
        (await _shop.AskAsync("/api/v1/orders/" + new string('a', 7000))).ShouldBeProblem(404, "not_found");

    [Theory]
    [InlineData("DELETE", "/api/v1/orders", "POST")]
    [InlineData("GET", "/api/v1/orders", "POST")]
    [InlineData("GET", "/api/v1/orders/", "POST")]
    [InlineData("PUT", "/api/v1/orders/ord_x", "GET, HEAD")]
    [InlineData("DELETE", "/api/v1/orders/ord_x", "GET, HEAD")]
    [InlineData("GET", "/api/v1/orders/ord_x/cancel", "POST")]
    [InlineData("GET", "/api/v1/payments/verify", "POST")]
    [InlineData("PATCH", "/api/v1/payments/verify", "POST")]
    [InlineData("POST", "/api/v1/products", "GET, HEAD")]
    [InlineData("POST", "/api/v1/config", "GET, HEAD")]
    [InlineData("OPTIONS", "/api/v1/config", "GET, HEAD")]
    [InlineData("TRACE", "/api/v1/config", "GET, HEAD")]
    [InlineData("BREW", "/api/v1/config", "GET, HEAD")]
    [InlineData("POST", "/health/live", "GET, HEAD")]
    [InlineData("DELETE", "/openapi/v1.json", "GET, HEAD")]
    public async Task A_405_has_the_allowed_methods(string method, string path, string allowed)
    {
        Answer answer = await _shop.AskAsync(new HttpMethod(method), path);

        answer.ShouldBeProblem(405, "method_not_allowed", path);
        answer.Headers["Allow"].ShouldBe(allowed);
    }

    [Theory]
    [InlineData("/nope", 404)]
    [InlineData("/admin/nope.html", 404)]
    [InlineData("/img/..%2f..%2f..%2fetc%2fpasswd", 404)]
    public async Task A_browser_gets_an_error_page_instead_of_a_problem_document(string path, int status)
    {
        Answer answer = await _shop.AskAsync(HttpMethod.Get, path, accept: Browser);

        answer.Status.ShouldBe(status);
        answer.MediaType.ShouldBe("text/html");
        answer.Text.ShouldContain("data-i18n=\"missing.heading\"");
        answer.Headers["Cache-Control"].ShouldBe("no-store");
        answer.Headers.Keys.ShouldNotContain("ETag");
    }

    [Theory]
    [InlineData("/api/v1/nope")]
    [InlineData("/API/v1/orders/ord_x")]
    [InlineData("/health/nope")]
    [InlineData("/openapi/v2.json")]
    public async Task Under_api_a_browser_gets_the_problem_document_too(string path) =>
        (await _shop.AskAsync(HttpMethod.Get, path, accept: Browser)).ShouldBeProblem(404, "not_found", path);

    [Fact]
    public async Task The_page_of_an_internal_error_says_not_to_pay_again()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        string id = (await shop.GivenOrderAsync()).Id();
        await shop.InDatabaseAsync(
            db => db.Database.ExecuteSqlRawAsync("""ALTER TABLE "Orders" RENAME TO "Away" """, TestContext.Current.CancellationToken));

        Answer page = await shop.AskAsync(HttpMethod.Get, "/order.html?id=" + id, accept: Browser);
        Answer document = await shop.AskAsync(HttpMethod.Get, "/order.html?id=" + id);

        page.Status.ShouldBe(500);
        page.MediaType.ShouldBe("text/html");
        page.Text.ShouldContain("do not pay again");
        document.ShouldBeProblem(500, "internal_error");
    }

    [Theory]
    [InlineData("GET /api/v1/orders/%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\nBroken\r\n\r\n", 400)]
    public async Task A_request_that_is_not_HTTP_is_refused_with_an_empty_body(string request, int status)
    {
        string answer = await RawHttp.SendAsync(_shop, request);

        RawHttp.StatusOf(answer).ShouldBe(status);
        answer.ShouldEndWith("\r\n\r\n");
    }
}
