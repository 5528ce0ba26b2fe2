using System.Data;
using System.Data.Common;
using Npgsql;

namespace KhaltiCheckout.Storage;

/// <summary>
/// PostgreSQL: many writers at once, here and in other processes. A piece of work that rests on whatever it has read runs in a
/// serializable transaction, as if it were the only one. One that rests on its order and on unique indexes locks that order's
/// rows, reads what has been committed, and waits only for whoever holds a row that it changes. One that another was in the way
/// of runs again on fresh facts, and so does one whose connection broke before its commit was sent. Afterwards is too late: it
/// may have happened, so whoever is told of it must look.
/// </summary>
internal sealed class PostgreSqlDatabase(NpgsqlDataSource pool, OrderChanges changes) : Database(changes), IDisposable
{
    // More writers at once than a server has processors are only more often in each other's way.
    private const int MaxWriters = 10;

    // Every write takes this lock, together with the others; one that has lost too often takes it alone, and then nobody is in
    // its way. LOCK TABLE comes before the transaction's first look at the data, so what it sees is as fresh as the lock. The
    // table is one that nobody writes into.
    private const string AnyOrder = """SELECT "Id" FROM "Orders" LIMIT 1""";

    private const string WithOthers = """LOCK TABLE "__EFMigrationsHistory" IN ROW SHARE MODE""";
    private const string Alone = """LOCK TABLE "__EFMigrationsHistory" IN EXCLUSIVE MODE""";

    private static readonly TimeSpan MaxWaitForWriter = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _writers = new(MaxWriters, MaxWriters);

    public void Dispose() => _writers.Dispose();

    internal override async Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> read, CancellationToken cancellationToken)
    {
        RetryBudget retries = new(mustBeSaved: false);
        while (true)
        {
            try
            {
                await using AdoSession sql = new(await pool.OpenConnectionAsync(cancellationToken), locksRows: false);

                // One state of the database, and never in anybody's way.
                await using DbTransaction snapshot = await sql.BeginAsync(IsolationLevel.RepeatableRead);
                T seen = await read(sql);
                await snapshot.CommitAsync(CancellationToken.None);
                return seen;
            }
            catch (Exception failure) when (PostgreSqlErrors.NothingHappened(failure, isCommitting: false) && retries.IsLeft(failure))
            {
                await retries.WaitAsync(cancellationToken);
            }
        }
    }

    internal override Task PingAsync(CancellationToken cancellationToken) => ReadAsync(
        static async sql =>
        {
            await sql.FindAsync(AnyOrder, static row => row.Text(0));
            return await SchemaVersion.CheckAsync(sql);
        },
        cancellationToken);

    protected override async Task<T> RunAsync<T>(Isolation isolation, Func<SqlSession, Task<T>> work, CancellationToken cancellationToken)
    {
        RetryBudget retries = new(mustBeSaved: !cancellationToken.CanBeCanceled);
        while (true)
        {
            bool isCommitting = false;
            if (!await _writers.WaitAsync(cancellationToken.CanBeCanceled ? MaxWaitForWriter : Timeout.InfiniteTimeSpan, cancellationToken))
            {
                throw new StoreBusyException();
            }

            try
            {
                await using AdoSession sql =
                    new(await pool.OpenConnectionAsync(cancellationToken), locksRows: isolation == Isolation.RowLocks);
                await using DbTransaction transaction = await sql.BeginAsync(
                    isolation == Isolation.Serializable ? IsolationLevel.Serializable : IsolationLevel.ReadCommitted);
                await sql.ExecuteAsync(retries.NeedsExclusiveLock ? Alone : WithOthers);
                T result = await work(sql);
                isCommitting = true;
                await CommitAsync(transaction);
                return result;
            }
            catch (Exception failure) when (PostgreSqlErrors.NothingHappened(failure, isCommitting) && retries.IsLeft(failure))
            {
                retries.Note(failure);
            }
            catch (Exception failure) when (PostgreSqlErrors.NothingHappened(failure, isCommitting) && cancellationToken.CanBeCanceled)
            {
                throw new StoreBusyException(failure);
            }
            catch (Exception failure) when (isCommitting)
            {
                throw new CommitUnknownException(failure);
            }
            finally
            {
                _writers.Release();
            }

            await retries.WaitAsync(cancellationToken);
        }
    }
}

/// <summary>The answer to a commit was lost: it may have happened.</summary>
internal sealed class CommitUnknownException(Exception why) : DbException("The database did not say whether it has committed.", why);
