using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Polling;

/// <summary>Orders that expired without a payment are removed after a while, with all that belongs to them.</summary>
public sealed class PruningTests
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    [Fact]
    public async Task An_order_that_expired_unpaid_is_removed_with_all_that_belongs_to_it()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderOfAsync("Maya Gurung", "maya@example.com", "9812345678");
        await shop.PassAfterAsync(TimeSpan.FromHours(2));
        (await shop.SearchAsync("maya")).ShouldBe([order.Id()]);
        shop.Clock.Advance(Kept - TimeSpan.FromHours(2));
        (await shop.PruneAsync()).ShouldBe(0, "not a minute too early");

        shop.Clock.Advance(TimeSpan.FromHours(3));
        (await shop.PruneAsync()).ShouldBe(1);

        (await shop.GetAsync($"/api/v1/orders/{order.Id()}")).Status.ShouldBe(404);
        (await shop.SearchAsync("maya")).ShouldBeEmpty();
        (await shop.SearchAsync("9812345678")).ShouldBeEmpty();
        await shop.InDatabaseAsync(async db =>
        {
            (await db.Orders.CountAsync(), await db.Timeline.CountAsync(), await db.Set<OrderLine>().CountAsync()).ShouldBe((0, 0, 0));
            return true;
        });
        JsonNode next = await shop.GivenOrderOfAsync("Maya Rai");
        (await shop.SearchAsync("maya")).ShouldBe([next.Id()]);
    }

    [Fact]
    public async Task Orders_with_a_payment_an_open_reason_or_a_transaction_stay()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        List<JsonNode> staying = [(await shop.GivenPaidAsync()).Order, (await shop.GivenLinkAsync()).Order, await shop.GivenOrderAsync()];
        await shop.GivenAttentionAsync(staying[2], AttentionReason.UnknownState);
        JsonNode cheap = await shop.GivenOrderAsync();
        await shop.Sandbox.CompletedTransactionAsync(1_000, cheap.Id());
        await shop.MatchForAsync(TimeSpan.FromMinutes(2));
        JsonNode cancelled = await shop.GivenOrderAsync();
        await shop.CancelAsync(cancelled);
        (JsonNode refused, _) = await shop.GivenConfirmedAsync();
        (await shop.VerifyAsync(refused, "no-such-token")).Status.ShouldBe(402);
        staying.AddRange([cheap, cancelled, refused]);
        for (int hour = 0; hour < 3; hour++)
        {
            await shop.PassAfterAsync(TimeSpan.FromHours(1));
        }

        // A person has looked: the transaction is still this order's.
        await shop.AsMerchantAsync(HttpMethod.Post, $"/api/v1/admin/orders/{cheap.Id()}/resolve", new { note = "refunded" });
        shop.Clock.Advance(TimeSpan.FromDays(365));

        (await shop.PruneAsync()).ShouldBe(0);

        foreach (JsonNode order in staying)
        {
            (await shop.GetAsync($"/api/v1/orders/{order.Id()}")).Status.ShouldBe(200);
        }
    }

    [Fact]
    public async Task They_are_removed_in_pieces_and_by_one_process()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        await shop.GivenOldOrdersAsync(450);

        List<int> removed = [];
        for (int pass = 0; pass < 6; pass++)
        {
            removed.Add(await (pass % 2 == 0 ? shop : other).PruneAsync());
            shop.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        removed.Take(3).ShouldBe([200, 200, 50]);
        removed.Sum().ShouldBe(450);
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task Those_that_stay_are_passed_by_once_a_round()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenOldOrdersAsync(250);
        await shop.SqlAsync($"""
            INSERT INTO "AttentionReasons" ("Id", "OrderId", "Reason", "RaisedAt")
            SELECT 'rsn_' || substr("Id", 5), "Id", 'stuck', '2026-01-01 00:00:00' FROM "Orders" ORDER BY "Id" LIMIT 220
            """);

        (await shop.PruneAsync()).ShouldBe(0);
        shop.Clock.Advance(TimeSpan.FromSeconds(1));
        (await shop.PruneAsync()).ShouldBe(30);
        shop.Clock.Advance(TimeSpan.FromMinutes(2));
        (await shop.PruneAsync()).ShouldBe(0, "the round is over for an hour");
        shop.Clock.Advance(TimeSpan.FromHours(1));
        await shop.SqlAsync($"""UPDATE "AttentionReasons" SET "ResolvedAt" = '2026-01-02 00:00:00'""");
        (await shop.PruneAsync()).ShouldBe(200);
    }

    [Fact]
    public async Task Late_money_for_an_order_that_was_removed_is_listed()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:KeepUnpaidFor", "2.00:00:00"));
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.PassAfterAsync(TimeSpan.FromHours(2));
        shop.Clock.Advance(TimeSpan.FromDays(3));
        (await shop.PruneAsync()).ShouldBe(1);
        string idx = await shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());

        await shop.MatchForAsync(TimeSpan.FromMinutes(2));

        JsonNode listed = (await shop.AsMerchantAsync("/api/v1/admin/unmatched-transactions")).Json["data"]!.AsArray()
            .ShouldHaveSingleItem()!;
        ((string?)listed["transactionId"], (string?)listed["productIdentity"]).ShouldBe((idx, order.Id()));
    }

    [Fact]
    public async Task Zero_keeps_them_for_ever()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:KeepUnpaidFor", "00:00:00"));
        await shop.GivenOldOrdersAsync(5);
        shop.Clock.Advance(TimeSpan.FromDays(5000));

        (await shop.PruneAsync()).ShouldBe(0);
    }
}
