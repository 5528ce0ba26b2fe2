using System.Diagnostics;

namespace KhaltiCheckout.Storage;

/// <summary>
/// The one door to the database for whatever changes it: a piece of work is one transaction, and is on the disk before it is
/// answered. What every checkout runs is plain SQL in such a piece; all else is EF Core's, and comes here through
/// <see cref="CheckoutDb.WriteAsync"/>.
/// </summary>
internal abstract class CheckoutStore(OrderChanges changes)
{
    /// <summary>A loser of a race reads what the winner wrote and decides again; more than a few rounds is a bug.</summary>
    protected const int MaxAttempts = 10;

    // For whoever wants to know when something has just become true: the crash sweep does.
    private static readonly DiagnosticListener Moments = new("KhaltiCheckout.Data");

    /// <summary>
    /// Decides and saves. When a unique index or a version says that somebody else was first, the whole of
    /// <paramref name="work"/> runs again on fresh facts: it must have no effect outside the database, and no call to Khalti
    /// in it.
    /// </summary>
    /// <exception cref="StoreBusyException">Too much is waiting already, or another program holds the lock; nothing was done. Work that
    /// can't be cancelled, such as Khalti's answer, is taken however much is waiting. But on SQLite it is given up as well, with the
    /// database's own exception, when another program holds the lock for ten seconds (<see cref="GroupCommit"/>): nothing is saved
    /// then, and a payment stays verifying with a check owed.</exception>
    internal async Task<T> WriteAsync<T>(
        Func<SqlSession, Task<T>> work, CancellationToken cancellationToken, Footing footing = Footing.AllItReads, Turn turn = Turn.AsTheyCome)
    {
        IReadOnlyCollection<string> changed = [];
        T result = await CommitAsync(
            footing,
            turn,
            async sql =>
            {
                sql.Forget();
                T decided = await work(sql);
                changed = sql.Changed;
                return decided;
            },
            cancellationToken);
        changes.Tell(changed);
        return result;
    }

    /// <summary>Looks, at one state of the database.</summary>
    internal abstract Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> look, CancellationToken cancellationToken);

    /// <summary>Looks by one statement, which is at one state of the database by itself.</summary>
    internal virtual Task<T> AskAsync<T>(Func<SqlSession, Task<T>> question, CancellationToken cancellationToken) =>
        ReadAsync(question, cancellationToken);

    /// <summary>Looks before it writes, where one writes for all: what is read here is not read there. Null elsewhere, and when that
    /// can't be done just now. Whatever is decided by it asks, when it writes, whether it is still so.</summary>
    internal virtual Task<T?> PrefetchAsync<T>(Func<SqlSession, Task<T?>> look, CancellationToken cancellationToken)
        where T : class => Task.FromResult<T?>(null);

    /// <summary>What was saved here a moment ago. Null where rows are locked while they are decided about: there they are read anyway.</summary>
    internal virtual RecentOrders? Recent => null;

    /// <summary>Looks whether the database is there: not only what is open of it.</summary>
    /// <exception cref="System.Data.Common.DbException">It is not, or is none of ours.</exception>
    /// <exception cref="NewerSchemaException">It is of a later version, which this program can't work with.</exception>
    internal abstract Task PingAsync(CancellationToken cancellationToken);

    protected abstract Task<T> CommitAsync<T>(Footing footing, Turn turn, Func<SqlSession, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Commits, and says so before and after.</summary>
    internal static async Task CommitAsync(System.Data.Common.DbTransaction transaction)
    {
        Tell("Committing");

        // From here on the shopper may hang up: a commit is not left half decided.
        await transaction.CommitAsync(CancellationToken.None);
        Tell("Committed");
    }

    private static void Tell(string moment)
    {
        if (Moments.IsEnabled(moment))
        {
            Moments.Write(moment, null);
        }
    }
}

/// <summary>What a piece of work rests on. Matters where several write at once: the less it is, the less they are in each
/// other's way.</summary>
internal enum Footing
{
    /// <summary>On whatever it has read.</summary>
    AllItReads,

    /// <summary>On one order and what belongs to it, or on one request with an Idempotency-Key, read with
    /// <see cref="SqlSession.ForUpdate"/>, and on unique indexes. Whatever it changes of that order raises the version of the order
    /// or of the payment: by that the others, who rest on all that they have read, are told of it.</summary>
    OneOrder,
}

/// <summary>When a piece of work is written that has to wait. Matters where one writes for all.</summary>
internal enum Turn
{
    /// <summary>After those who came before.</summary>
    AsTheyCome,

    /// <summary>Before most of those who do not ask for it: for the start of a payment. Khalti is asked after it and takes its
    /// time, and the sooner it begins, the more of the others are written in it.</summary>
    First,
}

/// <summary>More is waiting to be written than can be in a moment. Nothing was done.</summary>
internal sealed class StoreBusyException(Exception? why = null) : Exception("Too many writes are waiting.", why);

/// <summary>A row was changed by somebody else since it was read: decide again.</summary>
internal sealed class ConcurrencyConflictException(string row) : Exception($"{row} was changed by somebody else.");
