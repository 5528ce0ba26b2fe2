using KhaltiCheckout.Access;
using KhaltiCheckout.DailyReconciliation;
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
    public async Task Whoever_signs_in_is_told_who_they_are_until_they_sign_out()
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
        (await shop.SendAsync(key, HttpMethod.Get, Session)).Text.ShouldBe("""{"name":"Till 2","scopes":["read","refund"],"expiresAt":null}""");
    }

    [Fact]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_of_other_sites_and_is_sent_in_secret_where_the_shop_is()
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
    public async Task Behind_a_proxy_that_does_TLS_the_cookie_is_sent_in_secret_all_the_same()
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
    public async Task A_desk_opened_by_plain_http_on_this_machine_gets_a_cookie_that_the_browser_keeps(string host)
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
    public async Task Over_https_a_session_is_taken_from_the_cookie_of_this_host_alone()
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
    public async Task With_the_cookie_a_request_that_changes_something_says_that_it_was_meant()
    {
        await using Shop shop = await Shop.OpenAsync();
        string cookie = await shop.GivenSessionAsync(KeyHolding.SettingsKey);
        object till = new { name = "Till 2", scopes = new[] { "read" } };

        foreach ((string Name, string Value)[] headers in ((string, string)[][])[[], [(CsrfHeader.Name, "XMLHttpRequest")], [(CsrfHeader.Name, "")]])
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
        (await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Keys, new { name = "Till 3", scopes = new[] { "read" } })).Status.ShouldBe(201, "nor does a key");
    }

    [Fact]
    public async Task A_merchant_who_is_signed_in_shops_in_their_own_shop_as_anybody_does()
    {
        await using Shop shop = await Shop.OpenAsync();
        string cookie = await shop.GivenSessionAsync(KeyHolding.SettingsKey);

        Answer placed = await shop.SendAsync(HttpMethod.Post, "/api/v1/orders", OrdersWithKeyTests.FromTheCatalogue, KeyHolding.Cookie(cookie));

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
    public async Task A_session_ends_when_its_key_is_taken_out_of_the_settings()
    {
        await using Shop shop = await Shop.OpenAsync(("Admin:ApiKeys:0", "the-first-key-of-the-merchant"), ("Admin:ApiKeys:1", "the-other-key-of-the-merchant"));
        string first = await shop.GivenSessionAsync("the-first-key-of-the-merchant");
        string other = await shop.GivenSessionAsync("the-other-key-of-the-merchant");

        await shop.ReopenAsync(("Admin:ApiKeys:0", "the-other-key-of-the-merchant"), ("Admin:ApiKeys:1", "a-third-key-of-the-merchant"));

        (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(first))).ShouldBeProblem(401, "unauthorized");
        ((string?)(await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(other))).Json["name"]).ShouldBe("settings key 1");
    }

    [Fact]
    public async Task A_session_lasts_twelve_hours_and_then_the_worker_sweeps_it_out()
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
    public async Task Signing_in_again_ends_the_session_before()
    {
        await using Shop shop = await Shop.OpenAsync();
        string before = await shop.GivenSessionAsync(KeyHolding.SettingsKey);

        (await shop.SendAsync(HttpMethod.Post, Session, new { key = KeyHolding.SettingsKey }, KeyHolding.Cookie(before))).Status.ShouldBe(200);

        (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(before))).ShouldBeProblem(401, "unauthorized");
    }

    [Fact]
    public async Task After_ten_wrong_keys_in_a_quarter_of_an_hour_even_a_right_one_waits()
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
    public async Task Of_many_wrong_keys_at_once_no_more_than_ten_are_looked_at()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => shop.SendAsync(HttpMethod.Post, Session, new { key = $"wrong {number}" })));

        answers.Count(answer => answer.Status == 401).ShouldBe(10);
        answers.Count(answer => answer.Status == 429).ShouldBe(30);
    }

    [Fact]
    public async Task One_network_that_guesses_keeps_no_other_out()
    {
        await using Shop shop = await Shop.OpenAsync(("Admin:ApiKeys:0", Starting.MerchantKey));
        shop.ExpectWarnings();
        Task<Answer> SignInAsync(string address, string key) => shop.SendAsync(HttpMethod.Post, Session, new { key }, ("X-Forwarded-For", address));
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
    public async Task Strangers_with_wrong_keys_never_keep_out_who_is_signed_in()
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
    public async Task Who_is_signed_in_may_try_ten_wrong_keys_and_then_waits_from_wherever()
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
    public async Task The_database_keeps_nothing_on_which_a_settings_key_can_be_guessed()
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
    public async Task Another_sites_form_can_not_even_sign_in()
    {
        await using Shop shop = await Shop.OpenAsync();
        using HttpContent form = new FormUrlEncodedContent([new("key", KeyHolding.SettingsKey)]);
        using HttpContent text = new StringContent($$"""{"key":"{{KeyHolding.SettingsKey}}"}""", System.Text.Encoding.UTF8, "text/plain");

        (await shop.AskAsync(HttpMethod.Post, Session, form)).ShouldBeProblem(415, "unsupported_media_type");
        (await shop.AskAsync(HttpMethod.Post, Session, text)).ShouldBeProblem(415, "unsupported_media_type");
    }
}
