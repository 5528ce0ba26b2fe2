using System.Data.Common;
using Khalti.Sandbox;
using KhaltiCheckout.Tests.Support;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace KhaltiCheckout.CrashTests;

/// <summary>A database, a sandbox, and one process of the shop on them after the other.</summary>
internal sealed class Scene : IAsyncDisposable
{
    // Longer than a story takes on a slow machine.
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(3);

    private readonly string _folder;
    private readonly TestDatabase _database;
    private ShopProcess? _shop;
    private int _armed;
    private int _crashAt;

    private Scene(string folder, TestDatabase database, SandboxHost sandbox)
    {
        _folder = folder;
        _database = database;
        Sandbox = new SandboxDriver(sandbox);
    }

    internal SandboxDriver Sandbox { get; }

    /// <summary>Since it was armed.</summary>
    internal bool HasCrashed { get; private set; }

    private string OrderFile => Path.Combine(_folder, "order");

    private string LogFile => Path.Combine(_folder, $"moments-{_armed}");

    internal static async Task<Scene> SetAsync()
    {
        string folder = Directory.CreateTempSubdirectory("checkout-crash-").FullName;
        SandboxHost sandbox = await SandboxHost.StartAsync(
            new SandboxOptions { Url = "http://127.0.0.1:0", ConnectionString = $"Data Source={folder}/sandbox.db" },
            TimeProvider.System, loggers: null, TestContext.Current.CancellationToken);
        return new Scene(folder, TestDatabase.WithTablesIn(folder), sandbox);
    }

    /// <summary>From now on moments count; at this one of them the process is killed, at 0 never.</summary>
    internal async Task ArmAsync(int crashAt)
    {
        _armed++;
        _crashAt = crashAt;
        HasCrashed = false;
        await File.WriteAllTextAsync(LogFile, "");
        await File.WriteAllTextAsync(OrderFile + ".new", $"{crashAt}\n{LogFile}");
        File.Move(OrderFile + ".new", OrderFile, overwrite: true);
    }

    internal void Disarm() => File.Delete(OrderFile);

    /// <summary>Since it was armed.</summary>
    internal string[] Moments() => File.ReadAllLines(LogFile);

    /// <summary>What a process does once after its start is done: for two rounds of its worker nothing happened.</summary>
    internal async Task UntilQuietAsync()
    {
        await ArmAsync(0);
        await ShopAsync();
        using PeriodicTimer round = new(TimeSpan.FromSeconds(1.2));
        int seen;
        do
        {
            seen = Moments().Length;
            await round.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
        while (Moments().Length > seen);
        Disarm();
    }

    internal async Task KillAsync()
    {
        if (_shop is { } shop)
        {
            _shop = null;
            await shop.DisposeAsync();
        }
    }

    /// <summary>The process that runs: when the last one was killed at its moment, another, which is not killed.</summary>
    internal async Task<HttpClient> ShopAsync()
    {
        while (true)
        {
            _shop ??= await ShopProcess.StartAsync(
                _database, Sandbox.Address,
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["DOTNET_STARTUP_HOOKS"] = Repository.Program("KhaltiCheckout.CrashHook"),
                    ["CRASH_ORDER"] = OrderFile,
                },
                "--Khalti:TimeoutSeconds=2", "--Reconciliation:Interval=00:00:00.5");
            if (_shop is { IsDead: false })
            {
                return _shop.Http;
            }

            string last = _shop?.Output ?? "It did not start.";
            await KillAsync();
            NoteTheCrash(last);
        }
    }

    /// <summary>The next check of a payment is due: what it waits for is over.</summary>
    internal Task MakeDueAsync(string orderId) => RunAsync(
        """UPDATE "Payments" SET "NextCheckAt" = "CreatedAt" WHERE "NextCheckAt" IS NOT NULL AND "OrderId" = @order""", ("order", orderId));

    /// <summary>Whether the worker has nothing to do here before long.</summary>
    internal async Task<bool> IsDoneAsync() => Convert.ToInt64(
        await RunAsync(
            """
            SELECT (SELECT count(*) FROM "Payments" WHERE "NextCheckAt" < @soon OR "LeasedUntil" IS NOT NULL)
                 + (SELECT count(*) FROM "Refunds" WHERE "NextCheckAt" < @soon OR "LeasedUntil" IS NOT NULL)
            """,
            ("soon", (TimeProvider.System.GetUtcNow() + Soon).UtcDateTime)),
        System.Globalization.CultureInfo.InvariantCulture) == 0;

    /// <summary>What there is to know when it did not end well: Khalti's calls, and what the last process wrote.</summary>
    internal async Task<string> TellAsync() => $"""
        moments: {string.Join('\n', _armed == 0 ? [] : Moments())}
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

    private void NoteTheCrash(string last)
    {
        bool isAsTold = File.Exists(OrderFile) && _crashAt > 0 && Moments().Length == _crashAt;
        if (!isAsTold)
        {
            throw new InvalidOperationException("The process died by itself.\n" + last);
        }

        Disarm();
        HasCrashed = true;
    }

    private async Task<object?> RunAsync(string sql, (string Name, object Value) parameter)
    {
        string database = _database.ConnectionString + ";Pooling=False";
        await using DbConnection connection = TestDatabase.IsPostgreSql ? new NpgsqlConnection(database) : new SqliteConnection(database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using DbCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Written above.
        command.CommandText = sql;
#pragma warning restore CA2100
        DbParameter value = command.CreateParameter();
        (value.ParameterName, value.Value) = parameter;
        command.Parameters.Add(value);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
