using System.Text.Json.Nodes;
using Khalti.Client;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>Orders of a version without order numbers and search index are taken into both, while the shop serves.</summary>
public sealed class OrderSearchIndexTests
{
    private static readonly string Oldest = "ord_" + new string('0', 25) + "1";

    [Fact]
    public async Task Existing_orders_are_indexed_batch_by_batch_and_orders_are_placed_and_found_meanwhile()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenOldOrdersAsync(30);
        await FillAsync(shop, 10);
        string placed = (await shop.GivenOrderOfAsync("Sita")).Id();

        (await shop.SearchAsync("sita")).ShouldBe([placed]);
        (await shop.ListAsync("?q=old&limit=100")).Length.ShouldBe(10);
        (await UnnumberedAsync(shop)).ShouldBe(20);
        (await shop.SearchAsync(Oldest)).ShouldBe([Oldest]);

        // What was under way when the process ended is lost as a whole, and the next process goes on.
        await Should.ThrowAsync<OperationCanceledException>(() => WriteAsync<int>(shop, async sql =>
        {
            await OrderSearchIndex.FillAsync(sql, 10);
            throw new OperationCanceledException();
        }));
        await shop.ReopenAsync();
        (await UnnumberedAsync(shop)).ShouldBe(20);
        await shop.PassAsync();

        (await UnnumberedAsync(shop)).ShouldBe(0);
        string[] found = await shop.ListAsync("?q=old&limit=100");
        found.Length.ShouldBe(30);
        found.ShouldBe(found.OrderDescending(StringComparer.Ordinal));
        (await shop.ListAsync("?q=10.01")).ShouldBe([Oldest], "its amount");
        ((string?)(await shop.AskAsync("/api/v1/orders/" + Oldest)).Json["number"]).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_order_that_an_older_version_places_beside_this_one_gets_number_and_words()
    {
        await using Shop shop = await Shop.OpenAsync();
        string own = (await shop.GivenOrderOfAsync("Sita Rai")).Id();
        string id = "ord_01k9x4c7qmf3t8v5z2w6y1n0ah";
        await shop.SqlAsync($"""
            INSERT INTO "Orders" ("Id", "Status", "Amount", "AmountRefunded", "CustomerName", "CustomerEmail", "CustomerPhone",
                "CreatedAt", "PlacedOn", "ExpiresAt", "MismatchesKept", "Version")
            VALUES ({id}, 'pending', 18500, 0, 'José Rai', 'jose@example.com', '+9779841234567', '2026-11-13 00:00:00', '2026-11-13',
                '2027-01-01 00:00:00', 0, 1)
            """);
        await shop.SqlAsync($"""
            INSERT INTO "OrderLines" ("OrderId", "Position", "ProductId", "Name", "UnitPrice", "Quantity", "Amount")
            VALUES ({id}, 0, 'ilam-tea', 'Ilam tea', 18500, 1, 18500)
            """);
        await shop.SqlAsync($"""INSERT INTO "SearchTerms" ("Term", "OrderId") VALUES ('rai', {id})""");
        JsonNode before = (await shop.AskAsync("/api/v1/orders/" + id)).Json;

        await shop.PassAsync();

        before["number"].ShouldBeNull();
        string number = (string)(await shop.AskAsync("/api/v1/orders/" + id)).Json["number"]!;
        foreach (string text in (string[])["jose rai", "9841234567", "ilam jose", "185 jose", "jose@ex", number])
        {
            (await shop.SearchAsync(text)).ShouldBe([id], text);
        }

        (await shop.SearchAsync("rai")).ShouldBe(((string[])[own, id]).OrderDescending(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Orders_that_begin_alike_are_found_in_the_order_of_their_ids()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] ids = [.. "ca0eb".Select(last => "ord_01k9x4c7qmf3t0000000000000"[..^1] + last)];
        foreach (string id in ids)
        {
            await shop.SqlAsync($"""
                INSERT INTO "Orders" ("Id", "Status", "Amount", "AmountRefunded", "CustomerName", "CreatedAt", "PlacedOn", "ExpiresAt",
                    "MismatchesKept", "Version")
                VALUES ({id}, 'expired', 18500, 0, 'Sita', '2026-11-13 00:00:00', '2026-11-13', '2026-11-14 00:00:00', 0, 1)
                """);
        }

        await shop.PassAsync();

        string[] newest = [.. ids.OrderDescending(StringComparer.Ordinal)];
        (await shop.SearchAsync("sita")).ShouldBe(newest);
        (await shop.SearchAsync("sita " + ids[1])).ShouldBe([ids[1]]);
        (await shop.ListAsync("?q=sita&limit=2")).ShouldBe(newest[..2]);
    }

    // SQLite's keys have fifteen random bits behind the millisecond, so some of a few hundred orders begin alike.
    [Fact]
    public async Task Two_orders_of_one_millisecond_whose_keys_collide_are_both_placed_and_found()
    {
        await using Shop shop = await Shop.OpenAsync();
        DateTimeOffset now = shop.Clock.GetUtcNow();
        OrderDraft draft = new()
        {
            CustomerName = "Sita",
            Lines = [new DraftLine(null, "Tea", new Paisa(18_500), 1)],
        };
        Order[] alike = Enumerable.Range(0, 5_000).Select(_ => Order.Place(draft, now, TimeSpan.FromHours(1)))
            .GroupBy(order => OrderSearchIndex.KeyOf(order.Id)).First(orders => orders.Count() > 1).Take(2).ToArray();

        foreach (Order order in alike)
        {
            (await shop.Services.GetRequiredService<OrderStore>().PlaceAsync(
                order, _ => Task.CompletedTask, TestContext.Current.CancellationToken)).ShouldBeNull();
        }

        string[] newest = [.. alike.Select(order => order.Id).OrderDescending(StringComparer.Ordinal)];
        (await shop.SearchAsync("sita")).ShouldBe(newest);
        foreach (string id in newest)
        {
            (await shop.SearchAsync("sita " + id)).ShouldBe([id]);
        }
    }

    private static Task<int> FillAsync(Shop shop, int orders) => WriteAsync(shop, sql => OrderSearchIndex.FillAsync(sql, orders));

    private static Task<T> WriteAsync<T>(Shop shop, Func<SqlSession, Task<T>> work) =>
        shop.Services.GetRequiredService<Database>().WriteAsync(work, TestContext.Current.CancellationToken);

    private static Task<int> UnnumberedAsync(Shop shop) => shop.InDatabaseAsync(db => db.Orders.CountAsync(order => order.Number == null));
}
