using System.Text.Json.Nodes;
using KhaltiCheckout.Data;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Admin;

public sealed class SummaryTests
{
    [Fact]
    public async Task Every_day_is_there_oldest_first_also_those_without_anything()
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
    public async Task A_day_ends_at_midnight_in_Nepal()
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
    public async Task What_went_back_counts_on_its_own_day_and_all_adds_up()
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
    public async Task What_is_not_known_is_counted_with_the_age_of_the_oldest_and_attention_by_its_reason()
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
        await shop.SqlAsync($"""UPDATE "Orders" SET "Attention" = 'stuck' WHERE "Id" = {order.Id()}""");

        JsonNode summary = await SummaryAsync(shop, "");

        summary["open"]!.ToJsonString().ShouldBe("""{"unknown":2,"oldestAgeSeconds":90,"oldestSince":"2026-11-21T06:00:00.000Z"}""");
        summary["attention"]!.ToJsonString().ShouldBe("""{"stuck":1}""");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("367")]
    [InlineData("-1")]
    [InlineData("ten")]
    [InlineData("1.5")]
    public async Task So_many_days_are_refused(string days)
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.AsMerchantAsync("/api/v1/admin/summary?days=" + days)).ShouldBeProblem(400, "validation_failed")["errors"]!["days"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("SELECT PlacedOn, COUNT(*) FROM Orders WHERE PlacedOn >= '2026-11-01' GROUP BY PlacedOn", "IX_Orders_PlacedOn")]
    [InlineData("SELECT CompletedOn, COUNT(*), SUM(AmountPaid), SUM(Fee) FROM Payments WHERE CompletedOn >= '2026-11-01' GROUP BY CompletedOn", "COVERING INDEX IX_Payments_CompletedOn_AmountPaid_Fee")]
    [InlineData("SELECT CompletedOn, COUNT(*), SUM(Amount) FROM Refunds WHERE CompletedOn >= '2026-11-01' GROUP BY CompletedOn", "COVERING INDEX IX_Refunds_CompletedOn_Amount")]
    [InlineData("SELECT CreatedAt FROM Payments WHERE Status IN ('verifying', 'needs_review') ORDER BY CreatedAt", "IX_Payments_Open")]
    [InlineData("SELECT CreatedAt FROM Refunds WHERE Status IN ('requested', 'unknown')", "IX_Refunds_OneOpenPerPayment")]
    [InlineData("SELECT Attention, COUNT(*) FROM Orders WHERE Attention IS NOT NULL GROUP BY Attention", "IX_Orders_Attention_Id")]
    [Trait("Database", "Sqlite")]
    public async Task The_sums_read_an_index_and_not_the_table(string question, string index)
    {
        await using Shop shop = await Shop.OpenAsync();

        string plan = await shop.InDatabaseAsync(db => PlanAsync(db, question));

        plan.ShouldContain(index);
        plan.ShouldNotContain("TEMP B-TREE");
    }

    private static async Task<string> PlanAsync(CheckoutDb db, string question)
    {
        await db.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using System.Data.Common.DbCommand command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // Fixed texts of this file.
        command.CommandText = "EXPLAIN QUERY PLAN " + question;
#pragma warning restore CA2100
        List<string> lines = [];
        await using System.Data.Common.DbDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            lines.Add(reader.GetString(3));
        }

        return string.Join('\n', lines);
    }

    private static async Task<JsonNode> SummaryAsync(Shop shop, string query)
    {
        Answer answer = await shop.AsMerchantAsync("/api/v1/admin/summary" + query);
        answer.Status.ShouldBe(200, answer.Text);
        return answer.Json;
    }

    private static Task<int> GivenRefundAsync(Shop shop, JsonNode paid, long amount, string status, DateOnly? completedOn) => shop.SqlAsync($"""
        INSERT INTO "Refunds" ("Id", "OrderId", "PaymentId", "Status", "Origin", "Method", "PersonWasCalled", "TakenOffOrder", "Amount", "RefundedBefore", "CreatedAt", "CompletedAt", "CompletedOn", "Checks", "Denials", "LastAskUnanswered", "Version")
        VALUES ('ref_1', {paid.Id()}, {(string)paid.Payment()["id"]!}, {status}, 'merchant', 'widget', false, 0, {amount}, 0, {shop.Clock.GetUtcNow().UtcDateTime}, NULL, {completedOn}, 0, 0, false, 0)
        """);
}
