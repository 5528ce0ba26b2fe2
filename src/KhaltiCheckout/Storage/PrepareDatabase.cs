using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using SQLitePCL;

namespace KhaltiCheckout.Storage;

/// <summary>Before the first request: the database is there, writable, and has the tables of this version.</summary>
internal sealed partial class PrepareDatabase(
    IServiceScopeFactory scopes, IOptions<DatabaseOptions> options, ILogger<PrepareDatabase> logger) : IHostedService
{
    private const string ChangeNothing = """UPDATE "Products" SET "Position" = "Position" WHERE FALSE""";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            CheckoutDb Db() => scope.ServiceProvider.GetRequiredService<CheckoutDb>();
            if (options.Value.IsPostgreSql)
            {
                Log.PostgreSqlReady(logger, await PostgreSqlSettings.PrepareAsync((PostgreSqlCheckoutDb)Db(), cancellationToken));
                return;
            }

            Database store = scope.ServiceProvider.GetRequiredService<Database>();
            SqliteConnectionStringBuilder place = ((SqliteDatabase)store).Place;
            PrivateFiles.CreateDatabase(place);
            if (!await SqliteTables.AreCurrentAsync(store, cancellationToken))
            {
                await SqliteTables.MigrateAsync(Db(), cancellationToken);
            }

            // A read-only file is current, too: ask for the write lock.
            await store.WriteAsync(sql => sql.ExecuteAsync(ChangeNothing), cancellationToken);
            PrivateFiles.Restrict(place);
            Log.Ready(logger, raw.sqlite3_libversion().utf8_to_string());
        }
        catch (Exception failure) when (failure is DbException or IOException or UnauthorizedAccessException or ArgumentException
            or NewerSchemaException or MigrationFailedException or StoreBusyException)
        {
            throw new OptionsValidationException(
                DatabaseOptions.Section, typeof(DatabaseOptions), [DatabaseAdvice.For(failure, options.Value.IsPostgreSql)]);
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
