using System.Data.Common;
using System.Text.RegularExpressions;
using KhaltiCheckout.Desk;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Polling;
using KhaltiCheckout.Tests.Support;
using Npgsql;

namespace KhaltiCheckout.Tests.PostgreSql;

/// <summary>Frequent queries must not get slower with the number of closed orders. PostgreSQL scans a small table because
/// that is quicker: forbidden to, it shows whether there is an index that answers.</summary>
[Trait("Database", "PostgreSql")]
public sealed partial class PlanTests
{
    [OnPostgreSql]
    public async Task No_query_of_the_worker_scans_a_table()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenPaidAsync();
        await shop.GivenOldOrdersAsync(3000);
        await AnalyzeAsync(shop);
        foreach (string question in WorkerPlanTests.Statements)
        {
            (await PlanAsync(shop, question)).ShouldNotContain("Seq Scan", customMessage: question);
        }
    }

    [OnPostgreSql]
    public async Task The_desks_lists_use_an_index_and_sort_nothing()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenOldOrdersAsync(3000);
        await shop.SqlAsync($"""UPDATE "Orders" SET "Status" = 'paid', "Attention" = 'stuck' WHERE "Amount" % 300 = 0""");
        await shop.PassAsync();
        await AnalyzeAsync(shop);

        foreach ((OrderFilterQuery query, string index) in ((OrderFilterQuery, string)[])
        [
            (new(), "PK_Orders"),
            (new() { Status = "paid" }, "IX_Orders_Status_Id"),
            (new() { Attention = "stuck" }, "IX_AttentionReasons_Reason_OrderId"),
            (new() { From = "2026-11-20" }, "PK_Orders"),
        ])
        {
            string plan = await ListPlanAsync(shop, query);
            plan.ShouldContain(index, customMessage: $"{query}\n{plan}");
            plan.ShouldNotContain("Seq Scan", customMessage: $"{query}\n{plan}");
            plan.ShouldNotContain("Sort", customMessage: $"{query}\n{plan}");
        }

        // Those of all reasons are sorted, as PostgreSQL merges no parts of a column with a collation of its own. They are
        // never more than those that wait for a person.
        string any = await ListPlanAsync(shop, new() { Attention = "any" });
        any.Split("Index Only Scan using \"IX_Orders_Attention_Id\"").Length.ShouldBe(Enum.GetValues<AttentionReason>().Length + 1, any);
        any.ShouldNotContain("Seq Scan");
    }

    [OnPostgreSql]
    public async Task A_search_scans_no_table()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenOldOrdersAsync(3000);
        await shop.GivenOrderOfAsync("Sita Rai", "sita@example.com", "9841234567");

        // The words of old orders are indexed a thousand a pass.
        for (int pass = 0; pass < 3; pass++)
        {
            await shop.PassAsync();
        }

        await AnalyzeAsync(shop);

        foreach (string text in (string[])["sita", "98412", "ord_01k9x4c7", "1500", "2083/84-1", "sita rai"])
        {
            foreach (int maxScanned in (int[])[1, 1000])
            {
                foreach (string question in await shop.QuestionsForAsync(new() { Q = text, Status = "expired" }, maxScanned))
                {
                    string plan = await PlanAsync(shop, question);
                    plan.ShouldNotContain("Seq Scan", customMessage: $"{text}\n{plan}");
                }
            }
        }
    }

    private static Task<int> AnalyzeAsync(Shop shop) => shop.SqlAsync($"ANALYZE");

    // Of the last question, which is the one that finds them.
    private static async Task<string> ListPlanAsync(Shop shop, OrderFilterQuery query) =>
        await PlanAsync(shop, (await shop.QuestionsForAsync(query, maxScanned: 1000))[^1]);

    // As it is planned for any values: those of the question are not known here.
    private static async Task<string> PlanAsync(Shop shop, string question)
    {
        string[] names = [.. Parameter().Matches(question).Select(match => match.Value).Distinct(StringComparer.Ordinal)];
        string numbered = Parameter().Replace(question, match => $"${Array.IndexOf(names, match.Value) + 1}");
        string values = names.Length == 0 ? "" : $"({string.Join(", ", names.Select(_ => "NULL"))})";
        await using NpgsqlConnection connection = new(shop.Database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
#pragma warning disable CA2100 // What the shop itself asks.
        await using NpgsqlCommand command = new(
            "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; PREPARE question AS "
            + $"{numbered}; EXPLAIN EXECUTE question{values}", connection);
#pragma warning restore CA2100
        return await LinesAsync(command);
    }

    private static async Task<string> LinesAsync(DbCommand command)
    {
        List<string> lines = [];
        await using DbDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }

    [GeneratedRegex("@[A-Za-z0-9_]+", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();
}
