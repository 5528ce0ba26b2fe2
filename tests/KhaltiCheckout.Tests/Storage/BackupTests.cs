using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Khalti.Sandbox;
using KhaltiCheckout.Tests.Support;
using Npgsql;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>A backup that was not restored is none: each of these is restored, in a shop that was killed.</summary>
public sealed class BackupTests : IAsyncLifetime
{
    private const string CountReceipts = """
        SELECT COUNT(*), COALESCE(MAX("ReceiptCount"), 0), COUNT(DISTINCT "ReceiptCount") FROM "Orders"
        WHERE "ReceiptYear" IS NOT NULL
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("checkout-backup-").FullName;
    private SandboxDriver? _sandbox;

    public async ValueTask InitializeAsync() => _sandbox = new SandboxDriver(await SandboxHost.StartAsync(
        new SandboxOptions { Url = "http://127.0.0.1:0", ConnectionString = $"Data Source={_folder}/sandbox.db" },
        TimeProvider.System, loggers: null, TestContext.Current.CancellationToken));

    public async ValueTask DisposeAsync()
    {
        await _sandbox!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task A_backup_of_a_running_shop_has_every_answered_write()
    {
        string copy = Path.Combine(_folder, "copies", "checkout.db");
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        using TestDatabase database = TestDatabase.In(_folder);

        (AnsweredOrder[] before, int whenDone) = await KilledAfterAsync(database, async () =>
        {
            (int exitCode, string[] output, string[] errors) =
                await ShopProgram.RunCommandAsync("Production", ["backup", copy, .. database.Arguments]);
            exitCode.ShouldBe(0, string.Join('\n', errors));
            output.ShouldHaveSingleItem().ShouldStartWith($"{copy} has all that was answered before ");
        });

        whenDone.ShouldBeGreaterThan(before.Length, "the shop stood still");
        Directory.GetFiles(Path.GetDirectoryName(copy)!).ShouldBe([copy], "one file, and nothing beside it");

        // What a merchant does: the old file with what belongs to it away, the copy in its place, and start.
        foreach (string old in Directory.GetFiles(_folder, "checkout.db*"))
        {
            File.Delete(old);
        }

        File.Move(copy, Path.Combine(_folder, "checkout.db"));
        await ExpectRestoredAsync(database, before);
    }

    [OnPostgreSql]
    [Trait("Database", "PostgreSql")]
    public async Task A_pg_dump_of_a_running_shop_has_every_answered_write()
    {
        string dump = Path.Combine(_folder, "checkout.dump");
        using TestDatabase database = TestDatabase.OnServer();
        using TestDatabase restored = TestDatabase.OnServer(empty: true);

        (AnsweredOrder[] before, _) = await KilledAfterAsync(
            database, () => RunAsync("pg_dump", database, "--format=custom", "--file=" + dump));
        await RunAsync("pg_restore", restored, "--exit-on-error", "--single-transaction", "--no-owner", dump);

        await ExpectRestoredAsync(restored, before);
    }

    /// <summary>Shoppers shop, a backup is made, shoppers go on, and the machine goes down. Returns what was answered before
    /// the backup began, and how much when it was done.</summary>
    private async Task<(AnsweredOrder[] Before, int WhenDone)> KilledAfterAsync(TestDatabase database, Func<Task> backUp)
    {
        await using ShopProcess shop = await StartAsync(database);
        await using Rush rush = new(shop.Http, _sandbox!);
        await rush.MoreAsync(60);
        AnsweredOrder[] before = rush.Answered;

        await backUp();

        int whenDone = rush.Answered.Length;
        await rush.MoreAsync(whenDone - before.Length + 1);
        await rush.EndAsync();
        await shop.KillAsync();
        return (before, whenDone);
    }

    private async Task ExpectRestoredAsync(TestDatabase database, AnsweredOrder[] before)
    {
        before.Count(answered => answered.IsPaid).ShouldBeGreaterThan(10);
        await ExpectReceiptsWithoutGapAsync(database, atLeast: before.Count(answered => answered.IsPaid));
        await using (ShopProcess shop = await StartAsync(database))
        {
            foreach (AnsweredOrder answered in before)
            {
                JsonNode order = (await shop.Http.GetFromJsonAsync<JsonNode>(
                    $"/api/v1/orders/{answered.OrderId}", TestContext.Current.CancellationToken))!;
                ((long)order["amount"]!).ShouldBe(answered.Amount);
                (!answered.IsPaid || order.Status() == "paid").ShouldBeTrue(order.ToJsonString());
            }

            // And it sells on.
            await using Rush rush = new(shop.Http, _sandbox!);
            await rush.MoreAsync(20);
            await rush.EndAsync();
            await shop.KillAsync();
        }

        await ExpectReceiptsWithoutGapAsync(database, atLeast: before.Count(answered => answered.IsPaid) + 5);
    }

    private static async Task ExpectReceiptsWithoutGapAsync(TestDatabase database, long atLeast)
    {
        await using System.Data.Common.DbConnection connection = TestDatabase.IsPostgreSql
            ? new NpgsqlConnection(database.ConnectionString)
            : new Microsoft.Data.Sqlite.SqliteConnection(database.ConnectionString + ";Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using System.Data.Common.DbCommand command = connection.CreateCommand();
        command.CommandText = CountReceipts;
        await using System.Data.Common.DbDataReader row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        (await row.ReadAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        (long receipts, long last, long different) = (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
        (last, different).ShouldBe((receipts, receipts));
        receipts.ShouldBeGreaterThanOrEqualTo(atLeast);
    }

    private async Task<ShopProcess> StartAsync(TestDatabase database)
    {
        ShopProcess? shop = await ShopProcess.StartAsync(
            database, _sandbox!.Address, new Dictionary<string, string>(StringComparer.Ordinal), "--Khalti:TimeoutSeconds=30");
        return shop.ShouldNotBeNull();
    }

    private static async Task RunAsync(string program, TestDatabase database, params string[] arguments)
    {
        NpgsqlConnectionStringBuilder place = new(database.ConnectionString);
        using Process process = Process.Start(new ProcessStartInfo(
            program,
            [.. arguments, $"--host={place.Host}", $"--port={place.Port}", $"--username={place.Username}", $"--dbname={place.Database}"])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, errors);
    }
}
