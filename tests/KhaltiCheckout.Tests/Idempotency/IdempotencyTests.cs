using System.Net.Http.Json;
using System.Text.Json.Nodes;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Payments;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Idempotency;

public sealed class IdempotencyTests
{
    private const string Key = "6f1f0a52-8f0d-4f1c-9d43-000000000001";
    private const string OtherKey = "6f1f0a52-8f0d-4f1c-9d43-000000000002";

    private static readonly object Tea = new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } };
    private static readonly object Topi = new { items = new[] { new { productId = "dhaka-topi", quantity = 1 } } };

    [Fact]
    public async Task The_same_key_and_body_replays_the_first_answer()
    {
        await using Shop shop = await Shop.OpenAsync();

        Answer first = await PostAsync(shop, "/api/v1/orders", Key, Tea);
        Answer second = await PostAsync(shop, "/api/v1/orders", Key, Tea);

        first.Status.ShouldBe(201);
        first.Replayed.ShouldBeFalse();
        second.ShouldBe(first with { Replayed = true });
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task A_stored_answer_survives_a_restart()
    {
        await using Shop shop = await Shop.OpenAsync();
        Answer first = await PostAsync(shop, "/api/v1/orders", Key, Tea);

        await shop.ReopenAsync();

        (await PostAsync(shop, "/api/v1/orders", Key, Tea)).ShouldBe(first with { Replayed = true });
    }

    [Fact]
    public async Task The_same_key_with_another_body_or_another_path_is_refused()
    {
        await using Shop shop = await Shop.OpenAsync();
        Answer first = await PostAsync(shop, "/api/v1/orders", Key, Tea);

        Answer body = await PostAsync(shop, "/api/v1/orders", Key, Topi);
        Answer path = await PostAsync(shop, $"{first.Location}/cancel", Key, null);

        (body.Status, body.Json.Code()).ShouldBe((422, "idempotency_key_reused"));
        (path.Status, path.Json.Code()).ShouldBe((422, "idempotency_key_reused"));
        (await shop.InDatabaseAsync(db => db.Orders.SingleAsync())).Status.ShouldBe(OrderStatus.Pending);
    }

    [Fact]
    public async Task Parallel_posts_with_one_key_make_one_order()
    {
        await using Shop shop = await Shop.OpenAsync();

        Answer[] answers = await RaceTests.AtOnceAsync(30, _ => PostAsync(shop, "/api/v1/orders", Key, Tea));

        answers.ShouldAllBe(answer => answer.Status == 201 || (answer.Status == 409 && answer.Json.Code() == "idempotency_in_progress"));
        answers.Count(answer => answer is { Status: 201, Replayed: false }).ShouldBe(1);
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task A_cancel_with_a_key_can_be_repeated()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        Answer first = await PostAsync(shop, $"/api/v1/orders/{order.Id()}/cancel", Key, null);

        Answer second = await PostAsync(shop, $"/api/v1/orders/{order.Id()}/cancel", Key, null);

        first.Status.ShouldBe(200);
        second.ShouldBe(first with { Replayed = true });
        (await shop.CancelAsync(order)).Status.ShouldBe(409, "without the key it is a second cancel");
    }

    [Fact]
    public async Task A_verify_with_a_key_is_replayed_without_calling_Khalti()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        object body = new { orderId = order.Id(), token, amount = (long)order["amount"]! };
        Answer first = await PostAsync(shop, "/api/v1/payments/verify", Key, body);

        Answer second = await PostAsync(shop, "/api/v1/payments/verify", Key, body);

        first.Status.ShouldBe(200);
        second.ShouldBe(first with { Replayed = true });
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(1);
    }

    [Fact]
    public async Task Refusals_are_stored_but_validation_errors_are_not()
    {
        await using Shop shop = await Shop.OpenAsync();
        object unknownProduct = new { items = new[] { new { productId = "no-such-thing", quantity = 1 } } };
        object nothing = new { items = Array.Empty<object>() };

        (await PostAsync(shop, "/api/v1/orders", Key, unknownProduct)).Status.ShouldBe(404);
        (await PostAsync(shop, "/api/v1/orders", OtherKey, nothing)).Status.ShouldBe(400);

        (await PostAsync(shop, "/api/v1/orders", Key, unknownProduct)).Replayed.ShouldBeTrue();
        (await PostAsync(shop, "/api/v1/orders", OtherKey, Tea)).Status.ShouldBe(201);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ключ")]
    [InlineData("tab\there")]
    public async Task A_key_that_is_not_printable_ASCII_is_refused(string key)
    {
        await using Shop shop = await Shop.OpenAsync();

        Answer answer = await PostAsync(shop, "/api/v1/orders", key, Tea);

        answer.Status.ShouldBe(400);
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task A_key_may_have_255_characters_and_no_more()
    {
        await using Shop shop = await Shop.OpenAsync();

        (await PostAsync(shop, "/api/v1/orders", new string('k', 255), Tea)).Status.ShouldBe(201);
        (await PostAsync(shop, "/api/v1/orders", new string('k', 256), Tea)).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_second_request_during_the_first_is_refused_as_in_progress()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "delay", delayMs: 1000, times: 1);
        object body = new { orderId = order.Id(), token, amount = (long)order["amount"]! };
        Task<Answer> first = PostAsync(shop, "/api/v1/payments/verify", Key, body);
        await Shop.UntilAsync(async () => await shop.Sandbox.CountAsync("verify") == 1);

        Answer second = await PostAsync(shop, "/api/v1/payments/verify", Key, body);

        (second.Status, second.Json.Code()).ShouldBe((409, "idempotency_in_progress"));
        (await first).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_killed_process_blocks_its_key_only_for_the_lease()
    {
        await using Shop shop = await Shop.OpenAsync();
        await PostAsync(shop, "/api/v1/orders", Key, Tea);
        await AsIfTheProcessHadDiedAsync(shop);

        Answer early = await PostAsync(shop, "/api/v1/orders", Key, Tea);
        shop.Clock.Advance(TimeSpan.FromSeconds(16));
        Answer late = await PostAsync(shop, "/api/v1/orders", Key, Tea);

        (early.Status, early.Json.Code()).ShouldBe((409, "idempotency_in_progress"));
        (late.Status, late.Replayed).ShouldBe((201, false));
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task A_request_slower_than_its_lease_does_not_overwrite_the_next_one()
    {
        await using Shop shop = await Shop.OpenAsync();
        Database store = shop.Services.GetRequiredService<Database>();
        DateTimeOffset now = shop.Clock.GetUtcNow();
        IdempotentRequest slow = IdempotentRequest.Begin("request", "body", now, TimeSpan.FromSeconds(15));
        await WriteAsync(sql => sql.AddRequestAsync(slow));
        IdempotentRequest next = await FindAsync();
        next.TakeOver(now.AddSeconds(16), TimeSpan.FromSeconds(15));
        await WriteAsync(sql => sql.SaveLeaseAsync(next));

        await WriteAsync(sql => sql.AnswerRequestAsync(slow, 200, "application/json", null, "slow"));
        await WriteAsync(sql => sql.ReleaseRequestAsync(slow, now.AddSeconds(17)));

        IdempotentRequest kept = await FindAsync();
        (kept.AnswerStatus, kept.LeasedUntil).ShouldBe((null, next.LeasedUntil));
        await WriteAsync(sql => sql.AnswerRequestAsync(next, 201, "application/json", null, "next"));
        await WriteAsync(sql => sql.ReleaseRequestAsync(next, now.AddSeconds(18)));
        kept = await FindAsync();
        (kept.AnswerStatus, kept.AnswerBody, kept.LeasedUntil).ShouldBe((201, "next", next.LeasedUntil));

        async Task<IdempotentRequest> FindAsync() =>
            (await store.ReadAsync(sql => sql.FindRequestAsync("request"), TestContext.Current.CancellationToken))!;

        Task WriteAsync(Func<SqlSession, Task> change) => store.WriteAsync(
            Isolation.RowLocks,
            async sql =>
            {
                await change(sql);
                return true;
            },
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_key_expires_after_a_day()
    {
        await using Shop shop = await Shop.OpenAsync();
        Answer first = await PostAsync(shop, "/api/v1/orders", Key, Tea);
        await PostAsync(shop, "/api/v1/orders", OtherKey, Tea);
        shop.Clock.Advance(TimeSpan.FromHours(24));

        Answer again = await PostAsync(shop, "/api/v1/orders", Key, Topi);
        await shop.PassAsync();

        again.Status.ShouldBe(201);
        again.Location.ShouldNotBe(first.Location);
        (await shop.InDatabaseAsync(db => db.IdempotentRequests.CountAsync())).ShouldBe(1);
    }

    // The row as it stands between the claim of the key and the order's transaction.
    private static async Task AsIfTheProcessHadDiedAsync(Shop shop)
    {
        await shop.InDatabaseAsync(async db =>
        {
            await db.Database.ExecuteSqlRawAsync("""DELETE FROM "OrderWords" """);
            await db.Timeline.ExecuteDeleteAsync();
            await db.Set<OrderLine>().ExecuteDeleteAsync();
            await db.Orders.ExecuteDeleteAsync();
            return await db.IdempotentRequests.ExecuteUpdateAsync(set => set
                .SetProperty(request => request.AnswerStatus, (int?)null)
                .SetProperty(request => request.AnswerBody, (string?)null));
        });
    }

    private static async Task<Answer> PostAsync(Shop shop, string path, string key, object? body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation(IdempotencyFilter.Header, key);
        using HttpResponseMessage response = await shop.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer(
            (int)response.StatusCode, response.Headers.Contains(IdempotencyFilter.ReplayedHeader), response.Headers.Location?.ToString(),
            response.Content.Headers.ContentType?.ToString(),
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Idempotency_keys_are_separate_for_each_API_key()
    {
        await using Shop shop =
            await Shop.OpenAsync(("Admin:ApiKeys:0", "a-key-of-sixteen-characters"), ("Admin:ApiKeys:1", "another-key-of-that-length"));
        Task<(int Status, JsonNode Body)> PlaceAsync(string? apiKey)
        {
            HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/orders")
            {
                Content = System.Net.Http.Json.JsonContent.Create(new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } }),
            };
            request.Headers.Add("Idempotency-Key", "order-1001-of-a-long-and-shared-name");
            if (apiKey is not null)
            {
                request.Headers.Add("Authorization", "Bearer " + apiKey);
            }

            return shop.SendAsync(request);
        }

        (await PlaceAsync("not-a-key-of-this-shop")).Status.ShouldBe(401);
        (int Status, JsonNode Body)[] placed =
            [await PlaceAsync(null), await PlaceAsync("a-key-of-sixteen-characters"), await PlaceAsync("another-key-of-that-length"),
                await PlaceAsync(null)];

        placed.ShouldAllBe(answer => answer.Status == 201);
        placed.Select(answer => answer.Body.Id()).Distinct().Count().ShouldBe(3, "nobody gets another's order by guessing a key");
        placed[3].Body.Id().ShouldBe(placed[0].Body.Id());
    }

    [Fact]
    public async Task Idempotency_keys_are_separate_for_each_browser()
    {
        await using Shop shop = await Shop.OpenAsync();
        string first = await CookieAsync(shop, "/");
        string second = await CookieAsync(shop, "/order.html");
        second.ShouldNotBe(first);

        Support.Answer one = await PlaceAsync(first);
        Support.Answer other = await PlaceAsync(second);
        Support.Answer again = await PlaceAsync(first);

        (one.Status, other.Status, again.Status).ShouldBe((201, 201, 201));
        other.Json.Id().ShouldNotBe(one.Json.Id());
        again.Json.Id().ShouldBe(one.Json.Id());

        Task<Support.Answer> PlaceAsync(string cookie) =>
            shop.SendAsync(HttpMethod.Post, "/api/v1/orders", Tea, ("Cookie", cookie), (IdempotencyFilter.Header, "first-try"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("khalti_checkout_browser=")]
    [InlineData("khalti_checkout_browser=a")]
    [InlineData("khalti_checkout_browser=ABCDEF0123456789ABCDEF0123456789")]
    public async Task A_short_idempotency_key_without_cookie_or_API_key_is_refused(string? cookie)
    {
        await using Shop shop = await Shop.OpenAsync();
        (string, string)[] headers = cookie is null ? [] : [("Cookie", cookie)];

        Support.Answer refused =
            await shop.SendAsync(HttpMethod.Post, "/api/v1/orders", Tea, [.. headers, (IdempotencyFilter.Header, new string('k', 19))]);
        Support.Answer taken =
            await shop.SendAsync(HttpMethod.Post, "/api/v1/orders", Tea, [.. headers, (IdempotencyFilter.Header, new string('k', 20))]);

        refused.ShouldBeProblem(400, "validation_failed")["errors"]!["Idempotency-Key"].ShouldNotBeNull();
        taken.Status.ShouldBe(201, taken.Text);
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task A_browser_gets_one_HttpOnly_cookie_and_API_clients_get_none()
    {
        await using Shop shop = await Shop.OpenAsync();

        Support.Answer page = await shop.SendAsync(HttpMethod.Get, "/", null, ("Accept", "text/html,*/*"));
        string cookie = page.Headers["Set-Cookie"];
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=lax");
        (await shop.SendAsync(HttpMethod.Get, "/", null, ("Accept", "text/html,*/*"), ("Cookie", cookie.Split(';')[0])))
            .Headers.ShouldNotContainKey("Set-Cookie");
        (await shop.SendAsync(HttpMethod.Get, "/", null, ("Accept", "*/*"))).Headers.ShouldNotContainKey("Set-Cookie");
        (await shop.SendAsync(HttpMethod.Get, "/api/v1/products", null, ("Accept", "text/html"))).Headers.ShouldNotContainKey("Set-Cookie");
    }

    [Fact]
    public async Task The_browser_cookie_is_never_in_a_cacheable_answer()
    {
        await using Shop shop = await Shop.OpenAsync();
        (string, string) page = ("Accept", "text/html,*/*");
        string html = await shop.Http.GetStringAsync("/", TestContext.Current.CancellationToken);
        string script = html.Split('"')
            .First(text => text.StartsWith("/v/", StringComparison.Ordinal) && text.EndsWith(".js", StringComparison.Ordinal));

        Support.Answer kept = await shop.SendAsync(HttpMethod.Get, script, null, page);
        kept.Status.ShouldBe(200, script);
        kept.Headers["Cache-Control"].ShouldBe("public, max-age=31536000, immutable");
        kept.Headers.ShouldNotContainKey("Set-Cookie");
        foreach (string path in (string[])["/", "/admin/", "/js/shop.js"])
        {
            Support.Answer answer = await shop.SendAsync(HttpMethod.Get, path, null, page);
            answer.Headers.ShouldContainKey("Set-Cookie", path);
            answer.Headers["Cache-Control"].ShouldBe("no-cache, private", path);
        }

        (await shop.SendAsync(HttpMethod.Get, "/nope", null, page)).Headers["Cache-Control"].ShouldBe("no-store");
    }

    [Fact]
    public async Task Over_https_only_the_Host_prefixed_browser_cookie_is_read()
    {
        await using Shop shop = await Shop.OpenAsync();
        (string, string) https = ("X-Forwarded-Proto", "https");
        string given = (await shop.SendAsync(HttpMethod.Get, "/", null, ("Accept", "text/html"), https)).Headers["Set-Cookie"];
        string cookie = given.Split(';')[0];

        Support.Answer taken = await PlaceAsync(cookie);
        Support.Answer refused = await PlaceAsync(cookie["__Host-".Length..]);

        given.ShouldMatch("^__Host-khalti_checkout_browser=[0-9a-f]{32}; max-age=2592000; path=/; secure; samesite=lax; httponly$");
        taken.Status.ShouldBe(201, taken.Text);
        refused.ShouldBeProblem(400, "validation_failed");

        Task<Support.Answer> PlaceAsync(string cookie) =>
            shop.SendAsync(HttpMethod.Post, "/api/v1/orders", Tea, ("Cookie", cookie), (IdempotencyFilter.Header, "first-try"), https);
    }

    private static async Task<string> CookieAsync(Shop shop, string page) =>
        (await shop.SendAsync(HttpMethod.Get, page, null, ("Accept", "text/html"))).Headers["Set-Cookie"].Split(';')[0];

    private sealed record Answer(int Status, bool Replayed, string? Location, string? ContentType, string Body)
    {
        internal JsonNode Json => JsonNode.Parse(Body)!;
    }
}
