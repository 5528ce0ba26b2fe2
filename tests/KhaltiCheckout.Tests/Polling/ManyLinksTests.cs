using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Polling;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Polling;

/// <summary>Twenty thousand open links are looked at fairly and at a bounded rate, and no shopper who returns waits behind them.</summary>
public sealed class ManyLinksTests(ITestOutputHelper output)
{
    private const int Links = 20_000;
    private const int PerMinute = 600;

    [Fact]
    public async Task Twenty_thousand_open_links_keep_the_rate_and_no_returning_shopper_waits()
    {
        int lookups = 0;
        Wire wire = new();
        wire.Instead = request => request.RequestUri!.AbsolutePath.EndsWith("/epayment/lookup/", StringComparison.Ordinal)
            && request.Content!.ReadAsStringAsync().Result is { } body && body.Contains("many-", StringComparison.Ordinal)
            ? Waiting(body, ref lookups)
            : null;
        await using Shop shop = await Shop.OpenAsync(
            services => wire.LayUnder(services), ("Reconciliation:LookupsPerMinute", $"{PerMinute}"), ("Store:OrderLifetime", "05:00:00"));
        await GivenOpenLinksAsync(shop);
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        (JsonNode quick, string quickPidx) = await shop.GivenLinkAsync();

        // In the middle of it one shopper returns who has paid, and one whose bank has not answered yet and answers then.
        List<int> byMinute = [];
        TimeSpan waited = TimeSpan.Zero;
        for (int minute = 0; minute < 2; minute++)
        {
            int before = lookups;
            for (int second = 0; second < 60; second++)
            {
                if ((minute, second) == (1, 0))
                {
                    await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(quickPidx, "completed"));
                    (await shop.ReadAsync(quick)).Status().ShouldBe("paid", "with the return itself");
                    await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "pending"));
                    (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("verifying");
                    await shop.Sandbox.OutcomeAsync(pidx, "completed");
                }

                await shop.PassAsync();
                if (minute > 0 && (await shop.ReadAsync(order)).Status() != "paid")
                {
                    waited += TimeSpan.FromSeconds(1);
                }

                shop.Clock.Advance(TimeSpan.FromSeconds(1));
            }

            byMinute.Add(lookups - before);
        }

        output.WriteLine($"lookups by minute: {string.Join(", ", byMinute)}; paid {waited.TotalSeconds} s after the bank's answer");
        byMinute.ShouldAllBe(count => count <= PerMinute);
        byMinute.ShouldAllBe(count => count >= PerMinute * 8 / 10);
        waited.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(7), "five to six seconds is the schedule of a pending payment");
        List<Payment> looked = await shop.InDatabaseAsync(
            db => db.Payments.AsNoTracking()
                .Where(payment => payment.Pidx!.StartsWith("many-") && payment.LastAskedAt != null).ToListAsync());
        List<string> ids = [.. looked.Select(payment => payment.Pidx!).Order(StringComparer.Ordinal)];
        int newest = ids.Count(id => string.CompareOrdinal(id, PidxOf(Links - 2_000)) > 0);
        int oldest = ids.Count(id => string.CompareOrdinal(id, PidxOf(2_000)) < 0);
        output.WriteLine($"{ids.Count} links were looked at: {newest} of the newest 2000, {oldest} of those due longest");
        newest.ShouldBeGreaterThan(200);
        oldest.ShouldBeGreaterThan(200);
    }

    [Fact]
    public void A_rate_gives_no_minute_more_than_its_number()
    {
        LookupRate rate = new(600);
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        List<int> taken = [];
        for (int second = 0; second < 300; second++)
        {
            taken.Add(rate.TakeUpTo(100, now));
            now += TimeSpan.FromSeconds(1);
        }

        Enumerable.Range(0, 240).ShouldAllBe(start => taken.Skip(start).Take(60).Sum() <= 600);
        taken.Sum().ShouldBeGreaterThan(5 * 530);
    }

    [Fact]
    public void Questions_that_do_not_wait_are_taken_from_those_after_them()
    {
        LookupRate rate = new(600);
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        rate.Take(80, now);

        rate.TakeUpTo(100, now).ShouldBe(0);
        rate.TakeUpTo(100, now.AddSeconds(2)).ShouldBe(0);
        rate.TakeUpTo(100, now.AddSeconds(4)).ShouldBe(16);
        rate.TakeUpTo(100, now.AddHours(-1)).ShouldBe(0);
        rate.PutBack(1000);
        rate.TakeUpTo(100, now.AddHours(-1)).ShouldBe(60);
    }

    private static string PidxOf(int number) => $"many-{number:00000}";

    private static HttpResponseMessage Waiting(string body, ref int lookups)
    {
        Interlocked.Increment(ref lookups);
        return new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent(
                $$"""
                {"pidx":"{{(string)JsonNode.Parse(body)!["pidx"]!}}","total_amount":1000,"status":"Initiated","transaction_id":null,
                 "fee":0,"refunded":false}
                """,
                Encoding.UTF8, "application/json"),
        };
    }

    private static async Task GivenOpenLinksAsync(Shop shop)
    {
        await shop.GivenOldOrdersAsync(Links);
        DateTime now = shop.Clock.GetUtcNow().UtcDateTime;
        await shop.SqlAsync(
            $"""UPDATE "Orders" SET "Status" = 'pending', "ExpiresAt" = {now.AddHours(5)}, "Number" = substr("Id", 23)""");
        await shop.SqlAsync($"""
            INSERT INTO "Payments" ("Id", "OrderId", "Method", "Status", "KhaltiState", "Amount", "AmountRefunded", "AmountReserved",
                "Pidx", "PaymentUrl", "LinkExpiresAt", "CreatedAt", "NextCheckAt", "Checks", "Denials", "LastAskUnanswered", "Version")
            SELECT 'pay_' || substr("Id", 5), "Id", 'epayment', 'initiated', 'Initiated', "Amount", 0, 0, 'many-' || substr("Id", 26),
                'http://x', {now.AddHours(4)}, {now.AddMinutes(-30)}, {now.AddMinutes(-20)}, 0, 0, FALSE, 1
            FROM "Orders" WHERE "Id" < 'ord_1'
            """);
    }
}
