using System.Data.Common;
using System.Text.Json.Nodes;
using KhaltiCheckout.Access;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Access;

/// <summary>Keys that are made, listed, used and revoked by HTTP.</summary>
public sealed class KeysTests
{
    private const string Keys = "/api/v1/admin/keys";

    [Fact]
    public async Task A_key_is_shown_only_when_it_is_created()
    {
        await using Shop shop = await Shop.OpenAsync();

        Answer made = await shop.SendAsync(
            KeyHolding.SettingsKey, HttpMethod.Post, Keys, new { name = " Till 2 ", scopes = new[] { "refund", "read", "read" } });
        Answer listed = await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Get, Keys);

        made.Status.ShouldBe(201);
        string key = (string)made.Json["key"]!;
        key.ShouldMatch("^kck_[0-9a-z]{12}_[0-9a-z]{40}$");
        JsonNode row = listed.Json["data"]!.AsArray().ShouldHaveSingleItem()!;
        row.AsObject().Select(member => member.Key)
            .ShouldBe(["id", "name", "scopes", "hint", "createdAt", "createdBy", "lastUsedAt", "revokedAt", "revokedBy"]);
        row.ToJsonString().ShouldBe($$"""
            {"id":"{{made.Json["id"]}}","name":"Till 2","scopes":["read","refund"],"hint":"{{key[..16]}}",
            "createdAt":"2026-11-21T06:00:00.000Z","createdBy":"settings key 1","lastUsedAt":null,"revokedAt":null,"revokedBy":null}
            """.ReplaceLineEndings(""));
        listed.Text.ShouldNotContain(key[17..]);
        ((string)row["id"]!).ShouldStartWith("key_");
    }

    [Fact]
    public async Task No_secret_is_in_the_database_or_in_the_log()
    {
        await using Shop shop = await Shop.OpenAsync();
        Answer made = await shop.SendAsync(
            HttpMethod.Post, Keys, new { name = "Till 2", scopes = new[] { "admin" } }, KeyHolding.Bearer(KeyHolding.SettingsKey),
            ("Idempotency-Key", "make-till-2"));
        string key = (string)made.Json["key"]!;
        string cookie = await shop.GivenSessionAsync(key);
        string settingsCookie = await shop.GivenSessionAsync(KeyHolding.SettingsKey);
        await shop.SendAsync(key, HttpMethod.Get, Keys);
        await shop.SendAsync(HttpMethod.Post, "/api/v1/admin/session", new { key = key + "x" });
        await shop.SendAsync(HttpMethod.Delete, "/api/v1/admin/session", null, KeyHolding.Cookie(cookie), KeyHolding.Meant);

        string stored = shop.Database.Everything();
        string log = string.Join('\n', shop.Log.Lines);

        stored.ShouldContain(key[..16], Case.Sensitive, "how a key begins is stored");
        log.ShouldContain("signed in with Till 2");
        log.ShouldContain("signed out Till 2");
        foreach (string secret in (string[])[key[17..], KeyHolding.SettingsKey, cookie.Split('=')[1], settingsCookie.Split('=')[1]])
        {
            stored.ShouldNotContain(secret);
            log.ShouldNotContain(secret);
        }

        (await shop.InDatabaseAsync(db => db.IdempotentRequests.CountAsync())).ShouldBe(0, "an answer that is kept would keep the key");
    }

    [Fact]
    public async Task A_revoked_key_is_refused_at_once_in_every_process()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        (string id, string key) = await shop.GivenKeyAsync("Till 2", Scopes.Admin);
        (await other.SendAsync(key, HttpMethod.Get, Keys)).Status.ShouldBe(200);

        Answer revoked = await shop.SendAsync(key, HttpMethod.Post, $"{Keys}/{id}/revoke");
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        Answer again = await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, $"{Keys}/{id}/revoke");

        revoked.Status.ShouldBe(200);
        ((string?)revoked.Json["revokedAt"], (string?)revoked.Json["revokedBy"]).ShouldBe(("2026-11-21T06:00:00.000Z", "Till 2"));
        ((string?)again.Json["revokedAt"], (string?)again.Json["revokedBy"])
            .ShouldBe(("2026-11-21T06:00:00.000Z", "Till 2"), "once more changes nothing");
        (await shop.SendAsync(key, HttpMethod.Get, Keys)).ShouldBeProblem(401, "unauthorized");
        (await other.SendAsync(key, HttpMethod.Get, Keys)).ShouldBeProblem(401, "unauthorized");
        (await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, $"{Keys}/key_01k9x4c7qmf3t8v5z2w6y1n0ah/revoke"))
            .ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task A_key_name_is_unique_until_its_key_is_revoked()
    {
        await using Shop shop = await Shop.OpenAsync();
        Task<Answer> MakeAsync() =>
            shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Keys, new { name = "Till 2", scopes = new[] { "read" } });

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => MakeAsync()));

        Answer made = answers.Where(answer => answer.Status == 201).ShouldHaveSingleItem();
        foreach (Answer refused in answers.Where(answer => answer != made))
        {
            refused.ShouldBeProblem(409, "name_taken");
        }

        await shop.RevokeAsync((string)made.Json["id"]!);
        (await MakeAsync()).Status.ShouldBe(201);
    }

    [Theory]
    [InlineData("""{"name":"","scopes":["read"]}""", "name")]
    [InlineData("""{"name":"  ","scopes":["read"]}""", "name")]
    [InlineData("""{"name":"a\nb","scopes":["read"]}""", "name")]
    [InlineData("""{"name":"Settings Key 1","scopes":["read"]}""", "name")]
    [InlineData("""{"name":" command line","scopes":["read"]}""", "name")]
    [InlineData("""{"name":"0123456789012345678901234567890123456789012345678901234567890","scopes":["read"]}""", "name")]
    [InlineData("""{"name":"Till","scopes":[]}""", "scopes")]
    [InlineData("""{"name":"Till","scopes":["write"]}""", "scopes")]
    [InlineData("""{"name":"Till","scopes":["Read"]}""", "scopes")]
    [InlineData("""{"name":"Till","scopes":["any_key"]}""", "scopes")]
    [InlineData("""{"name":"Till","scopes":["read admin"]}""", "scopes")]
    [InlineData("""{"name":"Till","scopes":[null]}""", "scopes")]
    public async Task An_invalid_key_request_is_refused(string body, string field)
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Keys, body))
            .ShouldBeProblem(400, "validation_failed", body)["errors"]!.AsObject().Select(error => error.Key).ShouldBe([field], body);
        (await shop.InDatabaseAsync(db => db.ApiKeys.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task Only_an_admin_key_can_create_keys()
    {
        await using Shop shop = await Shop.OpenAsync();
        (string _, string key) = await shop.GivenKeyAsync("all but admin", Scopes.Read, Scopes.Checkout, Scopes.Refund);

        (await shop.SendAsync(key, HttpMethod.Post, Keys, new { name = "mine", scopes = new[] { "read" } }))
            .ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task The_last_use_of_a_key_is_stored_once_a_minute()
    {
        await using Shop shop = await Shop.OpenAsync();
        (string first, string key) = await shop.GivenKeyAsync("first", Scopes.Read);
        (string second, string other) = await shop.GivenKeyAsync("second", Scopes.Read);
        DateTimeOffset start = shop.Clock.GetUtcNow();
        Task UseAsync(string used) => shop.SendAsync(used, HttpMethod.Get, "/api/v1/admin/session");
        Task<DateTimeOffset?> LastAsync(string id) =>
            shop.InDatabaseAsync(db => db.ApiKeys.Where(row => row.Id == id).Select(row => row.LastUsedAt).SingleAsync());

        await UseAsync(key);
        await Shop.UntilAsync(async () => await LastAsync(first) == start);

        // Uses are written one after the other: when the second key's is there, the first key's would be, too.
        shop.Clock.Advance(TimeSpan.FromSeconds(59));
        await UseAsync(key);
        await UseAsync(other);
        await Shop.UntilAsync(async () => await LastAsync(second) is not null);
        (await LastAsync(first)).ShouldBe(start);

        shop.Clock.Advance(TimeSpan.FromSeconds(1));
        await UseAsync(key);
        await Shop.UntilAsync(async () => await LastAsync(first) == start + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_canceled_write_of_the_last_use_is_skipped_and_the_next_succeeds()
    {
        CallOff callOff = new();
        await using Shop shop = await Shop.OpenAsync(services =>
        {
            callOff.ListenOn<CheckoutDb>(services);
            callOff.ListenOn<PostgreSqlCheckoutDb>(services);
        });
        shop.ExpectWarnings();
        (string first, string key) = await shop.GivenKeyAsync("first", Scopes.Read);
        (string second, string other) = await shop.GivenKeyAsync("second", Scopes.Read);
        callOff.KeyId = first;

        await shop.SendAsync(key, HttpMethod.Get, "/api/v1/admin/session");
        await shop.SendAsync(other, HttpMethod.Get, "/api/v1/admin/session");

        await Shop.UntilAsync(() => shop.InDatabaseAsync(db => db.ApiKeys.AnyAsync(row => row.Id == second && row.LastUsedAt != null)));
        (await shop.InDatabaseAsync(db => db.ApiKeys.AsNoTracking().SingleAsync(row => row.Id == first))).LastUsedAt.ShouldBeNull();
        shop.Log.Warnings.ShouldContain(
            line => line.Contains($"The last use of key {first} could not be written down", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_does_not_wait_for_storing_the_keys_last_use()
    {
        await using Shop shop = await Shop.OpenAsync();
        (string id, string key) = await shop.GivenKeyAsync("busy", Scopes.Read);
        using (shop.Database.BlockWriters("ApiKeys"))
        {
            (await shop.SendAsync(key, HttpMethod.Get, "/api/v1/admin/session")).Status.ShouldBe(200);
            (await shop.InDatabaseAsync(db => db.ApiKeys.AsNoTracking().SingleAsync(row => row.Id == id))).LastUsedAt.ShouldBeNull();
        }

        await Shop.UntilAsync(() => shop.InDatabaseAsync(db => db.ApiKeys.AnyAsync(row => row.Id == id && row.LastUsedAt != null)));
    }

    private sealed class CallOff : DbCommandInterceptor
    {
        internal string? KeyId { get; set; }

        internal void ListenOn<T>(IServiceCollection services)
            where T : CheckoutDb
        {
            ServiceDescriptor shops = services.Last(service => service.ServiceType == typeof(DbContextOptions<T>));
            services.AddSingleton(provider => new DbContextOptionsBuilder<T>((DbContextOptions<T>)shops.ImplementationFactory!(provider))
                .AddInterceptors(this).Options);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            bool isOfKey = command.CommandText.StartsWith("UPDATE \"ApiKeys\"", StringComparison.Ordinal)
                && command.Parameters.Cast<DbParameter>().Any(parameter => parameter.Value is string id && id == KeyId);
            return isOfKey ? throw new OperationCanceledException("Called off by nobody who may.") : ValueTask.FromResult(result);
        }
    }
}
