using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Http;

public sealed class RateLimitTests
{
    [Fact]
    public async Task The_sixth_post_within_a_minute_waits_when_five_are_allowed()
    {
        await using Shop shop = await Shop.OpenAsync(("RateLimits:PostsPerMinute", "5"));
        for (int post = 0; post < 5; post++)
        {
            (await shop.AskAsync(HttpMethod.Post, "/api/v1/orders/nope/cancel")).Status.ShouldBe(404);
        }

        Answer answer = await shop.AskAsync(HttpMethod.Post, "/api/v1/orders/nope/cancel");

        answer.ShouldBeProblem(429, "rate_limited");
        int.Parse(answer.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(1, 60);
    }

    [Fact]
    public async Task Posts_to_any_address_count_together_and_reading_goes_on()
    {
        await using Shop shop = await Shop.OpenAsync(("RateLimits:PostsPerMinute", "5"));
        string[] paths = ["/api/v1/orders", "/api/v1/payments/verify", "/nope", "/api/v1/config", "/api/v1/orders/x/cancel"];
        foreach (string path in paths)
        {
            await shop.AskAsync(HttpMethod.Post, path);
        }

        (await shop.AskAsync(HttpMethod.Post, "/api/v1/orders")).ShouldBeProblem(429, "rate_limited");

        for (int read = 0; read < 20; read++)
        {
            (await shop.AskAsync("/api/v1/products")).Status.ShouldBe(200);
        }
    }

    [Fact]
    public async Task Zero_is_no_limit()
    {
        await using Shop shop = await Shop.OpenAsync(("RateLimits:PostsPerMinute", "0"));
        for (int post = 0; post < 100; post++)
        {
            (await shop.AskAsync(HttpMethod.Post, "/api/v1/orders/nope/cancel")).Status.ShouldBe(404);
        }
    }
}
