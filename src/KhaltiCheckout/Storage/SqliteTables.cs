using System.Data.Common;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace KhaltiCheckout.Storage;

/// <summary>Brings a SQLite file's tables to this version, one process at a time.</summary>
internal static class SqliteTables
{
    private const string SelectMigrations = """SELECT "MigrationId" FROM "__EFMigrationsHistory" """;

    // Ten minutes: longer than it takes to write a large shop's tables anew.
    private const int MaxWaits = 12_000;

    /// <summary>EF Core takes a third of a second to wake and 20 MB to stay: a start on current tables does without it.</summary>
    /// <exception cref="NewerSchemaException">The tables are too new for this program.</exception>
    internal static async Task<bool> AreCurrentAsync(Database database, CancellationToken cancellationToken)
    {
        try
        {
            List<string> made =
                await database.ReadAsync(sql => sql.ListAsync(SelectMigrations, static row => row.Text(0)), cancellationToken);
            if (!Migrations().All(made.Contains))
            {
                return false;
            }

            await database.ReadAsync(SchemaVersion.CheckAsync, cancellationToken);
            return true;
        }
        catch (DbException)
        {
            return false; // no tables yet, or none to be had: making them tells which
        }
    }

    // EF Core keeps processes apart with a row in a table, and a process killed in the middle leaves it there: every later
    // start would wait for ever. The operating system's lock on a file goes with the process; the holder may clear the row.
    internal static async Task MigrateAsync(CheckoutDb db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        SqliteSettings.UseWriteAheadLog(db.Database.GetDbConnection());
        await using FileStream? onlyOne = await LockAsync(db.Database.GetDbConnection().DataSource, cancellationToken);
        await SchemaVersion.CheckAsync(db, cancellationToken);
        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            await MigrationFailedException.OfAsync(async () =>
            {
                await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\";", cancellationToken);
                await db.Database.MigrateAsync(cancellationToken);
            });
        }
    }

    private static IEnumerable<string> Migrations() => typeof(CheckoutDb).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Migration))
            && type.GetCustomAttribute<DbContextAttribute>()?.ContextType == typeof(CheckoutDb))
        .Select(type => type.GetCustomAttribute<MigrationAttribute>()!.Id);

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
                return PrivateFiles.OpenLock(database + ".migrating");
            }
            catch (IOException) when (wait < MaxWaits)
            {
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }
    }
}

/// <summary>The tables could not be changed to this version's: nothing that a setting mends.</summary>
internal sealed class MigrationFailedException(Exception why) : Exception(why.Message, why)
{
    internal static async Task OfAsync(Func<Task> migrate)
    {
        try
        {
            await migrate();
        }
        catch (DbException failure) when (!DatabaseAdvice.IsAboutPlace(failure))
        {
            throw new MigrationFailedException(failure);
        }
    }
}
