using KhaltiCheckout.Desk;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Polling;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Desk;

/// <summary>Whichever way leads to the newest orders that fit, it leads to the same ones, and along indexes.</summary>
public sealed class OrderSearchTests
{
    private static readonly string[] FirstNames = ["Sita", "Sitaram", "Ram", "Rama", "Zenisha"];
    private static readonly string[] LastNames = ["Rai", "Sharma", "Shrestha"];

    [Fact]
    public async Task Search_finds_all_matching_orders_newest_first_with_every_query_plan()
    {
        await using Shop shop = await Shop.OpenAsync();
        Known[] all = await GivenOrdersAsync(shop, 150);
        string middle = all[70].Id;

        foreach ((OrderFilterQuery query, Func<Known, bool> fits) in ((OrderFilterQuery, Func<Known, bool>)[])
        [
            (new(), _ => true),
            (new() { Status = "paid" }, order => order.Status == "paid"),
            (new() { Attention = "any" }, order => order.Reasons.Length > 0),
            (new() { Attention = "stuck" }, order => order.Reasons.Contains(AttentionReason.Stuck)),
            (new() { Attention = "paid_late" }, order => order.Reasons.Contains(AttentionReason.PaidLate)),
            (new() { Status = "paid", Attention = "any" }, order => order.Status == "paid" && order.Reasons.Length > 0),
            (new() { Status = "paid", Attention = "paid_late" },
                order => order.Status == "paid" && order.Reasons.Contains(AttentionReason.PaidLate)),
            (new() { Q = "sita" }, order => order.Has("sita")),
            (new() { Q = "s" }, order => order.Has("s")),
            (new() { Q = "zen" }, order => order.Has("zen")),
            (new() { Q = "9841" }, order => order.Has("9841")),
            (new() { Q = "Rs 185" }, order => order.Amount == 18_500),
            (new() { Q = "sita rai" }, order => order.Has("sita") && order.Has("rai")),
            (new() { Q = "ram sita" }, order => order.Has("ram") && order.Has("sita")),
            (new() { Q = "zen s 185" }, order => order.Has("zen") && order.Has("s") && order.Amount == 18_500),
            (new() { Q = "rama sitaram" }, order => order.Has("rama") && order.Has("sitaram")),
            (new() { Q = "ram s rai" }, order => order.Has("ram") && order.Has("s") && order.Has("rai")),
            (new() { Q = "sita1" }, order => order.Has("sita1")),
            (new() { Q = "sitaram1 r" }, order => order.Has("sitaram1") && order.Has("r")),
            (new() { Q = "rai rama7@ex" }, order => order.Has("rai") && order.Has("rama7@ex")),
            (new() { Q = "9800 s" }, order => order.Has("9800") && order.Has("s")),
            (new() { Q = "9841 185 sita" }, order => order.Has("9841") && order.Amount == 18_500 && order.Has("sita")),
            (new() { Q = "te sita" }, order => order.Has("sita")),
            (new() { Attention = "paid_late", Q = "s" }, order => order.Has("s") && order.Reasons.Contains(AttentionReason.PaidLate)),
            (new() { Q = middle[..20] + " s" }, order => order.Id.StartsWith(middle[..20], StringComparison.Ordinal) && order.Has("s")),
            (new() { Status = "paid", Q = "rama" }, order => order.Has("rama") && order.Status == "paid"),
            (new() { Status = "expired", Attention = "any", Q = "s" },
                order => order.Has("s") && order.Status == "expired" && order.Reasons.Length > 0),
            (new() { Q = middle }, order => order.Id == middle),
            (new() { Q = "nobody" }, _ => false),
            (new() { Q = "nobody sita" }, _ => false),
        ])
        {
            string[] wanted = [.. all.Where(fits).Select(order => order.Id).OrderDescending(StringComparer.Ordinal)];
            foreach (int maxScanned in (int[])[1, 7, 40, 1000])
            {
                foreach (int most in (int[])[1, 10, 200])
                {
                    (await AllPagesAsync(shop, query, maxScanned, most))
                        .ShouldBe(wanted, $"{query}, {maxScanned} orders scanned, {most} a page");
                }
            }
        }
    }

