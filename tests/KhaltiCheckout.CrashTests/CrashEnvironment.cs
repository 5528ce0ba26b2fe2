using System.Data.Common;
using Khalti.Sandbox;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Tests.Support;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace KhaltiCheckout.CrashTests;

/// <summary>A database, a sandbox, and the shop's process on them, which is restarted after each kill.</summary>
internal sealed class CrashEnvironment : IAsyncDisposable
{
    // Longer than a scenario takes on a slow machine.
    private static readonly TimeSpan NearFuture = TimeSpan.FromMinutes(3);

    private readonly string _folder;
    private readonly TestDatabase _database;
    private readonly CrashScenario _scenario;
    private ShopProcess? _shop;
    private int _runNumber;
    private int _crashIndex;

    private CrashEnvironment(string folder, TestDatabase database, SandboxHost sandbox, CrashScenario scenario)
    {
        _scenario = scenario;
        _folder = folder;
        _database = database;
        Sandbox = new SandboxDriver(sandbox);
    }

    internal SandboxDriver Sandbox { get; }

    /// <summary>Whether the process was killed since the crash point was set.</summary>
    internal bool HasCrashed { get; private set; }

    private static DateOnly Today => NepalTime.DayOf(TimeProvider.System.GetUtcNow());

    private string PlanFile => Path.Combine(_folder, "crash-plan");

    private string LogFile => Path.Combine(_folder, $"points-{_runNumber}");

    internal static async Task<CrashEnvironment> CreateAsync(CrashScenario scenario)
    {
        string folder = Directory.CreateTempSubdirectory("checkout-crash-").FullName;
        SandboxHost sandbox = await SandboxHost.StartAsync(
            new SandboxOptions { Url = "http://127.0.0.1:0", ConnectionString = $"Data Source={folder}/sandbox.db" },
            TimeProvider.System, loggers: null, TestContext.Current.CancellationToken);
        return new CrashEnvironment(folder, TestDatabase.WithTablesIn(folder), sandbox, scenario);
    }

    /// <summary>Starts to record crash points and kills the process at the one with this number; 0 kills at none.</summary>
    internal async Task SetCrashPointAsync(int crashIndex)
    {
        _runNumber++;
        _crashIndex = crashIndex;
        HasCrashed = false;
        await File.WriteAllTextAsync(LogFile, "");
        await File.WriteAllTextAsync(PlanFile + ".new", $"{crashIndex}\n{LogFile}");
        File.Move(PlanFile + ".new", PlanFile, overwrite: true);
    }

    internal void ClearCrashPoint() => File.Delete(PlanFile);

    /// <summary>The crash points passed since <see cref="SetCrashPointAsync"/>.</summary>
    internal string[] RecordedPoints() => File.ReadAllLines(LogFile);

    /// <summary>Waits until the work after a start is done: no crash point for two rounds of the worker.</summary>
    internal async Task WaitUntilIdleAsync()
    {
        await SetCrashPointAsync(0);
        await ShopAsync();
        using PeriodicTimer round = new(TimeSpan.FromSeconds(1.2));
        int counts;
        do
        {
            counts = RecordedPoints().Length;
            await round.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
        while (RecordedPoints().Length > counts);
        ClearCrashPoint();
    }

    internal async Task KillAsync()
    {
        if (_shop is { } shop)
        {
            _shop = null;
            await shop.DisposeAsync();
        }
    }

    /// <summary>A client of the running process; starts another process if the last one was killed at its crash point.</summary>
    internal async Task<HttpClient> ShopAsync()
    {
        while (true)
        {
            _shop ??= await ShopProcess.StartAsync(
                _database, Sandbox.Address,
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["DOTNET_STARTUP_HOOKS"] = Repository.Program("KhaltiCheckout.CrashHook"),
                    ["CRASH_PLAN"] = PlanFile,
                },
                [
                    "--Khalti:TimeoutSeconds=2", "--Reconciliation:Interval=00:00:00.5", "--Store:KeepUnpaidFor=00:00:00",
                    "--Matching:Enabled=false", "--DailyReconciliation:Enabled=false", .. _scenario.Settings,
                ]);
            if (_shop is { IsDead: false })
            {
                return _shop.Http;
            }

            string last = _shop?.Output ?? "It did not start.";
            await KillAsync();
            RecordCrash(last);
            if (_scenario.OnlyWorkerActs)
            {
                await EndLeasesAsync();
            }
        }
    }

    /// <summary>Makes the next check of the order's payments due now.</summary>
    internal Task MakeDueAsync(string orderId) => RunAsync(
        """UPDATE "Payments" SET "NextCheckAt" = "CreatedAt" WHERE "NextCheckAt" IS NOT NULL AND "OrderId" = @order""", ("order", orderId));

