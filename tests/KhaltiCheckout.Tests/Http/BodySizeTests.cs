using System.Text;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Http;

public sealed class BodySizeTests(SharedShop shared) : IClassFixture<SharedShop>
{
    private const int Limit = 64 * 1024;
    private const string Good = """{"items":[{"productId":"ilam-tea","quantity":1}]}""";

    private readonly Shop _shop = shared.Shop;

    [Theory]
    [InlineData("/api/v1/orders")]
    [InlineData("/api/v1/payments/verify")]
    [InlineData("/api/v1/orders/ord_x/cancel")]
    public async Task A_body_with_a_Content_Length_over_64_KiB_is_refused(string path) =>
        (await _shop.AskAsync(HttpMethod.Post, path, Json(Blanks(Limit + 1)))).ShouldBeProblem(413, "body_too_large");

    [Theory]
    [InlineData("/api/v1/orders")]
    [InlineData("/api/v1/payments/verify")]
    public async Task A_chunked_body_over_64_KiB_is_refused(string path)
    {
        string answer = await RawHttp.SendAsync(_shop,
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
            + "application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            + $"{Limit + 1:x}\r\n{Blanks(Limit + 1)}\r\n0\r\n\r\n");

        RawHttp.StatusOf(answer).ShouldBe(413);
        answer.ShouldContain("application/problem+json");
        answer.ShouldContain("\"code\":\"body_too_large\"");
    }

    [Fact]
    public async Task A_body_of_exactly_64_KiB_is_read() =>
        (await _shop.AskAsync(HttpMethod.Post, "/api/v1/orders", Json(Blanks(Limit - Good.Length) + Good))).Status.ShouldBe(201);

    [Fact]
    public async Task A_malformed_chunk_is_answered_with_a_problem_document()
    {
        string answer = await RawHttp.SendAsync(_shop,
            "POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
            + "application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}");

        RawHttp.StatusOf(answer).ShouldBe(400);
        answer.ShouldContain("\"code\":\"validation_failed\"");
        answer.ShouldContain("\"errors\":");
    }

    [Fact]
    public async Task A_client_that_sends_too_much_always_sees_the_answer()
    {
        for (int post = 0; post < 100; post++)
        {
            (await _shop.AskAsync(HttpMethod.Post, "/api/v1/orders", Json(Blanks(Limit + 1 + (post * 5000)))))
                .ShouldBeProblem(413, "body_too_large");
        }
    }

    [Theory]
    [InlineData("email", 60_000)]
    [InlineData("phone", 60_000)]
    [InlineData("name", 60_000)]
    public async Task A_very_long_field_is_refused_at_once(string field, int length)
    {
        // Made to keep a pattern for e-mail addresses busy: quadratic, if the length were not looked at first.
        string text = "a@" + new string('.', length) + "@";

        Answer answer = await _shop.AskAsync(HttpMethod.Post, "/api/v1/orders",
            Json($$$"""{"items":[{"productId":"ilam-tea","quantity":1}],"customer":{"{{{field}}}":"{{{text}}}"}}"""));

        answer.ShouldBeProblem(400, "validation_failed")["errors"]!["customer." + field]!.AsArray().Count.ShouldBe(1);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static string Blanks(int count) => new(' ', count);
}
