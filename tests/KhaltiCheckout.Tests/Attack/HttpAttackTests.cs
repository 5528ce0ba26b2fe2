using System.Text;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Attack;

/// <summary>Methods, headers, origins and addresses that browsers, proxies and liars may send.</summary>
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
    public async Task Only_a_POST_moves_anything(string method, string path)
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
    public async Task A_form_of_a_foreign_page_can_not_pose_as_JSON(string mediaType)
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
    public async Task No_foreign_page_is_let_in_by_CORS(string origin)
    {
        await using Target shop = await Target.OpenAsync();
        foreach ((HttpMethod method, string path) in ((HttpMethod, string)[])[
            (HttpMethod.Options, "/api/v1/payments/verify"), (HttpMethod.Options, "/api/v1/orders"), (HttpMethod.Get, "/api/v1/config"),
            (HttpMethod.Get, "/"), (HttpMethod.Post, "/api/v1/orders"), (HttpMethod.Get, "/api/v1/products"), (HttpMethod.Get, "/openapi/v1.json")])
        {
            HttpRequestMessage request = new(method, path);
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Headers.Add("Access-Control-Request-Headers", "content-type,idempotency-key");

            // Target looks for a header that lets it in.
            (await shop.SendAsync(request)).Status.ShouldBeLessThan(500);
        }
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/%5Cevil.example")]
    [InlineData("/%2F%2Fevil.example/..")]
    [InlineData("///evil.example/%2e%2e")]
    [InlineData("/css//evil.example")]
    [InlineData("/order.html?id=//evil.example&returnUrl=https://evil.example")]
    [InlineData("/?returnUrl=https://evil.example&next=//evil.example&redirect=https://evil.example")]
    [InlineData("/swagger//evil.example")]
    [InlineData("/payments/khalti/return?pidx=x&return_url=https://evil.example&purchase_order_id=//evil.example&status=Completed")]
    public async Task Nobody_is_sent_to_a_foreign_address(string path)
    {
        await using Target shop = await Target.OpenAsync();

        string answer = await shop.RawAsync([$"GET {path} HTTP/1.1"]);

        RawHttp.StatusOf(answer).ShouldBeInRange(200, 499);
        string head = answer.Split("\r\n\r\n")[0];
        string? location = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Location:", StringComparison.OrdinalIgnoreCase));
        location?.ShouldNotContain("evil");
    }

    [Fact]
    public async Task A_foreign_Host_does_not_get_into_an_answer()
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

        (answer.Headers + answer.Text).ShouldNotContain("evil");
        answer.Location?.ShouldStartWith("/api/v1/orders/ord_");
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
    public async Task A_head_that_is_bent_makes_no_order(string line)
    {
        await using Target shop = await Target.OpenAsync();
        const string Body = """{"items":[{"productId":"ilam-tea","quantity":1}]}""";
        string[] length = line.StartsWith("Content-Length", StringComparison.Ordinal) || line.StartsWith("Transfer", StringComparison.Ordinal)
            ? [] : [$"Content-Length: {Body.Length}"];

        string answer = await shop.RawAsync(["POST /api/v1/orders HTTP/1.1", "Content-Type: application/json", .. length, line], Body);

        RawHttp.StatusOf(answer).ShouldBeInRange(400, 499);
        answer.ShouldNotContain("X-Injected", Case.Insensitive);
    }

    [Theory]
    [InlineData("/api/v1/orders/ord_%0d%0aX-Injected:%201")]
    [InlineData("/%0d%0aX-Injected:%201")]
    [InlineData("/css%0d%0aX-Injected:%201/")]
    [InlineData("/swagger%0d%0aX-Injected:%201")]
    public async Task A_line_break_in_an_address_becomes_no_header(string path)
    {
        await using Target shop = await Target.OpenAsync();

        string answer = await shop.RawAsync([$"GET {path} HTTP/1.1"]);

        RawHttp.StatusOf(answer).ShouldBeInRange(300, 499);
        answer.Split("\r\n\r\n")[0].Split("\r\n").ShouldNotContain(line => line.StartsWith("X-Injected", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("/../appsettings.json")]
    [InlineData("/%2e%2e/appsettings.json")]
    [InlineData("/%2e%2e%2fappsettings.json")]
    [InlineData("/..%2f..%2fappsettings.json")]
    [InlineData("/..%5cappsettings.json")]
    [InlineData("/css/../../appsettings.json")]
    [InlineData("/css/%2e%2e/%2e%2e/appsettings.json")]
    [InlineData("/%252e%252e/appsettings.json")]
    [InlineData("/....//appsettings.json")]
    [InlineData("/appsettings.json")]
    [InlineData("/appsettings.Development.json")]
    [InlineData("/wwwroot/../appsettings.json")]
    [InlineData("/data/checkout.db")]
    [InlineData("/%2e%2e/data/checkout.db")]
    [InlineData("/data/sandbox.db")]
    [InlineData("/.git/config")]
    [InlineData("/%2e%2e/.git/config")]
    [InlineData("/KhaltiCheckout.sln")]
    [InlineData("/src/KhaltiCheckout/Program.cs")]
    [InlineData("/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("//etc/passwd")]
    [InlineData("/css/site.css%00.json")]
    [InlineData("/_sandbox/transactions")]
    [InlineData("/_sandbox/reset")]
    public async Task No_file_outside_the_pages_is_served(string path)
    {
        await using Target shop = await Target.OpenAsync();

        string answer = await shop.RawAsync([$"GET {path} HTTP/1.1"]);

        RawHttp.StatusOf(answer).ShouldBeInRange(400, 499);
        foreach (string inside in (string[])["ConnectionString", "SQLite format", "[core]", "root:x:", "WebApplication", "Microsoft Visual Studio"])
        {
            answer.ShouldNotContain(inside);
        }
    }
}
