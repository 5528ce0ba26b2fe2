using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;

namespace KhaltiCheckout.Storage;

/// <summary>How the shop talks to PostgreSQL, with the reason, and how it makes the tables.</summary>
internal static class PostgreSqlSettings
{
    // Any number, but the same in every process of the shop.
    private const long MigrationLock = 0x4B68_616C_7469;

    // The indexes of a large shop take minutes to make, and a second process waits as long.
    private const int MigrationSeconds = 3600;

    /// <summary>One pool for the process. What the connection string says, stands; what it leaves out is said here.</summary>
    internal static NpgsqlDataSource Pool(string connectionString)
    {
        NpgsqlConnectionStringBuilder builder = new()
        {
            ApplicationName = "khalti-checkout",

            // PostgreSQL serves 100 connections if not told otherwise: room for two processes and for people.
            MaxPoolSize = 40,

            // Seconds to wait for a connection, of the pool or of the server: then 503, while the caller still listens.
            Timeout = 5,

            // Seconds for one statement.
            CommandTimeout = 15,

            // Each statement is planned once a connection, not once a request.
            MaxAutoPrepare = 100,

            // A machine that loses its power in the middle of a write leaves rows locked until the server gives it up.
            Options = "-c idle_in_transaction_session_timeout=10000",
        };
        DbConnectionStringBuilder given = new() { ConnectionString = connectionString };
        foreach (string key in given.Keys.Cast<string>())
        {
            builder[key] = given[key];
        }

        return NpgsqlDataSource.Create(builder);
    }

    internal static void Apply(NpgsqlDbContextOptionsBuilder options) => options
        .UseQuerySplittingBehavior(QuerySplittingBehavior.SplitQuery)
        .ExecutionStrategy(dependencies => new AskAgain(dependencies));

    /// <summary>Makes the tables, one process at a time. Returns the server's version.</summary>
    internal static async Task<string> PrepareAsync(PostgreSqlCheckoutDb db, CancellationToken cancellationToken)
    {
        db.Database.SetCommandTimeout(MigrationSeconds);
        await db.Database.OpenConnectionAsync(cancellationToken);

        // The connection's own, so it goes with the process that dies in the middle.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({MigrationLock})", cancellationToken);
        await SchemaVersion.CheckAsync(db, cancellationToken);
        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            await MigrationFailedException.OfAsync(() => db.Database.MigrateAsync(cancellationToken));
        }

        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({MigrationLock})", cancellationToken);

        // A standby, and a user who may only read, pass a migration that has nothing to do.
        await db.ReceiptYears.Where(year => false)
            .ExecuteUpdateAsync(set => set.SetProperty(year => year.LastReceipt, 0), cancellationToken);
        return db.Database.GetDbConnection().ServerVersion;
    }
}
