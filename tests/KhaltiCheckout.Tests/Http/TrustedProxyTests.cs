using KhaltiCheckout.Access;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Http;

/// <summary>Whose word about the client's address is taken.</summary>
public sealed class TrustedProxyTests
{
    private const string Session = "/api/v1/admin/session";

    [Fact]
    public async Task Behind_two_proxies_each_client_has_its_own_limit()
    {
        await using Shop shop = await Shop.OpenAsync(
            ("RateLimits:PostsPerMinute", "1"), ("ForwardedHeaders:Hops", "2"),
            ("ForwardedHeaders:KnownNetworks:0", "127.0.0.1"), ("ForwardedHeaders:KnownNetworks:1", "10.0.0.0/24"));

        (await PostAsync(shop, "192.0.2.1, 10.0.0.5")).Status.ShouldBe(404);
        (await PostAsync(shop, "192.0.2.2, 10.0.0.5")).Status.ShouldBe(404);
        (await PostAsync(shop, "192.0.2.1, 10.0.0.6")).ShouldBeProblem(429, "rate_limited");
        (await PostAsync(shop, "198.51.100.7, 192.0.2.2, 10.0.0.5"))
            .ShouldBeProblem(429, "rate_limited", "what a client wrote itself does not count");
    }

    [Fact]
    public async Task Behind_two_proxies_wrong_keys_limit_only_their_client()
    {
        await using Shop shop = await Shop.OpenAsync(
            ("Admin:ApiKeys:0", Starting.MerchantKey), ("ForwardedHeaders:Hops", "2"),
            ("ForwardedHeaders:KnownNetworks:0", "127.0.0.0/8"), ("ForwardedHeaders:KnownNetworks:1", "10.0.0.5"));
        shop.ExpectWarnings();
        Task<Answer> SignInAsync(string key, string forwarded) =>
            shop.SendAsync(HttpMethod.Post, Session, new { key }, ("X-Forwarded-For", forwarded));
        for (int wrong = 0; wrong < 11; wrong++)
        {
            await SignInAsync("wrong", "192.0.2.66, 10.0.0.5");
        }

        (await SignInAsync(Starting.MerchantKey, "192.0.2.66, 10.0.0.5")).Status.ShouldBe(429);
        (await SignInAsync(Starting.MerchantKey, "192.0.2.1, 10.0.0.5")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("ForwardedHeaders:Hops", "0")]
    [InlineData("ForwardedHeaders:KnownNetworks:0", "10.0.0.0/24")]
    public async Task An_untrusted_client_cannot_forge_its_address(string setting, string value)
    {
        await using Shop shop = await Shop.OpenAsync(("RateLimits:PostsPerMinute", "1"), (setting, value));
        shop.ExpectWarnings();

        (await PostAsync(shop, "192.0.2.1")).Status.ShouldBe(404);
        (await PostAsync(shop, "192.0.2.2")).ShouldBeProblem(429, "rate_limited");
    }

    [Fact]
    public async Task An_untrusted_proxy_is_logged_once()
    {
        await using Shop shop = await Shop.OpenAsync(("ForwardedHeaders:KnownNetworks:0", "10.0.0.0/24"));
        shop.ExpectWarnings();
        await shop.AskAsync("/api/v1/config");
        shop.Log.Warnings.ShouldBeEmpty("without the header there is no sign of a proxy");

        await PostAsync(shop, "192.0.2.1");
        await PostAsync(shop, "192.0.2.2");

        string warning = shop.Log.Warnings.ShouldHaveSingleItem();
        warning.ShouldContain("127.0.0.1");
        warning.ShouldContain("ForwardedHeaders:KnownNetworks");
    }

    [Fact]
    public async Task A_valid_key_works_behind_an_untrusted_proxy()
    {
        await using Shop shop = await Shop.OpenAsync(
            ("Admin:ApiKeys:0", Starting.MerchantKey), ("ForwardedHeaders:KnownNetworks:0", "10.0.0.0/24"));
        shop.ExpectWarnings();
        Task<Answer> SignInAsync(string key, string forwarded) =>
            shop.SendAsync(HttpMethod.Post, Session, new { key }, ("X-Forwarded-For", forwarded));
        (await SignInAsync(Starting.MerchantKey, "192.0.2.1")).Status.ShouldBe(200);
        for (int wrong = 0; wrong < 11; wrong++)
        {
            await SignInAsync("wrong", "192.0.2.66");
        }

        (await SignInAsync("wrong", "192.0.2.66")).Status.ShouldBe(429);
        (await SignInAsync(Starting.MerchantKey, "192.0.2.1")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_development_key_is_refused_for_forwarded_requests()
    {
        await using Shop shop = await Shop.OpenAsync();
        string cookie = await shop.GivenSessionAsync(AdminOptionsRules.DevelopmentKey);
        (string, string) elsewhere = ("X-Forwarded-For", "192.168.1.20");

        Answer withKey =
            await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Bearer(AdminOptionsRules.DevelopmentKey), elsewhere);
        Answer signIn = await shop.SendAsync(HttpMethod.Post, Session, new { key = AdminOptionsRules.DevelopmentKey }, elsewhere);
        Answer withCookie = await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(cookie), elsewhere);

        withKey.ShouldBeProblem(401, "unauthorized");
        signIn.ShouldBeProblem(401, "unauthorized");
        withCookie.ShouldBeProblem(401, "unauthorized");
        (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(cookie))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-For", "192.168.1.20")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("X-Forwarded-Host", "demo.example")]
    [InlineData("Forwarded", "for=192.168.1.20")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("X-Real-IP", "192.168.1.20")]
    public async Task The_development_key_is_refused_behind_an_untrusted_proxy(string header, string value)
    {
        foreach (string hops in (string[])["0", "1"])
        {
            await using Shop shop = await Shop.OpenAsync(("ForwardedHeaders:Hops", hops));
            string cookie = await shop.GivenSessionAsync(AdminOptionsRules.DevelopmentKey);

            (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Bearer(AdminOptionsRules.DevelopmentKey), (header, value)))
                .ShouldBeProblem(401, "unauthorized");
            (await shop.SendAsync(HttpMethod.Post, Session, new { key = AdminOptionsRules.DevelopmentKey }, (header, value)))
                .ShouldBeProblem(401, "unauthorized");
            (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(cookie), (header, value)))
                .ShouldBeProblem(401, "unauthorized");
        }
    }

    private static Task<Answer> PostAsync(Shop shop, string forwarded) =>
        shop.SendAsync(HttpMethod.Post, "/api/v1/orders/nope/cancel", null, ("X-Forwarded-For", forwarded));
}
