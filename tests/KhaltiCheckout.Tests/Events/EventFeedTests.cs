using System.Text.Json.Nodes;
using KhaltiCheckout.Access;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Events;

/// <summary>What the feed shows, in which order, and with which cursors.</summary>
public sealed class EventFeedTests
{
    private const string Phone = "9812345678";
    private const string Email = "sita.rai@example.com";

    [Fact]
    public async Task A_paid_order_gives_its_events_in_order()
    {
        await using Shop shop = await Shop.OpenAsync();

        (JsonNode order, _) = await shop.GivenPaidAsync();

        (await shop.EventTypesAsync(order)).ShouldBe(["order.created", "payment.verifying", "payment.completed", "order.paid"]);
    }

    [Fact]
    public async Task An_event_shows_the_order_as_the_admin_API_without_timeline_and_contact()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderOfAsync("Sita Rai", Email, Phone);
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        await shop.VerifyAsync(order, token);
        JsonNode shown = (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json;
        shown.AsObject().Remove("timeline");
        shown["customer"] = new JsonObject { ["name"] = "Sita Rai" };

        JsonNode paid = (await shop.EventsAsync()).Last();

        (paid.Type(), paid["data"]!["order"]!.ToJsonString()).ShouldBe(("order.paid", shown.ToJsonString()));
        paid["data"]!["payment"]!.ToJsonString().ShouldBe(shown["payments"]![0]!.ToJsonString());
        paid["data"]!["refund"].ShouldBeNull();
        paid.Id().ShouldStartWith("evt_");
        ((string)paid["timestamp"]!).ShouldBe((string)shown["paidAt"]!);
    }

    [Fact]
    public async Task Refunds_and_reasons_give_events_with_what_they_are_about()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenPaidTwiceAsync();
        await shop.RefundAsync(order, paymentId: (string)(await shop.ReadAsync(order))["payments"]![0]!["id"]!);
        JsonNode reason = (await shop.ReasonsAsync(order)).Single();
        await shop.AsMerchantAsync(HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/resolve", new { note = "refunded" });

        JsonNode[] events = await shop.EventsAsync();

        events.Select(EventSteps.Type).ShouldBe(
        [
            "order.created", "payment.verifying", "payment.completed", "order.paid", "payment.completed", "order.attention_raised",
            "refund.created", "refund.completed", "order.attention_resolved",
        ]);
        JsonNode refund = events[^2]["data"]!["refund"]!;
        ((string)refund["status"]!, (string)events[^3]["data"]!["refund"]!["status"]!).ShouldBe(("completed", "requested"));
        events[^2]["data"]!["payment"]!.Id().ShouldBe((string)refund["paymentId"]!);
        events[^1]["data"]!["reason"]!.Id().ShouldBe(reason.Id());
        events[5]["data"]!["order"]!["attention"]!.GetValue<string>().ShouldBe("double_payment");
    }

    [Fact]
    public async Task A_cancelled_and_an_expired_order_give_one_event_each()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode cancelled = await shop.GivenOrderAsync();
        JsonNode expired = await shop.GivenOrderAsync();
        await shop.CancelAsync(cancelled);
        await shop.PassAfterAsync(TimeSpan.FromHours(2));
        await shop.PassAsync();

