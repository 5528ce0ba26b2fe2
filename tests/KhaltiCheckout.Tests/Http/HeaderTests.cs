using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Http;

/// <summary>Headers that a client may send without meaning well.</summary>
public sealed class HeaderTests(SharedShop shared) : IClassFixture<SharedShop>
{
    private const string Good = """{"items":[{"productId":"ilam-tea","quantity":1}]}""";

    private readonly Shop _shop = shared.Shop;

    [Theory]
    [InlineData("Accept: \xff\xfe")]
    [InlineData("Accept: application/json;q=nonsense, ;;;")]
    [InlineData("Accept-Language: ../../etc/passwd")]
    [InlineData("Accept-Encoding: gzip, nonsense;q=9")]
    [InlineData("Authorization: Bearer \xff")]
    [InlineData("Authorization: Nonsense")]
    [InlineData("Cookie: a=b; \xff; =; ;")]
    [InlineData("traceparent: nonsense")]
    [InlineData("traceparent: 00-00000000000000000000000000000000-0000000000000000-01")]
    [InlineData("tracestate: \xff=,,,")]
    [InlineData("X-Forwarded-For: nonsense, 1.2.3.4")]
    [InlineData("X-Forwarded-Proto: javascript")]
    [InlineData("X-HTTP-Method-Override: DELETE")]
    [InlineData("If-None-Match: \"x\", nonsense")]
    [InlineData("If-Modified-Since: yesterday")]
    [InlineData("Range: bytes=9-1,a-b")]
    [InlineData("Content-Encoding: gzip")]
    [InlineData("Expect: nonsense")]
    [InlineData("Origin: null")]
    [InlineData("Idempotency-Key: ")]
    [InlineData("Idempotency-Key: \xff\xfe")]
    [InlineData("Idempotency-Key: a\r\nIdempotency-Key: b")]
    public async Task An_unusual_header_causes_no_500(string header)
    {
        foreach (string request in (string[])[
            $"GET /api/v1/products HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n\r\n",
            $"GET /index.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n\r\n",
            "POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: "
            + $"{Good.Length}\r\n{header}\r\n\r\n{Good}"])
        {
            string answer = await RawHttp.SendAsync(_shop, request);

            RawHttp.StatusOf(answer).ShouldBeLessThan(500, answer);
            if (RawHttp.StatusOf(answer) >= 400 && !answer.EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                answer.ShouldContain("application/problem+json");
            }
        }
    }

    [Fact]
    public async Task A_client_does_not_choose_the_trace_id()
    {
        const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

        string answer = await RawHttp.SendAsync(_shop,
            $"GET /nope HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\ntraceparent: 00-{TraceId}-00f067aa0ba902b7-01\r\n\r\n");

        answer.ShouldMatch("\"traceId\":\"[0-9a-f]{32}\"");
        answer.ShouldNotContain(TraceId);
    }
}
