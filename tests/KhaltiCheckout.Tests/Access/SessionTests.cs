using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Access;

/// <summary>Signing in on the admin pages, and what a cookie is good for.</summary>
public sealed class SessionTests
{
    private const string Session = "/api/v1/admin/session";
    private const string Keys = "/api/v1/admin/keys";
    private const string Unused = "another-key-0123456789-of-the-merchant";

    [Fact]
    public async Task A_session_shows_its_key_until_sign_out()
    {
        await using Shop shop = await Shop.OpenAsync();
        (string _, string key) = await shop.GivenKeyAsync("Till 2", Scopes.Read, Scopes.Refund);

        Answer signedIn = await shop.SendAsync(HttpMethod.Post, Session, new { key });
        string cookie = signedIn.Headers["Set-Cookie"].Split(';')[0];
        Answer told = await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(cookie));
        Answer signedOut = await shop.SendAsync(HttpMethod.Delete, Session, null, KeyHolding.Cookie(cookie), KeyHolding.Meant);
        Answer after = await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(cookie));

        signedIn.Text.ShouldBe("""{"name":"Till 2","scopes":["read","refund"],"expiresAt":"2026-11-21T18:00:00.000Z"}""");
        told.Text.ShouldBe(signedIn.Text);
        signedOut.Status.ShouldBe(204);
        signedOut.Headers["Set-Cookie"].ShouldStartWith(SessionCookie.PlainName + "=; expires=Thu, 01 Jan 1970");
        after.ShouldBeProblem(401, "unauthorized");
        (await shop.SendAsync(key, HttpMethod.Get, Session))
            .Text.ShouldBe("""{"name":"Till 2","scopes":["read","refund"],"expiresAt":null}""");
    }

    [Fact]
    public async Task The_session_cookie_is_HttpOnly_SameSite_and_Secure()
    {
        await using Shop shop = await Shop.OpenAsync(("Admin:ApiKeys:0", Starting.MerchantKey));
        object body = new { key = Starting.MerchantKey };

        string plain = (await shop.SendAsync(HttpMethod.Post, Session, body)).Headers["Set-Cookie"];
        string secure = (await shop.SendAsync(HttpMethod.Post, Session, body, ("X-Forwarded-Proto", "https"))).Headers["Set-Cookie"];

        plain.ShouldMatch($"^khalti_checkout_admin=[0-9a-f]{{64}}; max-age=43200; path=/; samesite=strict; httponly$");
        secure.ShouldMatch($"^__Host-khalti_checkout_admin=[0-9a-f]{{64}}; max-age=43200; path=/; secure; samesite=strict; httponly$");
        secure.Split(';')[0].ShouldNotBe(plain.Split(';')[0]);
    }

    [Fact]
    public async Task The_session_cookie_is_Secure_behind_a_TLS_proxy()
    {
        await using Shop shop = await Shop.OpenAsync(
            ("Store:PublicUrl", "https://shop.example"), ("Admin:ApiKeys:0", Starting.MerchantKey));

        (await shop.SendAsync(HttpMethod.Post, Session, new { key = Starting.MerchantKey }, ("Host", "shop.example")))
            .Headers["Set-Cookie"].ShouldContain("; secure;");
    }

    // Some browsers keep no cookie for https that came by http, also from this machine.
    [Theory]
    [InlineData("localhost:5080")]
    [InlineData("127.0.0.1:5080")]
    [InlineData("[::1]:5080")]
    public async Task Over_http_on_localhost_the_session_cookie_is_accepted_by_browsers(string host)
    {
        await using Shop shop = await Shop.OpenAsync(
            ("Store:PublicUrl", "https://shop.example"), ("Admin:ApiKeys:0", Starting.MerchantKey));
        object body = new { key = Starting.MerchantKey };

        string plain = (await shop.SendAsync(HttpMethod.Post, Session, body, ("Host", host))).Headers["Set-Cookie"];
        string secure = (await shop.SendAsync(HttpMethod.Post, Session, body, ("Host", host), ("X-Forwarded-Proto", "https")))
            .Headers["Set-Cookie"];

        plain.ShouldStartWith("khalti_checkout_admin=");
        plain.ShouldNotContain("secure");
        (await shop.SendAsync(HttpMethod.Get, Session, null, ("Host", host), KeyHolding.Cookie(plain.Split(';')[0]))).Status.ShouldBe(200);
        secure.ShouldStartWith("__Host-khalti_checkout_admin=");
        secure.ShouldContain("; secure;");
    }

    // Another host of the same site, or somebody on the network, can set a cookie of any name but one that begins with __Host-.
    [Fact]
    public async Task Over_https_only_the_Host_prefixed_session_cookie_is_read()
    {
        await using Shop shop = await Shop.OpenAsync(
            ("Store:PublicUrl", "https://shop.example"), ("Admin:ApiKeys:0", Starting.MerchantKey));
        (string, string) host = ("Host", "shop.example");
        Answer signedIn = await shop.SendAsync(HttpMethod.Post, Session, new { key = Starting.MerchantKey }, host);
        string cookie = signedIn.Headers["Set-Cookie"].Split(';')[0];

        cookie.ShouldStartWith("__Host-");
        (await shop.SendAsync(HttpMethod.Get, Session, null, host, KeyHolding.Cookie(cookie))).Status.ShouldBe(200);
        (await shop.SendAsync(HttpMethod.Get, Session, null, host, KeyHolding.Cookie(cookie["__Host-".Length..]))).Status.ShouldBe(401);
    }

    [Fact]
    public async Task A_changing_request_with_a_session_cookie_needs_the_CSRF_header()
    {
        await using Shop shop = await Shop.OpenAsync();
        string cookie = await shop.GivenSessionAsync(KeyHolding.SettingsKey);
        object till = new { name = "Till 2", scopes = new[] { "read" } };

        foreach ((string Name, string Value)[] headers in ((string, string)[][])[[], [
            (CsrfHeader.Name, "XMLHttpRequest")], [(CsrfHeader.Name, "")]])
        {
            (string, string)[] all = [KeyHolding.Cookie(cookie), .. headers];
            ((string?)(await shop.SendAsync(HttpMethod.Post, Keys, till, all)).ShouldBeProblem(403, "forbidden")["detail"])
                .ShouldBe("With the cookie, send the header X-Requested-With: khalti-checkout. Nothing was done.");
            (await shop.SendAsync(HttpMethod.Delete, Session, null, all)).ShouldBeProblem(403, "forbidden");
            (await shop.SendAsync(HttpMethod.Post, "/api/v1/orders", OrdersWithKeyTests.OwnLines(), all)).ShouldBeProblem(403, "forbidden");
        }

        (await shop.InDatabaseAsync(db => db.ApiKeys.CountAsync())).ShouldBe(0);
        (await shop.SendAsync(HttpMethod.Get, Keys, null, KeyHolding.Cookie(cookie))).Status.ShouldBe(200, "reading needs no header");
        (await shop.SendAsync(HttpMethod.Post, Keys, till, KeyHolding.Cookie(cookie), KeyHolding.Meant)).Status.ShouldBe(201);
        (await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Keys, new { name = "Till 3", scopes = new[] { "read" } }))
            .Status.ShouldBe(201, "nor does a key");
    }

    [Fact]
    public async Task A_signed_in_merchant_uses_the_storefront_as_a_normal_shopper()
    {
        await using Shop shop = await Shop.OpenAsync();
        string cookie = await shop.GivenSessionAsync(KeyHolding.SettingsKey);

        Answer placed =
            await shop.SendAsync(HttpMethod.Post, "/api/v1/orders", OrdersWithKeyTests.FromTheCatalogue, KeyHolding.Cookie(cookie));

        placed.Status.ShouldBe(201);
        (await shop.InDatabaseAsync(db => db.Timeline.SingleAsync())).KeyName.ShouldBeNull();
    }

    [Fact]
    public async Task A_session_ends_with_its_key()
    {
        await using Shop shop = await Shop.OpenAsync();
        (string id, string key) = await shop.GivenKeyAsync("Till 2", Scopes.Read);
        string cookie = await shop.GivenSessionAsync(key);
        string another = await shop.GivenSessionAsync(KeyHolding.SettingsKey);
        (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(cookie))).Status.ShouldBe(200);

        await shop.RevokeAsync(id);

        (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(cookie))).ShouldBeProblem(401, "unauthorized");
        (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(another))).Status.ShouldBe(200);
        (await shop.InDatabaseAsync(db => db.AdminSessions.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task A_session_ends_when_its_key_is_removed_from_the_settings()
    {
        await using Shop shop = await Shop.OpenAsync(
            ("Admin:ApiKeys:0", "the-first-key-of-the-merchant"), ("Admin:ApiKeys:1", "the-other-key-of-the-merchant"));
        string first = await shop.GivenSessionAsync("the-first-key-of-the-merchant");
        string other = await shop.GivenSessionAsync("the-other-key-of-the-merchant");

        await shop.ReopenAsync(("Admin:ApiKeys:0", "the-other-key-of-the-merchant"), ("Admin:ApiKeys:1", "a-third-key-of-the-merchant"));

        (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(first))).ShouldBeProblem(401, "unauthorized");
        ((string?)(await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(other))).Json["name"]).ShouldBe("settings key 1");
    }

    [Fact]
    public async Task A_session_lasts_twelve_hours_and_is_then_deleted_by_the_worker()
    {
        await using Shop shop = await Shop.OpenAsync();
        string cookie = await shop.GivenSessionAsync(KeyHolding.SettingsKey);

        await shop.PassAfterAsync(AdminSession.Lifetime - TimeSpan.FromSeconds(1));
        (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(cookie))).Status.ShouldBe(200);
        shop.Clock.Advance(TimeSpan.FromSeconds(1));
        (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(cookie))).ShouldBeProblem(401, "unauthorized");

        (await shop.InDatabaseAsync(db => db.AdminSessions.CountAsync())).ShouldBe(1);
        await shop.PassAsync();
        (await shop.InDatabaseAsync(db => db.AdminSessions.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task Signing_in_again_ends_the_previous_session()
    {
        await using Shop shop = await Shop.OpenAsync();
        string before = await shop.GivenSessionAsync(KeyHolding.SettingsKey);

        (await shop.SendAsync(HttpMethod.Post, Session, new { key = KeyHolding.SettingsKey }, KeyHolding.Cookie(before)))
            .Status.ShouldBe(200);

        (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(before))).ShouldBeProblem(401, "unauthorized");
    }

    [Fact]
    public async Task After_ten_wrong_keys_in_15_minutes_even_a_valid_one_is_limited()
    {
        await using Shop shop = await Shop.OpenAsync(("Admin:ApiKeys:0", KeyHolding.SettingsKey), ("Admin:ApiKeys:1", Unused));
        shop.ExpectWarnings();
        Task<Answer> SignInAsync(string key) => shop.SendAsync(HttpMethod.Post, Session, new { key });
        for (int wrong = 1; wrong <= 10; wrong++)
        {
            (await SignInAsync(KeyHolding.SettingsKey)).Status.ShouldBe(200, "a right one is not counted");
            (await SignInAsync("wrong")).ShouldBeProblem(401, "unauthorized");
            shop.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Answer refused = await SignInAsync(Unused);
        ((string?)refused.ShouldBeProblem(429, "rate_limited")["reason"]).ShouldBe("wrong_keys");
        refused.Headers["Retry-After"].ShouldBe("300");
        refused.Headers.Keys.ShouldNotContain("Set-Cookie");
        shop.Clock.Advance(TimeSpan.FromSeconds(299));
        (await SignInAsync(Unused)).ShouldBeProblem(429, "rate_limited");
        shop.Clock.Advance(TimeSpan.FromSeconds(1));
        (await SignInAsync(Unused)).Status.ShouldBe(200);
        (await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Get, Keys)).Status.ShouldBe(200);
        shop.Log.Warnings.ShouldAllBe(line => line.Contains("too many wrong keys"));
    }

    [Fact]
    public async Task Of_many_parallel_wrong_keys_at_most_ten_are_checked()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();

        Answer[] answers = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(number => shop.SendAsync(HttpMethod.Post, Session, new { key = $"wrong {number}" })));

        answers.Count(answer => answer.Status == 401).ShouldBe(10);
        answers.Count(answer => answer.Status == 429).ShouldBe(30);
    }

    [Fact]
    public async Task Failed_sign_ins_of_one_network_do_not_limit_another()
    {
        await using Shop shop = await Shop.OpenAsync(("Admin:ApiKeys:0", Starting.MerchantKey));
        shop.ExpectWarnings();
        Task<Answer> SignInAsync(string address, string key) =>
            shop.SendAsync(HttpMethod.Post, Session, new { key }, ("X-Forwarded-For", address));
        for (int wrong = 1; wrong <= 10; wrong++)
        {
            await SignInAsync("192.0.2.1", "wrong");
            await SignInAsync($"2001:db8:0:1::{wrong}", "wrong");
        }

        (await SignInAsync("192.0.2.1", Starting.MerchantKey)).Status.ShouldBe(429);
        (await SignInAsync("2001:db8:0:1:ffff::1", Starting.MerchantKey)).Status.ShouldBe(429, "a subscriber has a /64 of addresses");
        (await SignInAsync("192.0.2.2", Starting.MerchantKey)).Status.ShouldBe(200);
        (await SignInAsync("2001:db8:0:2::1", Starting.MerchantKey)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Wrong_keys_from_others_do_not_affect_a_session()
    {
        await using Shop shop = await Shop.OpenAsync(("Admin:ApiKeys:0", KeyHolding.SettingsKey), ("Admin:ApiKeys:1", Unused));
        shop.ExpectWarnings();
        string cookie = await shop.GivenSessionAsync(KeyHolding.SettingsKey);
        for (int wrong = 1; wrong <= 12; wrong++)
        {
            await shop.SendAsync(HttpMethod.Post, Session, new { key = "wrong" });
        }

        Answer reading = await shop.SendAsync(HttpMethod.Get, Keys, null, KeyHolding.Cookie(cookie));
        Answer again = await shop.SendAsync(
            HttpMethod.Post, Session, new { key = Unused }, KeyHolding.Cookie(cookie), KeyHolding.Meant);
        Answer stranger = await shop.SendAsync(HttpMethod.Post, Session, new { key = Unused });

        reading.Status.ShouldBe(200);
        again.Status.ShouldBe(200);
        stranger.ShouldBeProblem(429, "rate_limited");
    }

    [Fact]
    public async Task A_session_is_limited_after_ten_wrong_keys_from_any_network()
    {
        await using Shop shop = await Shop.OpenAsync(("Admin:ApiKeys:0", KeyHolding.SettingsKey), ("Admin:ApiKeys:1", Unused));
        shop.ExpectWarnings();
        (_, string till) = await shop.GivenKeyAsync("Till 2", Scopes.Read);
        string cookie = await shop.GivenSessionAsync(till);
        Task<Answer> SignInAsync(string key, string address) => shop.SendAsync(
            HttpMethod.Post, Session, new { key }, KeyHolding.Cookie(cookie), KeyHolding.Meant, ("X-Forwarded-For", address));
        for (int wrong = 1; wrong <= 10; wrong++)
        {
            (await SignInAsync("wrong", $"192.0.2.{wrong}")).ShouldBeProblem(401, "unauthorized");
        }

        (await SignInAsync("wrong", "192.0.2.11")).ShouldBeProblem(429, "rate_limited");
        (await SignInAsync(Unused, "192.0.2.12")).ShouldBeProblem(429, "rate_limited");
        (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(cookie))).Status.ShouldBe(200);
        (await shop.SendAsync(HttpMethod.Post, Session, new { key = Unused })).Status.ShouldBe(200, "the network is not counted with it");
    }

    [Fact]
    public async Task The_database_has_no_hash_of_a_settings_key()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenSessionAsync(KeyHolding.SettingsKey);
        await shop.GivenSessionAsync(KeyHolding.SettingsKey);

        string[] kept = await shop.InDatabaseAsync(db => db.AdminSessions.Select(session => session.KeyId).ToArrayAsync());

        kept.Length.ShouldBe(2);
        kept[0].ShouldNotBe(kept[1], "what a session keeps of a key depends on the session's own secret");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"key":""}""")]
    [InlineData("""{"key":null}""")]
    [InlineData("""{"key":1}""")]
    [InlineData("""{"key":"\ud800"}""")]
    public async Task A_sign_in_without_a_key_is_not_valid(string body)
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.SendAsync(HttpMethod.Post, Session, body)).ShouldBeProblem(400, "validation_failed", body);
    }

    [Fact]
    public async Task A_form_of_another_site_cannot_sign_in()
    {
        await using Shop shop = await Shop.OpenAsync();
        using HttpContent form = new FormUrlEncodedContent([new("key", KeyHolding.SettingsKey)]);
        using HttpContent text = new StringContent($$"""{"key":"{{KeyHolding.SettingsKey}}"}""", System.Text.Encoding.UTF8, "text/plain");

        (await shop.AskAsync(HttpMethod.Post, Session, form)).ShouldBeProblem(415, "unsupported_media_type");
        (await shop.AskAsync(HttpMethod.Post, Session, text)).ShouldBeProblem(415, "unsupported_media_type");
    }
}