        (await shop.EventTypesAsync(cancelled)).ShouldBe(["order.created", "order.cancelled"]);
        (await shop.EventTypesAsync(expired)).ShouldBe(["order.created", "order.expired"]);
    }

    [Fact]
    public async Task No_event_has_an_e_mail_address_a_phone_number_or_a_token()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderOfAsync("Sita Rai", Email, Phone);
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        await shop.VerifyAsync(order, token);
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        (await shop.RefundAsync(order, 5000, reason: "one came back")).Status.ShouldBe(201);

        string all = string.Concat((await shop.EventsAsync()).Select(one => one.ToJsonString()));

        all.ShouldContain("refund.created");
        foreach (string secret in (string[])[token, Phone, Email, "9800000001"])
        {
            all.ShouldNotContain(secret);
        }
    }

    [Fact]
    public async Task Pages_of_any_size_show_the_same_events()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenPaidAsync();
        await shop.CancelAsync(await shop.GivenOrderAsync());
        string[] all = [.. (await shop.EventsAsync()).Select(one => one.Id())];

        List<string> single = [];
        JsonNode page = await shop.FeedAsync("?limit=1");
        while (single.Count < all.Length)
        {
            single.Add(page["data"]!.AsArray().ShouldHaveSingleItem()!.Id());
            ((bool)page["hasMore"]!).ShouldBe(single.Count < all.Length);
            page = await shop.FeedAsync($"?limit=1&after={page["nextCursor"]}");
        }

        single.ShouldBe(all);
        page["data"]!.AsArray().ShouldBeEmpty();
        ((string?)page["nextCursor"], (bool)page["hasMore"]!).ShouldBe((all[^1], false));
    }

    [Fact]
    public async Task A_filter_shows_only_its_types_and_moves_the_cursor_past_others()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenPaidAsync();

        JsonNode page = await shop.FeedAsync("?types=order.*");

        page["data"]!.AsArray().Select(one => one!.Type()).ShouldBe(["order.created", "order.paid"]);
        (await shop.EventsAsync("&types=payment.completed,order.created")).Select(EventSteps.Type)
            .ShouldBe(["order.created", "payment.completed"]);
        JsonNode nothing = await shop.FeedAsync("?types=refund.*");
        nothing["data"]!.AsArray().ShouldBeEmpty();
        ((string?)nothing["nextCursor"]).ShouldBe((string?)page["nextCursor"]);
    }

    [Fact]
    public async Task A_filter_that_fits_nothing_reads_a_bounded_part_of_a_long_feed()
    {
        await using Shop shop = await Shop.OpenAsync();
        const string data = """{"order":{}}""";
        await shop.SqlAsync($"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
            INSERT INTO "Events" ("Id", "Position", "OrderVersion", "Type", "At", "Data")
            SELECT 'evt_' || substr('00000000000000000000000000', length('' || i) + 1) || i, i, 0, 'order.created',
                '2026-01-01 00:00:00', CASE WHEN i % 2 = 0 THEN {data} END FROM n
            """);
        (JsonNode order, _) = await shop.GivenPaidAsync();

        JsonNode page = await shop.FeedAsync("?types=order.paid");

        (page["data"]!.AsArray().Count, (bool)page["hasMore"]!).ShouldBe((0, true));
        (await shop.EventsAsync("&types=order.paid")).ShouldHaveSingleItem()["data"]!["order"]!.Id().ShouldBe(order.Id());
        (await shop.EventsAsync()).Length.ShouldBe(2504);
    }

    [Theory]
    [InlineData("?after=evt_01k9x7m3vd0q2r6t8w4y5z1b9c", "unknown_cursor")]
    [InlineData("?after=x", "unknown_cursor")]
    [InlineData("?types=order.eaten", "validation_failed")]
    [InlineData("?types=yeti.*", "validation_failed")]
    [InlineData("?types=,", "validation_failed")]
    [InlineData("?limit=0", "validation_failed")]
    [InlineData("?limit=101", "validation_failed")]
    public async Task A_wrong_cursor_type_or_limit_is_refused(string query, string code)
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.AsMerchantAsync("/api/v1/events" + query)).ShouldBeProblem(400, code);
    }

    [Fact]
    public async Task The_feed_is_for_keys_that_may_read()
    {
        await using Shop shop = await Shop.OpenAsync();
        (_, string key) = await shop.GivenKeyAsync("till", Scopes.Checkout);
        foreach (string path in (string[])["/api/v1/events", "/api/v1/events/stream", "/api/v1/events/evt_x"])
        {
            (await shop.AskAsync(path)).ShouldBeProblem(401, "unauthorized", path);
            (await shop.SendAsync(key, HttpMethod.Get, path)).ShouldBeProblem(403, "forbidden", path);
        }
    }

    [Fact]
    public async Task One_event_is_read_by_its_id()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenOrderAsync();
        JsonNode created = (await shop.EventsAsync()).Single();

        JsonNode read = (await shop.AsMerchantAsync($"/api/v1/events/{created.Id()}")).Json;

        read["deliveries"]!.AsArray().ShouldBeEmpty();
        read.AsObject().Remove("deliveries");
        read.ToJsonString().ShouldBe(created.ToJsonString());
        (await shop.AsMerchantAsync("/api/v1/events/evt_x")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task A_cursor_of_a_removed_order_still_works()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode removed = await shop.GivenOrderAsync();
        await shop.PassAfterAsync(TimeSpan.FromHours(2));
        string cursor = (string)(await shop.FeedAsync())["nextCursor"]!;
        shop.Clock.Advance(TimeSpan.FromDays(91));
        JsonNode kept = await shop.GivenOrderAsync();
        (await shop.PruneAsync()).ShouldBe(1);

        (await shop.EventTypesAsync(removed)).ShouldBeEmpty();
        (await shop.FeedAsync($"?after={cursor}"))["data"]!.AsArray().ShouldHaveSingleItem()!["data"]!["order"]!.Id().ShouldBe(kept.Id());
        (await shop.AsMerchantAsync($"/api/v1/events/{cursor}")).ShouldBeProblem(404, "not_found");
        shop.Database.Everything().ShouldNotContain("order.created\",\"data\":{\"order\":{\"id\":\"" + removed.Id());
    }

    [Fact]
    public async Task An_unreadable_order_gives_an_event_that_names_it()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode broken = await shop.GivenOrderAsync();
        await shop.SqlAsync($"""UPDATE "Orders" SET "Amount" = -1 WHERE "Id" = {broken.Id()}""");

        await shop.PassAfterAsync(TimeSpan.FromHours(2));
        await shop.PassAsync();

        JsonNode raised = (await shop.EventsAsync("&types=order.attention_raised")).ShouldHaveSingleItem();
        ((string?)raised["data"]!["order"]!["id"], (string?)raised["data"]!["reason"]!["reason"]).ShouldBe((broken.Id(), "unreadable"));
    }

    [Fact]
    public async Task A_signed_day_gives_one_event()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenPaidAsync();
        shop.Clock.Advance(TimeSpan.FromDays(1));
        await shop.AsMerchantAsync(HttpMethod.Post, "/api/v1/admin/closes", new { day = "2026-11-21" });
        Answer signed = await shop.AsMerchantAsync(HttpMethod.Post, "/api/v1/admin/closes/2026-11-21/sign-off", new { note = "fine" });
        signed.Status.ShouldBe(200, signed.Text);
        await shop.AsMerchantAsync(HttpMethod.Post, "/api/v1/admin/closes/2026-11-21/sign-off", new { note = "again" });

        JsonNode one = (await shop.EventsAsync("&types=close.signed_off")).ShouldHaveSingleItem();

        one["data"]!["close"]!.ToJsonString().ShouldBe(signed.Json.ToJsonString());
    }

    [Fact]
    public async Task Nothing_is_written_for_an_answer_that_changes_nothing()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenPaidAsync();
        int before = (await shop.EventsAsync()).Length;

        await shop.VerifyAsync(order, token);
        await shop.VerifyAsync(order, token, amount: 1);
        await shop.PassAfterAsync(TimeSpan.FromDays(2));
        await shop.AsMerchantAsync(
            HttpMethod.Post, $"/api/v1/admin/payments/{(string)(await shop.ReadAsync(order))["payments"]![0]!["id"]!}/check");

        (await shop.EventsAsync()).Length.ShouldBe(before);
    }

    [OnPostgreSql]
    [Trait("Database", "PostgreSql")]
    public async Task An_event_committed_late_comes_behind_those_already_shown()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Npgsql.NpgsqlConnection late = new(shop.Database.ConnectionString);
        await late.OpenAsync(TestContext.Current.CancellationToken);
        await using Npgsql.NpgsqlTransaction transaction = await late.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using Npgsql.NpgsqlCommand insert = new(
            """
            INSERT INTO "Events" ("Id", "OrderVersion", "Type", "At", "Data")
            VALUES ('evt_early', 0, 'order.created', '2026-01-01', '{"order":{"id":"early"}}')
            """, late, transaction);
        await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await shop.GivenOrderAsync();
        JsonNode shown = await shop.FeedAsync();
        shown["data"]!.AsArray().Count.ShouldBe(1);

        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await shop.GivenOrderAsync();

        JsonNode next = await shop.FeedAsync($"?after={shown["nextCursor"]}");
        next["data"]!.AsArray().Select(one => one!.Id()).First().ShouldBe("evt_early");
        next["data"]!.AsArray().Count.ShouldBe(2);
    }

    [OnPostgreSql]
    [Trait("Database", "PostgreSql")]
    public async Task Readers_beside_many_writers_see_one_growing_feed()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        using CancellationTokenSource written = new();
        Task<List<string>>[] readers = [FollowAsync(shop), FollowAsync(other)];

        await Task.WhenAll(Enumerable.Range(0, 40).Select(place => (place % 2 == 0 ? shop : other).GivenPaidAsync()));
        await written.CancelAsync();

        string[] all = [.. (await shop.EventsAsync()).Select(one => one.Id())];
        all.Length.ShouldBe(160);
        foreach (List<string> seen in await Task.WhenAll(readers))
        {
            seen.ShouldBe(all);
        }

        // Reads behind its own cursor only: what was put before it would be missed.
        async Task<List<string>> FollowAsync(Shop reader)
        {
            List<string> seen = [];
            string after = "";
            bool isLast = false;
            while (true)
            {
                JsonNode page = await reader.FeedAsync($"?limit=100&after={after}");
                seen.AddRange(page["data"]!.AsArray().Select(one => one!.Id()));
                after = (string?)page["nextCursor"] ?? "";
                if (isLast && !(bool)page["hasMore"]!)
                {
                    return seen;
                }

                isLast = written.IsCancellationRequested;
            }
        }
    }

    [OnPostgreSql]
    [Trait("Database", "PostgreSql")]
    public async Task The_worker_numbers_events_of_which_no_reader_has_asked_in_a_minute()
    {
        await using Shop shop = await Shop.OpenAsync();
        EventPositions positions = shop.Services.GetRequiredService<EventPositions>();
        await shop.GivenPaidAsync();
        Task<int> NumberedAsync() => shop.InDatabaseAsync(
            db => db.Set<StoredEvent>().CountAsync(one => one.Position != null, TestContext.Current.CancellationToken));

        await positions.AssignUnreadAsync(TestContext.Current.CancellationToken);
        int atOnce = await NumberedAsync();
        shop.Clock.Advance(TimeSpan.FromSeconds(61));
        await positions.AssignUnreadAsync(TestContext.Current.CancellationToken);

        (atOnce, await NumberedAsync()).ShouldBe((0, 4));
    }

    [OnPostgreSql]
    [Trait("Database", "PostgreSql")]
    public async Task Events_of_one_order_keep_their_order_when_a_clock_is_behind()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        shop.Clock.Advance(TimeSpan.FromSeconds(-30));
        await shop.GivenOrderAsync();
        await shop.VerifyAsync(order, token);

        await shop.Services.GetRequiredService<EventPositions>().AssignAsync(TestContext.Current.CancellationToken);

        (await shop.EventTypesAsync(order)).ShouldBe(["order.created", "payment.verifying", "payment.completed", "order.paid"]);
    }
}
