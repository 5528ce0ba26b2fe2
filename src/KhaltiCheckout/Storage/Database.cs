using System.Data.Common;
using System.Diagnostics;

namespace KhaltiCheckout.Storage;

/// <summary>
/// The way to the database for everything that changes it: a piece of work is one transaction, and is on the disk before it is answered.
/// What every checkout runs is plain SQL; all else is EF Core's, and comes here through <see cref="CheckoutDb"/>.
/// </summary>
internal abstract class Database(OrderChanges changes)
{
    // The crash sweep ends the process at these events.
    private static readonly DiagnosticListener Diagnostics = new("KhaltiCheckout.Data");

    /// <summary>
    /// Runs work in a transaction and commits it. When a unique index or a version says that another writer was first, the whole of
    /// <paramref name="work"/> runs again on fresh facts: it has no effect outside the database, and no call to Khalti in it.
    /// </summary>
    /// <exception cref="StoreBusyException">Too much is waiting already, or another program holds the lock; nothing was done. Work that
    /// can't be cancelled, such as Khalti's answer, is taken however much is waiting. But on SQLite it is given up as well, with the
    /// database's own exception, when another program holds the lock for ten seconds (<see cref="GroupCommit"/>): nothing is saved
    /// then, and a payment stays verifying with a check owed.</exception>
    internal async Task<T> WriteAsync<T>(Isolation isolation, Func<SqlSession, Task<T>> work, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<string> changed = [];
        T result = await RunAsync(
            isolation,
            async sql =>
            {
                sql.ForgetChanges();
                T decided = await work(sql);
                changed = sql.Changed;
                return decided;
            },
            cancellationToken);
        changes.Notify(changed);
        return result;
    }

    /// <inheritdoc cref="WriteAsync{T}(Isolation, Func{SqlSession, Task{T}}, CancellationToken)"/>
    internal Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken) =>
        WriteAsync(Isolation.Serializable, work, cancellationToken);

    /// <summary>Reads, at one state of the database.</summary>
    internal abstract Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> read, CancellationToken cancellationToken);

    /// <summary>Whether the database is there: not only what is open of it.</summary>
    /// <exception cref="DbException">It is not, or is none of ours.</exception>
    /// <exception cref="NewerSchemaException">It is of a later version, which this program can't work with.</exception>
    internal abstract Task PingAsync(CancellationToken cancellationToken);

    protected abstract Task<T> RunAsync<T>(Isolation isolation, Func<SqlSession, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Commits, with a diagnostic event before and after.</summary>
    internal static async Task CommitAsync(DbTransaction transaction)
    {
        Write("Committing");

        // From here on the shopper may hang up: a commit is not left half decided.
        await transaction.CommitAsync(CancellationToken.None);
        Write("Committed");
    }

    private static void Write(string name)
    {
        if (Diagnostics.IsEnabled(name))
        {
            Diagnostics.Write(name, null);
        }
    }
}

/// <summary>What keeps a piece of work apart from others. Matters where several write at once.</summary>
internal enum Isolation
{
    /// <summary>As if it were the only one: whatever it has read stays as it is.</summary>
    Serializable,

    /// <summary>Rests on rows read with <see cref="SqlSession.ForUpdate"/>, on versions and on unique indexes.</summary>
    RowLocks,
}

/// <summary>More is waiting to be written than can be in a moment. Nothing was done.</summary>
internal sealed class StoreBusyException(Exception? why = null) : Exception("Too many writes are waiting.", why);

/// <summary>A row was changed by another writer since it was read: decide again.</summary>
internal sealed class ConcurrencyConflictException(string row) : Exception($"{row} was changed by another writer.");
