using System.Text;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Attack;

/// <summary>Methods, headers and origins that browsers, proxies and liars may send.</summary>
public sealed class HttpAttackTests
{
    public static TheoryData<string, string> WaysToReachAPostWithoutPosting()
    {
        TheoryData<string, string> ways = [];
        foreach (string method in (string[])["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
        {
            ways.Add(method, "/api/v1/payments/verify");
            ways.Add(method, "/api/v1/orders/{id}/cancel");
            ways.Add(method, "/api/v1/payments/initiate");
            ways.Add(method, "/api/v1/admin/orders/{id}/refunds");
            ways.Add(method, "/api/v1/admin/orders/{id}/resolve");
        }

        return ways;
    }

    [Theory]
    [MemberData(nameof(WaysToReachAPostWithoutPosting))]
    public async Task Only_a_POST_changes_state(string method, string path)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string token) = await shop.ConfirmedAsync();
        string query = $"?orderId={order.Id()}&token={token}&amount=18500&_method=POST";
        HttpRequestMessage request = new(new HttpMethod(method), path.Replace("{id}", order.Id(), StringComparison.Ordinal) + query);
        request.Headers.Add("X-HTTP-Method-Override", "POST");
        request.Headers.Add("X-HTTP-Method", "POST");
        request.Headers.Add("X-Method-Override", "POST");

        Answered answer = await shop.SendAsync(request);

        answer.Status.ShouldBeOneOf(401, 403, 404, 405);
        await shop.NothingMovedAsync(order, token);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/xml")]
    [InlineData("text/json, text/plain")]
    [InlineData("")]
    public async Task A_form_of_another_site_is_not_accepted_as_JSON(string mediaType)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string token) = await shop.ConfirmedAsync();
        HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/payments/verify")
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"orderId":"{{order.Id()}}","token":"{{token}}","amount":18500}""")),
        };
        if (mediaType.Length > 0)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        Answered answer = await shop.SendAsync(request);

        (answer.Status, answer.Code).ShouldBe((415, "unsupported_media_type"));
        await shop.NothingMovedAsync(order, token);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("http://localhost:5080.evil.example")]
    public async Task CORS_allows_no_other_origin(string origin)
    {
        await using Target shop = await Target.OpenAsync();
        foreach ((HttpMethod method, string path) in ((HttpMethod, string)[])[
            (HttpMethod.Options, "/api/v1/payments/verify"), (HttpMethod.Options, "/api/v1/orders"), (HttpMethod.Get, "/api/v1/config"),
            (HttpMethod.Get, "/"), (HttpMethod.Post, "/api/v1/orders"), (HttpMethod.Get, "/api/v1/products"),
            (HttpMethod.Get, "/openapi/v1.json")])
        {
            HttpRequestMessage request = new(method, path);
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Headers.Add("Access-Control-Request-Headers", "content-type,idempotency-key");

            // Target looks for a header that lets it in.
            (await shop.SendAsync(request)).Status.ShouldBeLessThan(500);
        }
    }

    [Fact]
    public async Task An_unknown_Host_header_is_refused_and_not_echoed()
    {
        await using Target shop = await Target.OpenAsync();
        HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/orders")
        {
            Content = new StringContent("""{"items":[{"productId":"ilam-tea","quantity":1}]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("X-Forwarded-Prefix", "//evil.example");
        request.Headers.Add("Forwarded", "host=evil.example");

        Answered answer = await shop.SendAsync(request);

        answer.Status.ShouldBe(400);
        (answer.Headers + answer.Text).ShouldNotContain("evil");
    }

    [Theory]
    [InlineData("Idempotency-Key: a\rX-Injected: 1")]
    [InlineData("Idempotency-Key: a\0b")]
    [InlineData("Idempotency-Key: a\r\n folded: 1")]
    [InlineData("Idempotency-Key : spaced")]
    [InlineData("Content-Length: 5\r\nContent-Length: 60")]
    [InlineData("Content-Length: -1")]
    [InlineData("Content-Length: +60")]
    [InlineData("Transfer-Encoding: xchunked")]
    [InlineData("Host: second.example")]
    public async Task Malformed_headers_place_no_order(string line)
    {
        await using Target shop = await Target.OpenAsync();
        const string Body = """{"items":[{"productId":"ilam-tea","quantity":1}]}""";
        string[] length = line.StartsWith("Content-Length", StringComparison.Ordinal)
            || line.StartsWith("Transfer", StringComparison.Ordinal)
            ? [] : [$"Content-Length: {Body.Length}"];

        string answer = await shop.RawAsync(["POST /api/v1/orders HTTP/1.1", "Content-Type: application/json", .. length, line], Body);

        RawHttp.StatusOf(answer).ShouldBeInRange(400, 499);
        answer.ShouldNotContain("X-Injected", Case.Insensitive);
    }
}
