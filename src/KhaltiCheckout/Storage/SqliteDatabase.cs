using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace KhaltiCheckout.Storage;

/// <summary>SQLite: one connection that writes, and as many that read as there are readers at once. Writers don't stop readers.</summary>
internal sealed class SqliteDatabase(string connectionString, OrderChanges changes, ProgramStop? stop = null) : Database(changes),
IAsyncDisposable
{
    private const string AnyOrder = """SELECT "Id" FROM "Orders" LIMIT 1""";

    // Seconds in which the provider tries again by itself when a lock is held: the least there
    // is, as the busy timeout and GroupCommit wait.
    private const int ProviderRetry = 1;

    private readonly string _connectionString = Own(connectionString);
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly Lock _opening = new();
    private SqliteSession? _connection;
    private GroupCommit? _writer;

    /// <summary>SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY, or a version; every other constraint is a bug of ours.</summary>
    internal static bool IsConflict(Exception failure) =>
        failure is ConcurrencyConflictException or DbUpdateConcurrencyException
        || (failure as SqliteException ?? failure.InnerException as SqliteException) is { SqliteExtendedErrorCode: 2067 or 1555 };

    /// <summary>As it was given.</summary>
    internal SqliteConnectionStringBuilder Place { get; } = new(connectionString);

    /// <summary>Another program kept the file's lock for too long.</summary>
    internal static bool IsLockTimeout(Exception failure) =>
        (failure as SqliteException
            ?? failure.InnerException as SqliteException) is { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED };

    /// <summary>
    /// The disk did not take what was written to it. Whether it has it is not known, and the next try may succeed without that being so:
    /// the operating system forgets what it could not write.
    /// </summary>
    internal static bool IsFlushFailure(Exception failure) =>
        (failure as SqliteException ?? failure.InnerException as SqliteException)
            is { SqliteExtendedErrorCode: raw.SQLITE_IOERR_FSYNC or raw.SQLITE_IOERR_DIR_FSYNC };

    public async ValueTask DisposeAsync()
    {
        // Everybody who waited for an answer has one: the server stops before its services.
        while (_readers.TryTake(out SqliteSession? reader))
        {
            await reader.DisposeAsync();
        }

        _writer?.Dispose();
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync();
        }
    }

    internal override async Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SqliteSession sql = _readers.TryTake(out SqliteSession? idle) ? idle : Open(writes: false);
        try
        {
            // As statements, which are prepared once and kept.
            await sql.ExecuteAsync("BEGIN");
            T result = await read(sql);
            await sql.ExecuteAsync("ROLLBACK");
            _readers.Add(sql);
            return result;
        }
        catch
        {
            // A connection is not used again after an error.
            await sql.DisposeAsync();
            throw;
        }
    }

    // A file that was deleted stays open here, and whatever is written into it is lost.
    internal override async Task PingAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using SqliteSession fresh = Open(writes: false);
        await fresh.FindAsync(AnyOrder, static row => row.Text(0));
        await SchemaVersion.CheckAsync(fresh);
    }

    // With one writer every transaction is serializable.
    protected override Task<T> RunAsync<T>(Isolation isolation, Func<SqlSession, Task<T>> work, CancellationToken cancellationToken) =>
        Writer().WriteAsync(work, cancellationToken);

    private GroupCommit Writer()
    {
        if (_writer is null)
        {
            lock (_opening)
            {
                _connection ??= Open(writes: true);
                _writer ??= new GroupCommit(_connection, stop);
            }
        }

        return _writer;
    }

    private static string Own(string connectionString)
    {
        SqliteConnectionStringBuilder builder = new(connectionString)
        {
            Pooling = false,

            // With a shared one, readers would be refused while somebody writes.
            Cache = SqliteCacheMode.Private,
            DefaultTimeout = ProviderRetry,
        };
        if (builder.Mode == SqliteOpenMode.ReadWriteCreate)
        {
            // PrepareDatabase makes the file: what is written here goes into one that is there.
            builder.Mode = SqliteOpenMode.ReadWrite;
        }

        return builder.ToString();
    }

    private SqliteSession Open(bool writes)
    {
        SqliteConnection connection = new(_connectionString);
        try
        {
            connection.Open();
            if (writes)
            {
                // A backup that took its file's place has no write-ahead log yet.
                SqliteSettings.UseWriteAheadLog(connection);
            }

            SqliteSettings.ApplyPragmas(connection, writes);
            return new SqliteSession(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
