using System.Text.Json;
using System.Text.Json.Nodes;
using KhaltiCheckout.Desk;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Tests.Polling;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Tests.Desk;

public sealed class SummaryTests
{
    [Fact]
    public async Task The_summary_has_every_day_oldest_first_also_empty_ones()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenPaidAsync();

        JsonNode summary = await SummaryAsync(shop, "?days=3");

        summary["days"]!.AsArray().Select(day => (string)day!["day"]!).ShouldBe(["2026-11-19", "2026-11-20", "2026-11-21"]);
        summary["days"]![2]!.ToJsonString().ShouldBe(
            """{"day":"2026-11-21","orders":1,"paidCount":1,"paid":18500,"refundedCount":0,"refunded":0,"fees":555,"net":17945}""");
        summary["days"]![0]!["orders"]!.GetValue<int>().ShouldBe(0);
        (await SummaryAsync(shop, ""))["days"]!.AsArray().Count.ShouldBe(30);
        (await SummaryAsync(shop, "?days=366"))["days"]!.AsArray().Count.ShouldBe(366);
    }

    [Fact]
    public async Task A_summary_day_ends_at_midnight_in_Nepal()
    {
        // The clock begins at 2026-11-21 06:00 UTC; midnight in Nepal is at 18:15.
        await using Shop shop = await Shop.OpenAsync();
        shop.Clock.Advance(new TimeSpan(12, 14, 59));
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        shop.Clock.Advance(TimeSpan.FromSeconds(1));
        await shop.VerifyAsync(order, token);

        JsonNode days = (await SummaryAsync(shop, "?days=2"))["days"]!;

        ((string)days[0]!["day"]!, (int)days[0]!["orders"]!, (int)days[0]!["paidCount"]!).ShouldBe(("2026-11-21", 1, 0));
        ((string)days[1]!["day"]!, (int)days[1]!["orders"]!, (int)days[1]!["paidCount"]!).ShouldBe(("2026-11-22", 0, 1));
    }

    [Fact]
    public async Task A_refund_counts_on_its_own_day_and_the_sums_agree()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode paid = (await shop.GivenPaidAsync()).Order;
        await shop.GivenPaidAsync();
        shop.Clock.Advance(TimeSpan.FromDays(1));
        await GivenRefundAsync(shop, paid, 10_000, "completed", new DateOnly(2026, 11, 22));

        JsonNode summary = await SummaryAsync(shop, "?days=2");

        JsonNode[] days = [.. summary["days"]!.AsArray().Select(day => day!)];
        ((long)days[0]["net"]!, (long)days[1]["net"]!).ShouldBe((2 * 17945, -10_000));
        foreach (string sum in (string[])["orders", "paidCount", "paid", "refundedCount", "refunded", "fees", "net"])
        {
            days.Sum(day => (long)day[sum]!).ShouldBe((long)summary["totals"]![sum]!, sum);
        }

        JsonNode totals = summary["totals"]!;
        ((long)totals["paid"]! - (long)totals["refunded"]! - (long)totals["fees"]!).ShouldBe((long)totals["net"]!);
    }

    [Fact]
    public async Task The_summary_counts_unknown_payments_and_attention_by_reason()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode nothing = await SummaryAsync(shop, "");
        nothing["open"]!.ToJsonString().ShouldBe("""{"unknown":0,"oldestAgeSeconds":null,"oldestSince":null}""");
        JsonNode paid = (await shop.GivenPaidAsync()).Order;
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after");
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        shop.Clock.Advance(TimeSpan.FromSeconds(90));
        await GivenRefundAsync(shop, paid, 1000, "unknown", null);
        await shop.GivenAttentionAsync(order, AttentionReason.Stuck, AttentionReason.PaidLate);
        await shop.GivenAttentionAsync(paid, AttentionReason.PaidLate);

        JsonNode summary = await SummaryAsync(shop, "");

        summary["open"]!.ToJsonString().ShouldBe("""{"unknown":2,"oldestAgeSeconds":90,"oldestSince":"2026-11-21T06:00:00.000Z"}""");
        ((int)summary["attention"]!["stuck"]!, (int)summary["attention"]!["paid_late"]!, (int)summary["attentionOrders"]!)
            .ShouldBe((1, 2, 2));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("367")]
    [InlineData("-1")]
    [InlineData("ten")]
    [InlineData("1.5")]
    public async Task An_invalid_number_of_days_is_refused(string days)
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.AsMerchantAsync("/api/v1/admin/summary?days=" + days)).ShouldBeProblem(400, "validation_failed")["errors"]!["days"]
            .ShouldNotBeNull();
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task The_summary_is_read_from_an_index()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenPaidAsync();

        string[] questions = await shop.QuestionsOfAsync(_ => SummaryAsync(shop, "?days=366"));

        questions.Length.ShouldBe(10);
        string[] expected =
        [
            "INDEX IX_Payments_Unsettled",
            "SEARCH o USING COVERING INDEX IX_Orders_PlacedOn (PlacedOn=?)",
            "SEARCH p USING COVERING INDEX IX_Payments_CompletedOn_AmountPaid_Fee (CompletedOn=?)",
            "SEARCH r USING COVERING INDEX IX_Refunds_CompletedOn_Amount (CompletedOn=?)",
            "INDEX IX_Payments_Open",
            "INDEX IX_Refunds_OneOpenPerPayment",
            "INDEX IX_AttentionReasons_Reason_OrderId",
            "COVERING INDEX IX_Orders_Attention_Id",
            "INDEX IX_UnmatchedTransactions_FoundAt_TransactionId",
            "INDEX sqlite_autoindex_DayCloses_1",
        ];
        foreach ((string question, string index) in questions.Zip(expected))
        {
            string plan =
                string.Join('\n', await shop.InDatabaseAsync(db => WorkerPlanTests.PlanAsync(db.Database.GetDbConnection(), question)));
            plan.ShouldContain(index, customMessage: $"{question}\n{plan}");
            plan.ShouldNotContain("TEMP B-TREE", customMessage: $"{question}\n{plan}");
        }
    }

    [Fact]
    public async Task Only_finished_days_of_the_summary_are_cached()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenOrderOfAsync();
        for (int day = 0; day < 4; day++)
        {
            ((int)(await SummaryAsync(shop, "?days=5"))["totals"]!["orders"]!).ShouldBe(1);
            shop.Clock.Advance(TimeSpan.FromDays(1));
        }

        // Nothing but a hand in the database changes a day that is over: it shows which days were looked at.
        await shop.SqlAsync($"""UPDATE "Orders" SET "PlacedOn" = {new DateOnly(2026, 11, 22)}""");
        (await OrdersByDayAsync(shop)).ShouldBe([1, 0, 0, 0, 0]);
        await shop.SqlAsync($"""UPDATE "Orders" SET "PlacedOn" = {new DateOnly(2026, 11, 24)}""");
        (await OrdersByDayAsync(shop)).ShouldBe([1, 0, 0, 1, 0]);

        static async Task<int[]> OrdersByDayAsync(Shop shop) =>
            [.. (await SummaryAsync(shop, "?days=5"))["days"]!.AsArray().Select(day => (int)day!["orders"]!)];
    }

    [Theory]
    [InlineData("needs_review")]
    [InlineData("failed")]
    [InlineData("cancelled")]
    [InlineData("verifying")]
    public async Task A_payment_completed_late_changes_the_summary_of_its_own_day(string status)
    {
        await using Shop shop = await Shop.OpenAsync();
        string payment = (string)(await shop.GivenPaidAsync()).Order.Payment()["id"]!;
        await shop.SqlAsync($"""UPDATE "Payments" SET "Status" = {status}, "Fee" = NULL WHERE "Id" = {payment}""");
        shop.Clock.Advance(TimeSpan.FromDays(10));
        ((long)(await SummaryAsync(shop, ""))["totals"]!["fees"]!).ShouldBe(0);

        await shop.SqlAsync($"""UPDATE "Payments" SET "Status" = 'completed', "Fee" = 555 WHERE "Id" = {payment}""");
        ((long)(await SummaryAsync(shop, ""))["totals"]!["fees"]!).ShouldBe(555);

        // Settled: from here on the day is kept.
        shop.Clock.Advance(TimeSpan.FromDays(1));
        ((long)(await SummaryAsync(shop, ""))["totals"]!["fees"]!).ShouldBe(555);
    }

    [Fact]
    public async Task Cached_sums_always_equal_the_sums_of_the_tables()
    {
        await using Shop shop = await Shop.OpenAsync();
        Random random = new(1);
        List<JsonNode> paid = [];
        for (int step = 0; step < 25; step++)
        {
            shop.Clock.Advance(TimeSpan.FromHours(random.Next(30)));
            if (paid.Count == 0 || random.Next(3) > 0)
            {
                paid.Add((await shop.GivenPaidAsync()).Order);
            }
            else
            {
                // Refunded days later, which is another day's business.
                JsonNode old = paid[random.Next(paid.Count)];
                paid.Remove(old);
                (await shop.AsMerchantAsync(
                    HttpMethod.Post, $"/api/v1/admin/orders/{old.Id()}/refunds",
                    new { amount = random.Next(10, 185) * 100 })).Status.ShouldBe(201);
            }

            string kept = (await SummaryAsync(shop, "?days=60"))["days"]!.ToJsonString();
            kept.ShouldBe(await AddedUpAnewAsync(shop, 60), $"step {step}");
        }

        static Task<string> AddedUpAnewAsync(Shop shop, int days) => shop.InDatabaseAsync(async db => JsonSerializer.Serialize(
            await new DaySums().OfAsync(db, NepalTime.DayOf(shop.Clock.GetUtcNow()), days, TestContext.Current.CancellationToken),
            shop.Services.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value.SerializerOptions));
    }

    private static async Task<JsonNode> SummaryAsync(Shop shop, string query)
    {
        Answer answer = await shop.AsMerchantAsync("/api/v1/admin/summary" + query);
        answer.Status.ShouldBe(200, answer.Text);
        return answer.Json;
    }

    private static Task<int> GivenRefundAsync(Shop shop, JsonNode paid, long amount, string status, DateOnly? completedOn) =>
        shop.SqlAsync($"""
        INSERT INTO "Refunds" ("Id", "OrderId", "PaymentId", "Status", "Origin", "Method", "PersonWasCalled", "TakenOffOrder", "Amount",
            "RefundedBefore", "CreatedAt", "CompletedAt", "CompletedOn", "Checks", "Denials", "LastAskUnanswered", "Version")
        VALUES ('ref_1', {paid.Id()}, {(string)paid.Payment()["id"]!}, {status}, 'merchant', 'widget', false, 0, {amount}, 0,
            {shop.Clock.GetUtcNow().UtcDateTime}, NULL, {completedOn}, 0, 0, false, 0)
        """);
}
