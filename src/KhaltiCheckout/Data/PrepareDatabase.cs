using System.Data.Common;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Options;
using Npgsql;
using SQLitePCL;

namespace KhaltiCheckout.Data;

/// <summary>Before the first request: the database is there, writable, and has the tables of this version.</summary>
internal sealed partial class PrepareDatabase(
    IServiceScopeFactory scopes, IOptions<DatabaseOptions> options, ILogger<PrepareDatabase> logger) : IHostedService
{
    private const string SelectMigrations = """SELECT "MigrationId" FROM "__EFMigrationsHistory" """;
    private const string ChangeNothing = """UPDATE "Products" SET "Position" = "Position" WHERE FALSE""";

    // Ten minutes: longer than it takes to write a large shop's tables anew.
    private const int MostWaits = 12_000;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            if (options.Value.IsPostgreSql)
            {
                CheckoutDb db = scope.ServiceProvider.GetRequiredService<CheckoutDb>();
                Log.PostgreSqlReady(logger, await PostgreSqlSettings.PrepareAsync((PostgreSqlCheckoutDb)db, cancellationToken));
                return;
            }

            CheckoutStore store = scope.ServiceProvider.GetRequiredService<CheckoutStore>();
            if (!await IsCurrentAsync(store, cancellationToken))
            {
                await MigrateAsync(scope.ServiceProvider.GetRequiredService<CheckoutDb>(), cancellationToken);
            }

            // A read-only file is current, too: ask for the write lock.
            await store.WriteAsync(sql => sql.ExecuteAsync(ChangeNothing), cancellationToken);
            Log.Ready(logger, raw.sqlite3_libversion().utf8_to_string());
        }
        catch (Exception failure) when (failure is DbException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new OptionsValidationException(
                DatabaseOptions.Section, typeof(DatabaseOptions), [$"Database:ConnectionString can't be used {WhyNot(failure)}."]);
        }
    }

    // Never the connection string itself, nor what can't be read of it: there is a password in it.
    private string WhyNot(Exception failure) =>
        !options.Value.IsPostgreSql
            ? $"({failure.Message.TrimEnd('.')}): name a file in a folder that this program may write to"
            : failure is DbException
                ? $"({(failure as PostgresException)?.MessageText ?? failure.Message.TrimEnd('.')}): name a PostgreSQL database that is there, and a user who may make tables in it"
                : "as it can't be read: write it as Host=...;Database=...;Username=...;Password=...";

    // EF Core takes a third of a second to wake and 20 MB to stay: whoever finds the tables as they should be does without it.
    private static async Task<bool> IsCurrentAsync(CheckoutStore store, CancellationToken cancellationToken)
    {
        try
        {
            List<string> made = await store.ReadAsync(sql => sql.ListAsync(SelectMigrations, static row => row.Text(0)), cancellationToken);
            return Migrations().All(made.Contains);
        }
        catch (DbException)
        {
            return false; // no tables yet, or none to be had: making them tells which
        }
    }

    private static IEnumerable<string> Migrations() => typeof(CheckoutDb).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Migration)) && type.GetCustomAttribute<DbContextAttribute>()?.ContextType == typeof(CheckoutDb))
        .Select(type => type.GetCustomAttribute<MigrationAttribute>()!.Id);

    // EF Core keeps processes apart with a row in a table, and a process killed in the middle leaves it there: every later
    // start would wait for ever. The operating system's lock on a file goes with the process; whoever holds it may clear the row.
    private static async Task MigrateAsync(CheckoutDb db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        SqliteSettings.UseWriteAheadLog(db.Database.GetDbConnection());
        await using FileStream? onlyOne = await LockAsync(db.Database.GetDbConnection().DataSource, cancellationToken);
        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\";", cancellationToken);
            await db.Database.MigrateAsync(cancellationToken);
        }
    }

    private static async Task<FileStream?> LockAsync(string database, CancellationToken cancellationToken)
    {
        if (database.Length == 0 || database == ":memory:")
        {
            return null;
        }

        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        for (int wait = 0; ; wait++)
        {
            try
            {
                return new FileStream(database + ".migrating", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (wait < MostWaits)
            {
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Database ready, SQLite {Version}")]
        internal static partial void Ready(ILogger logger, string version);

        [LoggerMessage(Level = LogLevel.Information, Message = "Database ready, PostgreSQL {Version}")]
        internal static partial void PostgreSqlReady(ILogger logger, string version);
    }
}
