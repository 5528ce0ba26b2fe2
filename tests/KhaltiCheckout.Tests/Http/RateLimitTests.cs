using System.Globalization;
using System.Text.Json.Nodes;
using KhaltiCheckout.Access;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Http;

public sealed class RateLimitTests
{
    private const string Cancel = "/api/v1/orders/nope/cancel";
    private static readonly object OneTea = new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } };

    [Fact]
    public async Task The_sixth_post_in_a_minute_is_limited_when_five_are_allowed()
    {
        await using Shop shop = await Shop.OpenAsync(("RateLimits:PostsPerMinute", "5"));
        for (int post = 0; post < 5; post++)
        {
            (await shop.AskAsync(HttpMethod.Post, Cancel)).Status.ShouldBe(404);
        }

        Answer answer = await shop.AskAsync(HttpMethod.Post, Cancel);

        answer.ShouldBeProblem(429, "rate_limited");
        int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture).ShouldBeInRange(1, 60);
    }

    [Fact]
    public async Task Posts_without_an_endpoint_share_a_limit_and_reads_are_not_limited()
    {
        await using Shop shop = await Shop.OpenAsync(("RateLimits:PostsPerMinute", "3"));
        (await shop.AskAsync(HttpMethod.Post, "/nope")).Status.ShouldBe(404);
        (await shop.AskAsync(HttpMethod.Delete, "/nope/2")).Status.ShouldBe(404);
        (await shop.AskAsync(HttpMethod.Post, "/api/v1/config")).Status.ShouldBe(405);

        (await shop.AskAsync(HttpMethod.Post, "/nope")).ShouldBeProblem(429, "rate_limited");
        (await shop.AskAsync(HttpMethod.Post, "/api/v1/config")).ShouldBeProblem(429, "rate_limited");
        for (int read = 0; read < 20; read++)
        {
            (await shop.AskAsync("/api/v1/products")).Status.ShouldBe(200);
        }
    }

    [Fact]
    public async Task Zero_disables_the_limit_and_is_the_default_of_a_local_sandbox()
    {
        await using Shop shop = await Shop.OpenAsync();
        for (int post = 0; post < 100; post++)
        {
            (await shop.AskAsync(HttpMethod.Post, Cancel)).Status.ShouldBe(404);
        }
    }

    [Fact]
    public async Task Addresses_of_one_IPv6_network_share_a_limit()
    {
        await using Shop shop = await Shop.OpenAsync(("RateLimits:PostsPerMinute", "5"), ("RateLimits:PostsPerMinuteInAll", "1000"));
        for (int post = 1; post <= 5; post++)
        {
            (await PostFromAsync(shop, $"2001:db8:0:1:{post}::{post}", Cancel)).Status.ShouldBe(404);
        }

        (await PostFromAsync(shop, "2001:db8:0:1:ffff::1", Cancel)).ShouldBeProblem(429, "rate_limited");
        (await PostFromAsync(shop, "2001:db8:0:2::1", Cancel)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task An_IPv4_client_has_one_limit_in_every_notation()
    {
        await using Shop shop = await Shop.OpenAsync(("RateLimits:PostsPerMinute", "2"));

        (await PostFromAsync(shop, "192.0.2.1", Cancel)).Status.ShouldBe(404);
        (await PostFromAsync(shop, "::ffff:192.0.2.1", Cancel)).Status.ShouldBe(404);
        (await PostFromAsync(shop, "[::ffff:192.0.2.1]:4711", Cancel)).ShouldBeProblem(429, "rate_limited");
    }

    [Fact]
    public async Task One_network_cannot_use_up_the_global_limit()
    {
        await using Shop shop = await Shop.OpenAsync(("RateLimits:PostsPerMinute", "3"), ("RateLimits:PostsPerMinuteInAll", "5"));
        for (int post = 0; post < 10; post++)
        {
            (await PostFromAsync(shop, "192.0.2.1", Cancel)).Status.ShouldBe(post < 3 ? 404 : 429);
        }

        (await PostFromAsync(shop, "192.0.2.2", Cancel)).Status.ShouldBe(404);
        (await PostFromAsync(shop, "192.0.2.3", Cancel)).Status.ShouldBe(404);
        (await PostFromAsync(shop, "192.0.2.4", Cancel)).ShouldBeProblem(429, "rate_limited");
    }

    [Fact]
    public async Task Posts_without_an_endpoint_do_not_limit_cancel_and_sign_in()
    {
        await using Shop shop = await Shop.OpenAsync(
            ("RateLimits:PostsPerMinute", "2"), ("RateLimits:PostsPerMinuteInAll", "4"), ("Admin:ApiKeys:0", Starting.MerchantKey));
        for (int network = 1; network <= 4; network++)
        {
            await PostFromAsync(shop, $"192.0.2.{network}", "/nope");
            await PostFromAsync(shop, $"192.0.2.{network}", "/api/v1/config");
        }

        (await PostFromAsync(shop, "198.51.100.1", "/nope")).ShouldBeProblem(429, "rate_limited");
        (await PostFromAsync(shop, "198.51.100.1", Cancel)).Status.ShouldBe(404);
        (await SignInFromAsync(shop, "198.51.100.1")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Sign_ins_are_limited_for_each_network_and_not_globally()
    {
        await using Shop shop = await Shop.OpenAsync(
            ("RateLimits:PostsPerMinute", "2"), ("RateLimits:PostsPerMinuteInAll", "2"), ("Admin:ApiKeys:0", Starting.MerchantKey));
        for (int network = 1; network <= 4; network++)
        {
            await PostFromAsync(shop, $"192.0.2.{network}", "/api/v1/admin/session", new { key = "wrong" });
            await PostFromAsync(shop, $"192.0.2.{network}", Cancel);
        }

        (await SignInFromAsync(shop, "198.51.100.1")).Status.ShouldBe(200);
        (await SignInFromAsync(shop, "198.51.100.1")).Status.ShouldBe(200);
        JsonNode refused = (await SignInFromAsync(shop, "198.51.100.1")).ShouldBeProblem(429, "rate_limited");
        refused["reason"].ShouldBeNull("that is for wrong keys");
    }

    [Fact]
    public async Task One_IPv6_site_cannot_use_up_the_global_limit()
    {
        await using Shop shop = await Shop.OpenAsync(("RateLimits:PostsPerMinute", "2"), ("RateLimits:PostsPerMinuteInAll", "8"));
        for (int network = 0; network < 10; network++)
        {
            (await PostFromAsync(shop, $"2001:db8:7:{network:x}::1", Cancel)).Status.ShouldBe(network < 6 ? 404 : 429);
        }

        (await PostFromAsync(shop, "2001:db8:8::1", Cancel)).Status.ShouldBe(404);
        (await PostFromAsync(shop, "192.0.2.1", Cancel)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_client_at_its_order_limit_can_still_pay()
    {
        await using Shop shop = await Shop.OpenAsync(("RateLimits:PostsPerMinute", "5"), ("RateLimits:OrdersPerMinute", "2"));
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        JsonNode other = await shop.GivenOrderAsync();
        (await shop.SendAsync(HttpMethod.Post, "/api/v1/orders", OneTea)).ShouldBeProblem(429, "rate_limited");

        (int verified, _) = await shop.VerifyAsync(order, token);
        string pidx = await shop.GivenLinkAsync(other);
        (int returned, _) = await shop.ComeBackAsync($"/payments/khalti/return?pidx={pidx}");

        (verified, returned).ShouldBe((200, 303));
    }

    [Fact]
    public async Task The_global_order_limit_does_not_limit_payments()
    {
        await using Shop shop = await Shop.OpenAsync(("RateLimits:PostsPerMinute", "100"), ("RateLimits:OrdersPerMinuteInAll", "1"));
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        (await PostFromAsync(shop, "192.0.2.1", "/api/v1/orders", OneTea)).ShouldBeProblem(429, "rate_limited");

        (await shop.VerifyAsync(order, token)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Requests_with_an_API_key_are_limited_by_key()
    {
        await using Shop shop = await Shop.OpenAsync(("RateLimits:PostsPerMinute", "4"), ("RateLimits:OrdersPerMinute", "1"));
        (_, string key) = await shop.GivenKeyAsync("Till 2", Scopes.Checkout);
        for (int post = 0; post < 4; post++)
        {
            (await shop.SendAsync(key, HttpMethod.Post, "/api/v1/orders", OneTea)).Status.ShouldBe(201);
        }

        (await shop.SendAsync(key, HttpMethod.Post, "/api/v1/orders", OneTea)).ShouldBeProblem(429, "rate_limited");
        (await shop.SendAsync(HttpMethod.Post, "/api/v1/orders", OneTea)).Status.ShouldBe(201, "a shopper is another client");
    }

    [Theory]
    [InlineData("/payments/khalti/return/")]
    [InlineData("/Payments/KHALTI/return")]
    [InlineData("/payments/khalti/retur%6E?x=1")]
    public async Task Another_spelling_of_a_path_shares_its_limit(string spelling)
    {
        await using Shop shop = await Shop.OpenAsync(("RateLimits:PostsPerMinute", "3"));
        for (int visit = 0; visit < 3; visit++)
        {
            (await shop.AskAsync(spelling)).Status.ShouldBe(303);
        }

        (await shop.AskAsync(spelling)).ShouldBeProblem(429, "rate_limited");
        (await shop.AskAsync("/payments/khalti/return")).ShouldBeProblem(429, "rate_limited");
    }

    private static Task<Answer> SignInFromAsync(Shop shop, string address) =>
        PostFromAsync(shop, address, "/api/v1/admin/session", new { key = Starting.MerchantKey });

    private static Task<Answer> PostFromAsync(Shop shop, string address, string path, object? body = null) =>
        shop.SendAsync(HttpMethod.Post, path, body, ("X-Forwarded-For", address));
}
