using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Data;

/// <summary>Before the first request: the database is there, writable, and has the tables of this version.</summary>
internal sealed partial class PrepareDatabase(
    IServiceScopeFactory scopes, WriteQueue queue, ILogger<PrepareDatabase> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            CheckoutDb db = scope.ServiceProvider.GetRequiredService<CheckoutDb>();
            using IDisposable turn = await queue.WaitAsync(cancellationToken);
            await db.Database.OpenConnectionAsync(cancellationToken);
            SqliteSettings.UseWriteAheadLog(db.Database.GetDbConnection());
            await db.Database.MigrateAsync(cancellationToken);

            // A read-only file passes a migration that has nothing to do: ask for the write lock, too.
            await using (await db.Database.BeginTransactionAsync(cancellationToken))
            {
                await db.Database.ExecuteSqlRawAsync("PRAGMA user_version = 1;", cancellationToken);
            }

            Log.Ready(logger, SqliteCompatibility.Version());
        }
        catch (Exception failure) when (failure is DbException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new OptionsValidationException(DatabaseOptions.Section, typeof(DatabaseOptions),
                [$"Database:ConnectionString can't be used ({failure.Message.TrimEnd('.')}): name a file in a folder that this program may write to."]);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Database ready, SQLite {Version}")]
        internal static partial void Ready(ILogger logger, string version);
    }
}