    [Fact]
    public async Task Many_common_beginnings_find_what_has_all_of_them()
    {
        await using Shop shop = await Shop.OpenAsync();
        Known[] all = await GivenOrdersAsync(shop, 150);

        OrderFilterQuery query = new() { Q = "s 9800 98000 9800" };
        (await AllPagesAsync(shop, query, maxScanned: 2, most: 200))
            .ShouldBe(
                all.Where(order => order.Has("s") && order.Has("98000")).Select(order => order.Id).OrderDescending(StringComparer.Ordinal));
        query = new() { Q = "s s s s s s s" };
        (await AllPagesAsync(shop, query, maxScanned: 2, most: 200))
            .ShouldBe(all.Where(order => order.Has("s")).Select(order => order.Id).OrderDescending(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task A_search_respects_its_date_range(int maxScanned)
    {
        await using Shop shop = await Shop.OpenAsync();
        Known[] all = await GivenOrdersAsync(shop, 60);
        OrderFilterQuery query = new() { Q = "sita", From = all[20].PlacedAt, To = all[40].PlacedAt };

        (await AllPagesAsync(shop, query, maxScanned, 4))
            .ShouldBe(all[20..41].Where(order => order.Has("sita")).Select(order => order.Id).OrderDescending(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("9841234567")]
    [InlineData("sita rai 1500")]
    [InlineData("ord_01k9x4c7qmf3")]
    [InlineData("2083/84-1")]
    [InlineData("8xmeJnNXfoVjCvGcZiiGe7")]
    [Trait("Database", "Sqlite")]
    public async Task No_search_reads_a_whole_table(string text)
    {
        await using Shop shop = await Shop.OpenAsync();
        Known[] all = await GivenOrdersAsync(shop, 10);
        OrderFilterQuery query = new() { Status = "paid", Q = text };

        foreach (string? before in (string?[])[null, all[5].Id])
        {
            foreach (string plan in await PlansAsync(shop, query, maxScanned: 2, before))
            {
                plan.ShouldNotContain("SCAN Payments");
                plan.ShouldNotContain("SCAN Refunds");
                plan.ShouldNotContain("SCAN Orders");

                // But for what a subquery has found, and for the words' own index.
                plan.Split('\n').ShouldNotContain(line => line.StartsWith("SCAN ", StringComparison.Ordinal)
                    && !line.StartsWith("SCAN i VIRTUAL TABLE INDEX", StringComparison.Ordinal)
                    && !(line == "SCAN r" && plan.Contains("CO-ROUTINE r", StringComparison.Ordinal)), plan);
            }
        }
    }

    [Theory]
    [InlineData("sita")]
    [InlineData("sita rai")]
    [InlineData("rama 185")]
    [Trait("Database", "Sqlite")]
    public async Task Words_are_compared_in_their_index_and_nothing_is_sorted(string text)
    {
        await using Shop shop = await Shop.OpenAsync();
        Known[] all = await GivenOrdersAsync(shop, 150);

        string plan = (await PlansAsync(shop, new OrderFilterQuery { Q = text }, maxScanned: 1, all[100].Id))[^1];

        plan.ShouldContain("SCAN i VIRTUAL TABLE INDEX");
        plan.ShouldContain("SEARCH w USING INTEGER PRIMARY KEY (rowid=?)");
        plan.ShouldNotContain("TEMP B-TREE");
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task Words_of_the_newest_orders_of_a_status_are_compared_order_by_order()
    {
        await using Shop shop = await Shop.OpenAsync();
        Known[] all = await GivenOrdersAsync(shop, 150);

        string[] plans = await PlansAsync(shop, new OrderFilterQuery { Q = "sita", Status = "paid" }, maxScanned: 20, all[100].Id);

        string scanned = plans.First(plan => plan.Contains("CORRELATED SCALAR SUBQUERY", StringComparison.Ordinal));
        scanned.ShouldContain("SEARCH Orders USING COVERING INDEX IX_Orders_Status_Id (Status=? AND Id>? AND Id<?)");
        scanned.ShouldContain("SEARCH w USING INDEX sqlite_autoindex_OrderWords_1 (OrderId=?)");
        scanned.ShouldNotContain("TEMP B-TREE");
        plans[^1].ShouldContain("SCAN i VIRTUAL TABLE INDEX");
        plans[^1].ShouldMatch(@"SEARCH o .*INDEX IX_Orders_Status_Id \(Status=\? AND Id=\?\)");
    }

    [Theory]
    [InlineData("paid", null, null, "IX_Orders_Status_Id (Status=?")]
    [InlineData(null, "stuck", null, "IX_AttentionReasons_Reason_OrderId (Reason=?")]
    [InlineData(null, "any", null, "IX_Orders_Attention_Id (Attention=?")]
    [InlineData(null, null, "2026-11-20", "sqlite_autoindex_Orders_1 (Id>?")]
    [Trait("Database", "Sqlite")]
    public async Task Every_filter_has_its_index_and_nothing_is_sorted(string? status, string? attention, string? from, string index)
    {
        await using Shop shop = await Shop.OpenAsync();

        foreach (string? before in (string?[])[null, "ord_01k9x4c7qmf3t8v5z2w6y1n0ah"])
        {
            string plan = (await PlansAsync(shop, new OrderFilterQuery
            {
                Status = status,
                Attention = attention,
                From = from
            }, maxScanned: 1000, before)).ShouldHaveSingleItem();

            plan.ShouldContain(index);
            plan.ShouldNotContain("TEMP B-TREE");
            plan.ShouldNotContain("SCAN");
        }
    }

    [Fact]
    public async Task Different_searches_share_few_compiled_queries()
    {
        await using Shop shop = await Shop.OpenAsync();
        await GivenOrdersAsync(shop, 60);
        string[] words = ["sita", "ram", "rai", "9841", "185", "zen", "ord_01k9x4c7", "2083/84-1", "s"];
        await SearchAsync(shop, words[..2]);
        int before = await CompiledAsync(shop);

        foreach (int count in (int[])[1, 2, 4])
        {
            for (int first = 0; first + count <= words.Length; first++)
            {
                await SearchAsync(shop, words[first..(first + count)]);
            }
        }

        (await CompiledAsync(shop) - before).ShouldBeLessThan(5);

        static async Task SearchAsync(Shop shop, string[] words)
        {
            foreach (string filter in (string[])["", "&attention=any", "&status=expired&limit=3"])
            {
                await shop.ListAsync($"?q={Uri.EscapeDataString(string.Join(' ', words))}{filter}");
            }
        }

        // EF Core keeps what it has compiled in a cache of its own, one for each set of options.
        static Task<int> CompiledAsync(Shop shop) => shop.InDatabaseAsync(db => Task.FromResult(
            ((MemoryCache)db.GetService<IMemoryCache>())
                .Keys.Count(key => key.GetType().Name.EndsWith("CompiledQueryCacheKey", StringComparison.Ordinal))));
    }

    private static async Task<string[]> AllPagesAsync(Shop shop, OrderFilterQuery query, int maxScanned, int most) =>
        await shop.InDatabaseAsync(async db =>
    {
        Dictionary<string, string[]> errors = [];
        OrderFilter filter = OrderFilter.Read(query, errors);
        errors.ShouldBeEmpty();
        List<string> found = [];
        List<string> page;
        do
        {
            page = await new OrderSearch(db, filter, maxScanned)
                .NewestAsync(found.LastOrDefault(), most, TestContext.Current.CancellationToken);
            page.Count.ShouldBeLessThanOrEqualTo(most);
            found.AddRange(page);
        }
        while (page.Count == most);

        // A page that is not full is the last.
        return found.ToArray();
    });

    private static async Task<string[]> PlansAsync(Shop shop, OrderFilterQuery query, int maxScanned, string? before)
    {
        List<string> plans = [];
        foreach (string question in await shop.QuestionsForAsync(query, maxScanned, before))
        {
            plans.Add(
                await shop.InDatabaseAsync(
                    async db => string.Join('\n', await WorkerPlanTests.PlanAsync(db.Database.GetDbConnection(), question))));
        }

        return [.. plans];
    }

    // Some words with others, some hardly ever, one only long ago; the same in every run.
    private static async Task<Known[]> GivenOrdersAsync(Shop shop, int count)
    {
        Random random = new(1);
        List<Known> all = [];
        List<Order> orders = [];
        for (int at = 0; at < count; at++)
        {
            shop.Clock.Advance(TimeSpan.FromMinutes(1));
            string first = FirstNames[at < count / 4 ? random.Next(FirstNames.Length) : random.Next(FirstNames.Length - 1)];
            string last = LastNames[random.Next(LastNames.Length)];
            string? email = random.Next(2) == 0 ? $"{first}{at}@example.com" : null;
            string phone = random.Next(3) == 0 ? $"9841{at:000000}" : $"9800{at:000000}";
            int quantity = random.Next(1, 3);
            OrderDraft draft = new()
            {
                CustomerName = $"{first} {last}",
                CustomerEmail = email,
                CustomerPhone = phone,
                Lines = [new("ilam-tea", "Ilam tea", new Khalti.Client.Paisa(18_500), quantity)],
            };
            Order order = Order.Place(draft, shop.Clock.GetUtcNow(), TimeSpan.FromHours(1));
            orders.Add(order);
            AttentionReason[] reasons = random.Next(10) switch
            {
                0 => [AttentionReason.Stuck],
                1 => [AttentionReason.PaidLate],
                2 => [AttentionReason.PaidLate, AttentionReason.DoublePayment],
                _ => [],
            };
            Array.ForEach(reasons, reason => order.RaiseAttention(reason, shop.Clock.GetUtcNow()));
            all.Add(new(
                order.Id, shop.Clock.GetUtcNow().ToString(
                    "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
                    random.Next(2) == 0 ? "paid" : "expired",
                reasons, 18_500 * quantity,
                [.. ((string?[])[first, last, email, phone, "ilam", "tea"]).OfType<string>().Select(word => word.ToLowerInvariant())]));
        }

        OrderStore store = shop.Services.GetRequiredService<OrderStore>();
        await Task.WhenAll(orders.Select(order => store.PlaceAsync(order, _ => Task.CompletedTask, TestContext.Current.CancellationToken)));
        await shop.InDatabaseAsync(async db =>
        {
            foreach (Known order in all)
            {
                await db.Database.ExecuteSqlAsync(
                    $"""UPDATE "Orders" SET "Status" = {order.Status} WHERE "Id" = {order.Id}""", TestContext.Current.CancellationToken);
            }

            return true;
        });
        return [.. all];
    }

    private sealed record Known(string Id, string PlacedAt, string Status, AttentionReason[] Reasons, long Amount, string[] Words)
    {
        internal bool Has(string beginning) => Array.Exists(Words, word => word.StartsWith(beginning, StringComparison.Ordinal));
    }
}
