using KhaltiCheckout.Access;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Access;

/// <summary>Sign-ins are listed, ended, and not more than ten with one key.</summary>
public sealed class SignInListTests
{
    private const string Session = "/api/v1/admin/session";
    private const string Sessions = "/api/v1/admin/sessions";

    [Fact]
    public async Task Sign_ins_are_listed_with_key_and_address_but_without_secrets()
    {
        await using Shop shop = await Shop.OpenAsync();
        (_, string key) = await shop.GivenKeyAsync("Till 2", Scopes.Read);
        Answer phone = await shop.SendAsync(HttpMethod.Post, Session, new { key }, ("X-Forwarded-For", "192.0.2.7"));
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        string cookie = await shop.GivenSessionAsync(KeyHolding.SettingsKey);

        Answer listed = await shop.SendAsync(HttpMethod.Get, Sessions, null, KeyHolding.Cookie(cookie));

        listed.Json["data"]!.AsArray()
            .Select(one => ((string?)one!["keyName"], (string?)one["address"], (bool)one["isCurrent"]!, (string?)one["createdAt"]))
            .ShouldBe([
                ("settings key 1", "127.0.0.1", true, "2026-11-21T06:01:00.000Z"),
                ("Till 2", "192.0.2.7", false, "2026-11-21T06:00:00.000Z")]);
        foreach (string given in (string[])[cookie, phone.Headers["Set-Cookie"].Split(';')[0]])
        {
            string token = given.Split('=')[1];
            listed.Text.ShouldNotContain(token);
            listed.Text.ShouldNotContain(AdminSession.HashOf(token));
        }
    }

    [Fact]
    public async Task An_ended_sign_in_is_refused_at_once_in_every_process()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        (_, string key) = await shop.GivenKeyAsync("Till 2", Scopes.Read);
        string lost = await shop.GivenSessionAsync(key);
        string mine = await shop.GivenSessionAsync(KeyHolding.SettingsKey);
        string id = (await ListAsync(shop, KeyHolding.Cookie(lost))).ShouldHaveSingleItem();

        Answer ended = await shop.SendAsync(HttpMethod.Delete, $"{Sessions}/{id}", null, KeyHolding.Cookie(mine), KeyHolding.Meant);
        Answer again = await shop.SendAsync(HttpMethod.Delete, $"{Sessions}/{id}", null, KeyHolding.Cookie(mine), KeyHolding.Meant);

        ended.Status.ShouldBe(204);
        again.ShouldBeProblem(404, "not_found");
        (await other.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(lost))).ShouldBeProblem(401, "unauthorized");
        (await other.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(mine))).Status.ShouldBe(200);
        (await shop.SendAsync(key, HttpMethod.Get, Session)).Status.ShouldBe(200, "the key itself goes on");
    }

    [Fact]
    public async Task Without_scope_admin_only_sign_ins_of_the_same_key_are_listed_and_ended()
    {
        await using Shop shop = await Shop.OpenAsync();
        (_, string key) = await shop.GivenKeyAsync("Till 2", Scopes.Read);
        string admin = await shop.GivenSessionAsync(KeyHolding.SettingsKey);
        string first = await shop.GivenSessionAsync(key);
        string second = await shop.GivenSessionAsync(key);
        string[] all = await ListAsync(shop, KeyHolding.Cookie(admin));
        string[] own = await ListAsync(shop, KeyHolding.Bearer(key));

        all.Length.ShouldBe(3);
        own.Length.ShouldBe(2);
        (await shop.SendAsync(key, HttpMethod.Delete, $"{Sessions}/{all.Except(own).Single()}")).ShouldBeProblem(404, "not_found");
        foreach (string id in (string[])["x", "ses_", "ses_%", "ses_________________________", own[0][..^1], own[0].ToUpperInvariant()])
        {
            (await shop.SendAsync(key, HttpMethod.Delete, $"{Sessions}/{Uri.EscapeDataString(id)}")).ShouldBeProblem(404, "not_found");
        }

        (await shop.SendAsync(HttpMethod.Delete, $"{Sessions}/{own[0]}", null, KeyHolding.Cookie(first))).ShouldBeProblem(403, "forbidden");
        (await shop.SendAsync(key, HttpMethod.Delete, $"{Sessions}/{own[0]}")).Status.ShouldBe(204);
        (await ListAsync(shop, KeyHolding.Bearer(key))).ShouldBe([own[1]]);
        (await shop.InDatabaseAsync(db => db.AdminSessions.CountAsync())).ShouldBe(2);
        second.ShouldNotBe(first);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_eleventh_sign_in_with_one_key_ends_the_oldest(bool ofSettings)
    {
        await using Shop shop = await Shop.OpenAsync();
        (_, string made) = await shop.GivenKeyAsync("Till 2", Scopes.Read);
        (string key, string otherKey) = ofSettings ? (KeyHolding.SettingsKey, made) : (made, KeyHolding.SettingsKey);
        string other = await shop.GivenSessionAsync(otherKey);
        List<string> cookies = [];
        for (int signIn = 0; signIn < AdminSession.MaxOfKey + 1; signIn++)
        {
            cookies.Add(await shop.GivenSessionAsync(key));
            shop.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(cookies[0]))).ShouldBeProblem(401, "unauthorized");
        foreach (string cookie in cookies.Skip(1).Append(other))
        {
            (await shop.SendAsync(HttpMethod.Get, Session, null, KeyHolding.Cookie(cookie))).Status.ShouldBe(200);
        }
    }

    private static async Task<string[]> ListAsync(Shop shop, (string, string) who) =>
        [.. (await shop.SendAsync(HttpMethod.Get, Sessions, null, who)).Json["data"]!.AsArray().Select(one => (string)one!["id"]!)];
}
