using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace KhaltiCheckout.Storage;

/// <summary>Why the database can't be used at a start, and what to do: one sentence, and advice only where it fits. Pure.</summary>
internal static class DatabaseAdvice
{
    /// <summary>Never the connection string itself, nor what can't be read of it: there is a password in it.</summary>
    internal static string For(Exception failure, bool isPostgreSql) => failure switch
    {
        NewerSchemaException => failure.Message,
        MigrationFailedException =>
            "The tables of the database named by Database:ConnectionString can't be changed to this version's "
            + $"({Text(failure)}): go on with the "
            + "version before, or restore the backup that was made before the upgrade, and report this.",
        StoreBusyException or SqliteException { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED } =>
            "Database:ConnectionString names a database that another program keeps locked: end that program, or wait for it.",
        SqliteException { SqliteErrorCode: raw.SQLITE_FULL } =>
            $"Database:ConnectionString can't be used ({Text(failure)}): make room on that disk.",
        SqliteException { SqliteErrorCode: raw.SQLITE_NOTADB } =>
            $"Database:ConnectionString can't be used ({Text(failure)}): name a database of this program, or a file that is not there yet.",
        SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT } =>
            $"Database:ConnectionString names a damaged database ({Text(failure)}): restore the last backup.",
        _ when isPostgreSql && failure is DbException && IsAboutPlace(failure) =>
            $"Database:ConnectionString can't be used ({Text(failure)}): name a PostgreSQL database that is "
                + "there, and a user who may make tables in it.",
        _ when isPostgreSql && failure is ArgumentException =>
            "Database:ConnectionString can't be used as it can't be read: write it as Host=...;Database=...;Username=...;Password=....",
        _ when IsAboutPlace(failure) =>
            $"Database:ConnectionString can't be used ({Text(failure)}): name a file in a folder that this program may write to.",
        _ => $"Database:ConnectionString can't be used ({Text(failure)}).",
    };

    /// <summary>Whether another place, or other rights there, would mend it.</summary>
    internal static bool IsAboutPlace(Exception failure) => failure switch
    {
        SqliteException sqlite =>
            sqlite.SqliteErrorCode is raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_IOERR,

        // Connection (08), sign-in (28), no such database (3D), insufficient privilege: 42501.
        PostgresException postgreSql =>
            postgreSql.SqlState[..2] is "08" or "28" or "3D" || postgreSql.SqlState == PostgresErrorCodes.InsufficientPrivilege,
        NpgsqlException or IOException or UnauthorizedAccessException or ArgumentException => true,
        _ => false,
    };

    private static string Text(Exception failure) => ((failure as PostgresException)?.MessageText ?? failure.Message).TrimEnd('.');
}
