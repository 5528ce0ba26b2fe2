using System.Text.Json.Nodes;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Payments;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.DailyReconciliation;

/// <summary>The days that are over are compared by themselves at night, and what differs becomes a reason.</summary>
public sealed class NightPassTests
{
    private const string WrongKey = "test_secret_key_44444444444444444444444444444444";

    // The clock of a test begins at 11:45 in Nepal.
    private static readonly DateOnly FirstDay = new(2026, 11, 21);

    [Fact]
    public async Task Seeded_differences_of_every_kind_become_one_reason_each_and_nothing_else_does()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        Dictionary<string, string> seeded = [];
        List<JsonNode> fine = [];
        for (int sale = 0; sale < 3; sale++)
        {
            fine.Add((await shop.GivenPaidAsync()).Order);
            fine.Add((await shop.GivenPaidByLinkAsync()).Order);
            fine.Add(await shop.GivenOrderAsync());
            fine.Add((await shop.GivenLinkAsync()).Order);
        }

        (JsonNode givenBack, _) = await shop.GivenPaidAsync();
        (await shop.RefundAsync(givenBack)).Status.ShouldBe(201);
        fine.Add(givenBack);
        (JsonNode unseen, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        seeded.Add(unseen.Id(), "paid_at_khalti_only");
        (JsonNode undone, _) = await shop.GivenPaidAsync();
        await DashboardAsync(shop, undone, "Failed");
        seeded.Add(undone.Id(), "paid_here_only");
        (JsonNode undoneLink, _) = await shop.GivenPaidByLinkAsync();
        await DashboardAsync(shop, undoneLink, "Expired");
        seeded.Add(undoneLink.Id(), "paid_here_only");
        (JsonNode amount, _) = await shop.GivenPaidAsync();
        await ChangeAsync(shop, amount, "\"AmountPaid\" = \"AmountPaid\" - 500");
        seeded.Add(amount.Id(), "booked_amount_differs");
        (JsonNode fee, _) = await shop.GivenPaidAsync();
        await ChangeAsync(shop, fee, "\"Fee\" = \"Fee\" - 1");
        seeded.Add(fee.Id(), "booked_fee_differs");
        (JsonNode full, _) = await shop.GivenPaidAsync();
        await DashboardAsync(shop, full, "Refunded");
        seeded.Add(full.Id(), "booked_refund_differs");
        (JsonNode partLink, _) = await shop.GivenPaidByLinkAsync();
        await DashboardAsync(shop, partLink, "Partially Refunded");
        seeded.Add(partLink.Id(), "booked_refund_differs");
        string foreign = await shop.Sandbox.CompletedTransactionAsync(12_300, "another-shop");
        JsonNode besides = await shop.GivenOrderAsync();
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)besides["amount"]!, besides.Id());

        (await shop.NightAsync()).ShouldBeEmpty("the day is not over");
        List<DateOnly> compared = [];
        for (int night = 0; night < 8; night++)
        {
            shop.Clock.Advance(TimeSpan.FromDays(1));
            compared.AddRange(await shop.NightAsync());
        }

        // The money that no payment has is for transaction matching, which pays the order or lists it.
        await shop.MatchForAsync(TimeSpan.FromMinutes(2));
        compared.ShouldBe([.. Enumerable.Range(0, 8).Select(FirstDay.AddDays)]);
        Dictionary<string, string> found = [];
        foreach (JsonNode order in fine.Concat([unseen, undone, undoneLink, amount, fee, full, partLink, besides]))
        {
            JsonNode seen = (await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json;
            JsonNode[] entries = [
                .. seen["timeline"]!.AsArray().Where(entry => (string?)entry!["what"] == "books_differ").Select(entry => entry!)];
            seen["reasons"]!.AsArray().Count(reason => (string?)reason!["reason"] == "books_differ").ShouldBe(entries.Length);
            foreach (JsonNode entry in entries)
            {
                found.Add(order.Id(), (string)entry["facts"]!["rule"]!);
            }
        }

        found.ShouldBe(seeded, ignoreOrder: true);
        JsonNode listed = (await shop.AsMerchantAsync("/api/v1/admin/unmatched-transactions")).Json["data"]!;
        listed.AsArray().Select(one => (string?)one!["transactionId"]).ShouldBe([foreign]);
        JsonNode matched = await shop.ReadAsync(besides);
        (matched.Status(), (string?)matched.Payment()["transactionId"]).ShouldBe(("paid", idx));
    }

    [Fact]
    public async Task An_order_that_cannot_be_read_keeps_no_other_difference_from_being_reported()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode broken, _) = await shop.GivenPaidAsync();
        (JsonNode other, _) = await shop.GivenPaidAsync();
        await ChangeAsync(shop, broken, "\"Fee\" = \"Fee\" - 1");
        await ChangeAsync(shop, other, "\"Fee\" = \"Fee\" - 1");
        await shop.SqlAsync($"""UPDATE "OrderLines" SET "Quantity" = -1, "UnitPrice" = -1 WHERE "OrderId" = {broken.Id()}""");
        shop.Clock.Advance(TimeSpan.FromDays(1));

        (await shop.NightAsync()).ShouldBe([FirstDay]);

        (await shop.ReasonsAsync(other)).ShouldHaveSingleItem()["reason"]!.GetValue<string>().ShouldBe("books_differ");
        (await shop.AsMerchantAsync("/api/v1/admin/orders?attention=unreadable")).Json["unreadable"]!.AsArray()
            .Select(id => (string?)id).ShouldBe([broken.Id()]);
        JsonNode close = (await shop.AsMerchantAsync("/api/v1/admin/closes/2026-11-21")).Json;
        close["report"]!["differences"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_reason_that_a_person_has_resolved_is_not_raised_by_the_nights_after_it()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode fee, _) = await shop.GivenPaidAsync();
        (JsonNode full, _) = await shop.GivenPaidAsync();
        await DashboardAsync(shop, full, "Refunded");
        shop.Clock.Advance(TimeSpan.FromDays(1));
        await shop.NightAsync();
        (await shop.AsMerchantAsync(HttpMethod.Post, $"/api/v1/admin/orders/{full.Id()}/resolve", new { note = "agreed" }))
            .Status.ShouldBe(200);

        for (int night = 0; night < 3; night++)
        {
            shop.Clock.Advance(TimeSpan.FromDays(1));
            (await shop.NightAsync()).Count.ShouldBe(1);
        }

        (await shop.ReasonsAsync(full)).ShouldBeEmpty();
        (await shop.ReasonsAsync(fee)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_list_that_is_away_is_said_and_the_day_is_compared_when_it_is_back()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        await shop.GivenPaidAsync();
        await shop.GivenPaidByLinkAsync();
        await shop.Sandbox.FaultAsync("list", "error", status: 400);
        shop.Clock.Advance(TimeSpan.FromDays(1));

        (await shop.NightAsync()).ShouldBe([FirstDay]);
        shop.Log.Warnings.ShouldContain(line => line.Contains("Not everything of 2026-11-21 could be compared", StringComparison.Ordinal));
        (await NotComparedAsync(shop)).ShouldBe(["2026-11-21"]);
        (await shop.NightAsync()).ShouldBeEmpty("not at once again");
        shop.Clock.Advance(TimeSpan.FromMinutes(20));
        (await shop.NightAsync()).ShouldBe([FirstDay]);

        await shop.Sandbox.MendAsync();
        shop.Clock.Advance(TimeSpan.FromMinutes(40));
        (await shop.NightAsync()).ShouldBe([FirstDay]);
        JsonNode close = (await shop.AsMerchantAsync("/api/v1/admin/closes/2026-11-21")).Json;
        ((bool)close["isWhole"]!, (string?)close["runBy"]).ShouldBe((true, null));
        (await NotComparedAsync(shop)).ShouldBeEmpty();
        shop.Clock.Advance(TimeSpan.FromHours(7));
        (await shop.NightAsync()).ShouldBeEmpty("it is whole");
    }

    [Fact]
    public async Task The_summary_names_a_day_that_is_over_and_could_not_be_compared()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        await shop.GivenPaidAsync();
        await shop.Sandbox.FaultAsync("*", "error", status: 429);
        (await NotComparedAsync(shop)).ShouldBeEmpty("the day is not over");
        shop.Clock.Advance(TimeSpan.FromDays(1));

        await shop.NightAsync();

        (await NotComparedAsync(shop)).ShouldBe(["2026-11-21"], "Khalti said nothing at all");
        await shop.Sandbox.MendAsync();
        (await shop.AsMerchantAsync(HttpMethod.Post, "/api/v1/admin/closes", new { day = "2026-11-21" })).Status.ShouldBe(200);
        (await NotComparedAsync(shop)).ShouldBe(["2026-11-21"], "the night makes reasons of what differs, a person's comparison does not");
        (await shop.AsMerchantAsync(HttpMethod.Post, "/api/v1/admin/closes/2026-11-21/sign-off", new { })).Status.ShouldBe(200);
        (await NotComparedAsync(shop)).ShouldBeEmpty("a person stands by it");
    }

    [Fact]
    public async Task Khalti_that_does_not_answer_at_all_is_asked_again_later()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        await shop.GivenPaidAsync();
        await shop.Sandbox.FaultAsync("*", "error", status: 429);
        shop.Clock.Advance(TimeSpan.FromDays(1));

        (await shop.NightAsync()).ShouldBe([FirstDay]);
        (await shop.AsMerchantAsync("/api/v1/admin/closes/2026-11-21")).Status.ShouldBe(404);
        await shop.Sandbox.MendAsync();
        shop.Clock.Advance(TimeSpan.FromMinutes(20));

        (await shop.NightAsync()).ShouldBe([FirstDay]);
        (await shop.AsMerchantAsync("/api/v1/admin/closes/2026-11-21")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_shop_with_one_product_is_compared(bool isWidget)
    {
        await using Shop shop = await Shop.OpenAsync(
            isWidget
                ? [("Khalti:EPayment:Enabled", "false")]
                : [("Khalti:Widget:Enabled", "false"), ("Khalti:Widget:SecretKey", WrongKey)]);
        _ = isWidget ? (await shop.GivenPaidAsync()).Order : (await shop.GivenPaidByLinkAsync()).Order;
        shop.Clock.Advance(TimeSpan.FromDays(1));

        (await shop.NightAsync()).ShouldBe([FirstDay]);

        JsonNode close = (await shop.AsMerchantAsync("/api/v1/admin/closes/2026-11-21")).Json;
        ((bool)close["isWhole"]!, (int)close["report"]!["atKhalti"]!["payments"]!).ShouldBe((true, 1));
    }

    [Fact]
    public async Task A_week_without_the_worker_is_made_up_for_and_no_day_before_the_first_order()
    {
        await using Shop shop = await Shop.OpenAsync(("DailyReconciliation:DaysBack", "5"));
        await shop.GivenPaidAsync();
        shop.Clock.Advance(TimeSpan.FromDays(2));
        (await shop.NightAsync()).ShouldBe([FirstDay, FirstDay.AddDays(1)]);
        shop.Clock.Advance(TimeSpan.FromDays(7));

        (await shop.NightAsync()).ShouldBe([.. Enumerable.Range(4, 5).Select(FirstDay.AddDays)]);
    }

    [Fact]
    public async Task A_day_is_compared_from_the_set_time_in_Nepal_on()
    {
        await using Shop shop = await Shop.OpenAsync(("DailyReconciliation:At", "03:30:00"));
        await shop.GivenPaidAsync();

        shop.Clock.MoveTo(NepalTime.StartOf(FirstDay.AddDays(1)) + new TimeSpan(3, 29, 0));
        (await shop.NightAsync()).ShouldBeEmpty();
        shop.Clock.Advance(TimeSpan.FromMinutes(1));

        (await shop.NightAsync()).ShouldBe([FirstDay]);
    }

    [Fact]
    public async Task Of_several_processes_one_compares_a_day_and_one_that_died_keeps_nobody_waiting()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        await shop.GivenPaidAsync();
        shop.Clock.Advance(TimeSpan.FromDays(1));

        IReadOnlyList<DateOnly>[] compared = await RaceTests.AtOnceAsync(2, at => (at == 0 ? shop : other).NightAsync());

        compared.SelectMany(days => days).ShouldBe([FirstDay]);
        shop.Clock.Advance(TimeSpan.FromDays(1));
        DateTime until = shop.Clock.GetUtcNow().AddSeconds(50).UtcDateTime;
        await shop.SqlAsync($"""INSERT INTO "DayCloses" ("Day", "LeasedUntil", "Version") VALUES ({FirstDay.AddDays(1)}, {until}, 1)""");
        (await shop.NightAsync()).ShouldBeEmpty();
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        (await shop.NightAsync()).ShouldBe([FirstDay.AddDays(1)]);
    }

    [Fact]
    public async Task A_day_that_is_signed_off_is_left_alone()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenPaidAsync();
        shop.Clock.Advance(TimeSpan.FromDays(1));
        (await shop.AsMerchantAsync(HttpMethod.Post, "/api/v1/admin/closes", new { day = "2026-11-21" })).Status.ShouldBe(200);
        (await shop.AsMerchantAsync(HttpMethod.Post, "/api/v1/admin/closes/2026-11-21/sign-off", new { })).Status.ShouldBe(200);

        (await shop.NightAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task It_can_be_switched_off()
    {
        await using Shop shop = await Shop.OpenAsync(("DailyReconciliation:Enabled", "false"));
        await shop.GivenPaidAsync();
        shop.Clock.Advance(TimeSpan.FromDays(3));

        (await shop.NightAsync()).ShouldBeEmpty();
    }

    private static async Task<string[]> NotComparedAsync(Shop shop) =>
        [.. (await shop.AsMerchantAsync("/api/v1/admin/summary?days=1")).Json["daysNotCompared"]!.AsArray().Select(day => (string)day!)];

    private static Task<JsonNode> DashboardAsync(Shop shop, JsonNode order, string state) =>
        shop.Sandbox.PostAsync($"/_sandbox/transactions/{order.Payment()["transactionId"]}/state", new { state, force = true });

    private static Task<int> ChangeAsync(Shop shop, JsonNode order, string change)
    {
        string id = order.Id();
#pragma warning disable EF1002 // Constants of these tests.
        return shop.InDatabaseAsync(
            (CheckoutDb db) => db.Database.ExecuteSqlRawAsync($"""UPDATE "Payments" SET {change} WHERE "OrderId" = '{id}'"""));
#pragma warning restore EF1002
    }
}
