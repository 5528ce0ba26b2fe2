using KhaltiCheckout.Access;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Access;

/// <summary>Wrong keys in the Authorization header are counted as those at sign-in are.</summary>
public sealed class WrongKeyTests
{
    private const string Session = "/api/v1/admin/session";
    private const string Unused = "another-key-0123456789-of-the-merchant";

    [Theory]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer kck_000000000000_0000000000000000000000000000000000000000")]
    [InlineData("Basic d3Jvbmc6d3Jvbmc=")]
    [InlineData("Bearer")]
    public async Task After_ten_wrong_keys_only_that_network_is_limited(string authorization)
    {
        await using Shop shop = await Shop.OpenAsync(("Admin:ApiKeys:0", Starting.MerchantKey));
        Task<Answer> AskAsync(string header, string address) =>
            shop.SendAsync(HttpMethod.Get, Session, null, ("Authorization", header), ("X-Forwarded-For", address));
        for (int wrong = 0; wrong < 10; wrong++)
        {
            (await AskAsync(authorization, "192.0.2.1")).ShouldBeProblem(401, "unauthorized");
        }

        Answer refused = await AskAsync(authorization, "192.0.2.1");
        Answer right = await AskAsync("Bearer " + Starting.MerchantKey, "192.0.2.1");

        refused.ShouldBeProblem(429, "rate_limited");
        refused.Headers["Retry-After"].ShouldBe("900");
        right.ShouldBeProblem(429, "rate_limited", "or guessing would only be slower");
        (await AskAsync("Bearer " + Starting.MerchantKey, "192.0.2.2")).Status.ShouldBe(200);
        shop.Clock.Advance(TimeSpan.FromMinutes(15));
        (await AskAsync("Bearer " + Starting.MerchantKey, "192.0.2.1")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Wrong_keys_in_headers_and_at_sign_in_are_counted_together()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        for (int wrong = 0; wrong < 5; wrong++)
        {
            (await shop.SendAsync("wrong", HttpMethod.Post, "/api/v1/orders", new { })).Status.ShouldBe(401);
            (await shop.SendAsync(HttpMethod.Post, Session, new { key = "wrong" })).Status.ShouldBe(401);
        }

        (await shop.SendAsync(HttpMethod.Post, Session, new { key = "wrong" })).ShouldBeProblem(429, "rate_limited");
        (await shop.SendAsync("wrong", HttpMethod.Post, "/api/v1/orders", new { })).ShouldBeProblem(429, "rate_limited");
    }

    [Fact]
    public async Task A_settings_key_used_before_from_a_network_keeps_working_only_there()
    {
        await using Shop shop = await Shop.OpenAsync(("Admin:ApiKeys:0", Starting.MerchantKey), ("Admin:ApiKeys:1", Unused));
        Task<Answer> AskAsync(string key, string address) =>
            shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Bearer(key), ("X-Forwarded-For", address));
        (await AskAsync(Starting.MerchantKey, "192.0.2.1")).Status.ShouldBe(200);
        for (int wrong = 0; wrong < 10; wrong++)
        {
            await AskAsync("wrong", "192.0.2.1");
            await AskAsync("wrong", "192.0.2.2");
        }

        (await AskAsync(Starting.MerchantKey, "192.0.2.1")).Status.ShouldBe(200);
        (await AskAsync(Unused, "192.0.2.1")).ShouldBeProblem(429, "rate_limited");
        (await AskAsync(Starting.MerchantKey, "192.0.2.2")).ShouldBeProblem(429, "rate_limited");
    }

    [Fact]
    public async Task A_valid_key_keeps_working_while_another_client_of_its_network_is_limited()
    {
        await using Shop shop = await Shop.OpenAsync();
        (_, string key) = await shop.GivenKeyAsync("Till 2", Scopes.Read);
        (_, string unused) = await shop.GivenKeyAsync("Till 3", Scopes.Read);
        (await shop.SendAsync(key, HttpMethod.Get, Session)).Status.ShouldBe(200);
        for (int wrong = 0; wrong < 11; wrong++)
        {
            await shop.SendAsync("wrong", HttpMethod.Get, Session);
        }

        (await shop.SendAsync(key, HttpMethod.Get, Session)).Status.ShouldBe(200);
        (await shop.SendAsync(unused, HttpMethod.Get, Session)).Status.ShouldBe(429);
        (await shop.SendAsync(key[..^1] + (key[^1] == '0' ? '1' : '0'), HttpMethod.Get, Session)).Status.ShouldBe(401);
        (await shop.SendAsync(key, HttpMethod.Get, Session))
            .Status.ShouldBe(429, "the rest of a known key can't be guessed behind its first part");
    }
}
