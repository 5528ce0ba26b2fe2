using System.Data.Common;
using System.Reflection;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Polling;

/// <summary>The worker looks every second: what it asks the database must not grow with the orders that are done.</summary>
[Trait("Database", "Sqlite")]
public sealed class WorkerPlanTests
{
    /// <summary>Every statement that the worker has.</summary>
    internal static string[] Statements =>
    [
        .. typeof(DueWorkQueries).GetFields(BindingFlags.NonPublic | BindingFlags.Static).Where(constant => constant.IsLiteral)
            .Select(constant => ((string)constant.GetRawConstantValue()!).Trim())
            .Where(text => Array.Exists(["SELECT ", "UPDATE ", "DELETE "], verb => text.StartsWith(verb, StringComparison.Ordinal))),
    ];

    [Fact]
    public async Task An_idle_round_runs_only_the_known_queries()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenPaidAsync();
        int before = shop.Log.Lines.Count();

        await shop.PassAsync();

        shop.Log.Lines.Skip(before).ShouldNotContain(
            line => line.Contains("Executed DbCommand", StringComparison.Ordinal), "EF Core would be in memory for this alone");
    }

    [Fact]
    public async Task No_query_of_a_round_scans_a_table()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] questions = Statements;
        questions.Length.ShouldBeGreaterThan(10);
        foreach (string question in questions)
        {
            List<string> plan = await shop.InDatabaseAsync(db => PlanAsync(db.Database.GetDbConnection(), question));
            plan.Where(step => step.StartsWith("SCAN", StringComparison.Ordinal) && !step.Contains("INDEX", StringComparison.Ordinal)
                && !step.Contains("CONSTANT", StringComparison.Ordinal))
                .ShouldBeEmpty($"{question}\n{string.Join('\n', plan)}");

            // A whole index is as long as its table, unless it holds only the few that are open.
            plan.Where(step => step.StartsWith("SCAN", StringComparison.Ordinal) && step.Contains("INDEX", StringComparison.Ordinal)
                    && !Small.Any(index => step.Contains(index, StringComparison.Ordinal)))
                .ShouldBeEmpty($"{question}\n{string.Join('\n', plan)}");
        }
    }

    private static readonly string[] Small =
        ["IX_Payments_NextCheckAt", "IX_Refunds_NextCheckAt", "IX_Payments_OneLinkBeingMadePerOrder", "IX_Orders_Status_ExpiresAt",
            "IX_Refunds_OneOpenPerPayment", "IX_Orders_Id_Unnumbered"];

    internal static async Task<List<string>> PlanAsync(DbConnection connection, string question)
    {
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using DbCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // What the shop itself has just asked.
        command.CommandText = "EXPLAIN QUERY PLAN " + question;
#pragma warning restore CA2100
        foreach (string name in System.Text.RegularExpressions.Regex.Matches(
            question, "@[A-Za-z0-9_]+", System.Text.RegularExpressions.RegexOptions.None,
            TimeSpan.FromSeconds(1)).Select(match => match.Value).Distinct())
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = "1";
            command.Parameters.Add(parameter);
        }

        List<string> plan = [];
        await using DbDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            plan.Add(reader.GetString(3));
        }

        return plan;
    }
}