    /// <summary>Makes the next page of Khalti's list due now, or only when the run is over.</summary>
    internal Task MakeListDueAsync(bool isDue = true) => RunAsync(
        """UPDATE "WorkCursors" SET "NextAt" = @next""",
        ("next", (TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(isDue ? -1 : 50)).UtcDateTime));

    /// <summary>Makes a transaction that was found in Khalti's list due now.</summary>
    internal Task MakeMatchDueAsync(string transactionId) => RunAsync(
        """
        UPDATE "UnmatchedTransactions" SET "NextCheckAt" = "FoundAt" WHERE "NextCheckAt" > "FoundAt" AND "TransactionId" = @transaction
        """,
        ("transaction", transactionId));

    /// <summary>Makes yesterday due, as a day of these two orders alone, each of them booked with another fee than Khalti's.</summary>
    internal Task MakeDayDueAsync(string orderId, string otherId) => RunAsync(
        """
        UPDATE "Payments" SET "CompletedOn" = @today WHERE "CompletedOn" = @day;
        UPDATE "Payments" SET "CompletedOn" = @day, "Fee" = "Fee" + 1 WHERE "OrderId" IN (@order, @other);
        UPDATE "Orders" SET "PlacedOn" = @day;
        DELETE FROM "DayCloses"
        """,
        ("today", Today), ("day", Today.AddDays(-1)), ("order", orderId), ("other", otherId));

    internal async Task<bool> IsDayComparedAsync() => await CountAsync(
        """SELECT count(*) FROM "DayCloses" WHERE "NightRunAt" IS NOT NULL AND "LeasedUntil" IS NULL""") == 1;

    /// <summary>How many differences of an order were made reasons.</summary>
    internal Task<long> CountDifferencesAsync(string orderId) =>
        CountAsync("""SELECT count(*) FROM "BookDifferences" WHERE "OrderId" = @order""", ("order", orderId));

    /// <summary>Whether the worker has no check that is due soon and holds no lease.</summary>
    internal async Task<bool> HasNoPendingWorkAsync() => await CountAsync(
        """
        SELECT (SELECT count(*) FROM "Payments" WHERE "NextCheckAt" < @soon OR "LeasedUntil" IS NOT NULL)
             + (SELECT count(*) FROM "Refunds" WHERE "NextCheckAt" < @soon OR "LeasedUntil" IS NOT NULL)
             + (SELECT count(*) FROM "UnmatchedTransactions" WHERE "NextCheckAt" < @soon OR "LeasedUntil" IS NOT NULL)
        """,
        ("soon", (TimeProvider.System.GetUtcNow() + NearFuture).UtcDateTime)) == 0;

    /// <summary>Diagnostics of a failed run: crash points, Khalti's calls, and the output of the last process.</summary>
    internal async Task<string> DescribeAsync() => $"""
        crash points: {string.Join('\n', _runNumber == 0 ? [] : RecordedPoints())}
        calls: {string.Join('\n', (await Sandbox.ListAsync("/_sandbox/requests")).Select(call => call.ToJsonString()))}
        {_shop?.Output}
        """;

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await Sandbox.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void RecordCrash(string last)
    {
        bool isScheduled = File.Exists(PlanFile) && _crashIndex > 0 && RecordedPoints().Length == _crashIndex;
        if (!isScheduled)
        {
            throw new InvalidOperationException("The process died by itself.\n" + last);
        }

        ClearCrashPoint();
        HasCrashed = true;
    }

    // As if the time of the killed process's leases had passed.
    private async Task EndLeasesAsync() => await RunAsync(
        """
        UPDATE "WorkCursors" SET "LeasedUntil" = NULL;
        UPDATE "UnmatchedTransactions" SET "LeasedUntil" = NULL;
        UPDATE "DayCloses" SET "LeasedUntil" = NULL
        """);

    private async Task<long> CountAsync(string sql, params (string Name, object Value)[] parameters) =>
        Convert.ToInt64(await RunAsync(sql, parameters), System.Globalization.CultureInfo.InvariantCulture);

    private async Task<object?> RunAsync(string sql, params (string Name, object Value)[] parameters)
    {
        string database = _database.ConnectionString + ";Pooling=False";
        await using DbConnection connection = TestDatabase.IsPostgreSql ? new NpgsqlConnection(database) : new SqliteConnection(database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using DbCommand command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The SQL texts are constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach ((string name, object given) in parameters)
        {
            DbParameter value = command.CreateParameter();
            (value.ParameterName, value.Value) = (name, given);
            command.Parameters.Add(value);
        }

        object? result = await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        return result;
    }
}
