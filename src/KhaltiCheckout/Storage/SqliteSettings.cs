using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace KhaltiCheckout.Storage;

/// <summary>What every connection to SQLite is told, with the reason.</summary>
internal sealed class SqliteSettings : DbConnectionInterceptor
{
    // synchronous=FULL: a commit that was answered survives a power cut, also in WAL mode, whose default does not promise it.
    // busy_timeout: another program may hold the file's lock. Readers give up while their caller still listens, as on PostgreSQL; the
    // writer tries again, a little at a time, and refuses those who have waited for too long meanwhile (GroupCommit).
    // wal_autocheckpoint: pages after which the log is copied into the file; most of them are written over and over before.
    private const string Pragmas =
        "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=4000;";
    private const int ReaderWait = 5000;
    private const int WriterWait = 500;

    // KiB of pages that a connection keeps. The one that writes changes the ends of a dozen indexes again and again; those that
    // read, and there may be many, forget theirs whenever it has written, and the operating system keeps them, too.
    private const int WriterCache = 8 * 1024;
    private const int ReaderCache = 1024;

    /// <summary>
    /// SQLite's count of all memory is off: it takes a lock for every allocation, and nothing reads it. Has an effect only before the
    /// first connection of the process.
    /// </summary>
    internal static void DisableMemoryStatistics()
    {
        Batteries_V2.Init();
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => ApplyPragmas(connection);

    public override Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        ApplyPragmas(connection);
        return Task.CompletedTask;
    }

    // What a savepoint needs for the way back stays in memory: as a file it costs more than the commit.
    internal static void ApplyPragmas(DbConnection connection, bool writes = false) =>
        ApplyPragmas(connection, Pragmas + (writes
            ? $" PRAGMA busy_timeout={WriterWait}; PRAGMA cache_size=-{WriterCache}; PRAGMA temp_store=MEMORY;"
            : $" PRAGMA busy_timeout={ReaderWait}; PRAGMA cache_size=-{ReaderCache};"));

    /// <summary>Writers don't stop readers. Stays with the file, so once is enough.</summary>
    internal static void UseWriteAheadLog(DbConnection connection) => ApplyPragmas(connection, "PRAGMA journal_mode=WAL;");

    /// <summary>The connection string with its path made absolute, and the folder made.</summary>
    internal static string Locate(string connectionString, string contentRoot)
    {
        SqliteConnectionStringBuilder builder = Absolute(connectionString, contentRoot);
        if (IsFile(builder))
        {
            PrivateFiles.CreateFolder(Path.GetDirectoryName(builder.DataSource)!);
        }

        return builder.ToString();
    }

    /// <summary>The connection string with its path made absolute.</summary>
    internal static SqliteConnectionStringBuilder Absolute(string connectionString, string contentRoot)
    {
        SqliteConnectionStringBuilder builder = new(connectionString);
        if (IsFile(builder))
        {
            builder.DataSource = Path.GetFullPath(builder.DataSource, contentRoot);
        }

        return builder;
    }

    internal static bool IsFile(SqliteConnectionStringBuilder builder) =>
        builder.DataSource.Length > 0 && builder.DataSource != ":memory:" && builder.Mode != SqliteOpenMode.Memory;

    private static void ApplyPragmas(DbConnection connection, string pragmas)
    {
        using DbCommand command = connection.CreateCommand();
        command.CommandText = pragmas;
        command.ExecuteNonQuery();
    }
}
