using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace KhaltiCheckout.Storage;

/// <summary>
/// The writer of this process: a thread that does nothing else. SQLite has one writer at a time, and most of a small commit is
/// waiting for the disk: so whatever waits meanwhile is written together, with one commit, and answered after it. A piece of
/// work that fails undoes no other: then the group is done again, each piece behind a savepoint of its own.
/// </summary>
internal sealed class GroupCommit : IDisposable
{
    // At some thousand writes a second, so many are a moment's work. Above, the shopper is told to come back (503).
    private const int MaxWaiting = 1000;

    // More in one commit makes those wait that were first.
    private const int MaxBatch = 128;

    // How long work waits for a lock that another program holds: as long as PostgreSQL's waits for its turn, and a third of what the
    // shop's pages wait for an answer. What must be saved waits as long as there, too.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxWaitToBeSaved = TimeSpan.FromSeconds(10);

    private readonly SqlSession _connection;
    private readonly ProgramStop? _stop;
    private readonly Lock _coming = new();
    private readonly ConcurrentQueue<Work> _waiting = new();

    // Wakes without polling before: on a busy machine a thread that yields is put behind all others, for milliseconds.
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;

    private int _count;
    private bool _isAwake;
    private bool _isOver;

    // Why nothing is written any more.
    private Exception? _lostFlush;

    /// <param name="connection">The one connection that writes; nobody else uses it.</param>
    /// <param name="stop">Ends the program when the disk does not take what is written.</param>
    internal GroupCommit(SqlSession connection, ProgramStop? stop = null)
    {
        _connection = connection;
        _stop = stop;
        _thread = new Thread(Write) { Name = "Writer", IsBackground = true };
        _thread.UnsafeStart();
    }

    /// <summary>Completes when the work is on the disk. Fails with the work's own exception, and then has changed nothing. When the disk
    /// refused to take it (<see cref="SqliteDatabase.IsFlushFailure"/>), it may or may not be there
    /// after the next start, and the program stops.</summary>
    /// <exception cref="StoreBusyException">Too much was waiting, or another program held the
    /// lock for too long: nothing was done.</exception>
    internal Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _count) > MaxWaiting && cancellationToken.CanBeCanceled)
        {
            Interlocked.Decrement(ref _count);
            throw new StoreBusyException();
        }

        Work<T> one = new(work, cancellationToken);
        lock (_coming)
        {
            // Work that is queued before the store closes is written.
            ObjectDisposedException.ThrowIf(_isOver, this);
            _waiting.Enqueue(one);
            if (!_isAwake)
            {
                _isAwake = true;
                _wake.Set();
            }
        }

        return one.Done;
    }

    /// <summary>After everything that waits is written.</summary>
    public void Dispose()
    {
        lock (_coming)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
            _wake.Set();
        }

        _thread.Join();
        _wake.Dispose();
    }

    private void Write()
    {
        while (WaitForWork())
        {
            WriteGroupAsync().GetAwaiter().GetResult();
        }
    }

    // False at the end, when everybody is written.
    private bool WaitForWork()
    {
        while (true)
        {
            lock (_coming)
            {
                _isAwake = !_waiting.IsEmpty;
                if (_isAwake || _isOver)
                {
                    return _isAwake;
                }
            }

            _wake.WaitOne();
        }
    }

    private async Task WriteGroupAsync()
    {
        List<Work> group = [];
        while (group.Count < MaxBatch && _waiting.TryDequeue(out Work? next))
        {
            Interlocked.Decrement(ref _count);
            if (!next.IsDone)
            {
                group.Add(next);
            }
        }

        await CommitAsync(group);
        group.ForEach(work => work.Answer());
    }

    private async Task CommitAsync(List<Work> group)
    {
        try
        {
            // SQLite copies each page that is changed behind a savepoint, which costs a fifth of the work, and of thousands of
            // groups in one something fails.
            if (!await TryWriteAsync(group, apart: false))
            {
                await TryWriteAsync(group, apart: true);
            }
        }
        catch (Exception failure)
        {
            if (SqliteDatabase.IsFlushFailure(failure))
            {
                _lostFlush = failure;
                _stop?.Because(
                    failure, "the disk did not take what was written to the database. Whether it is there, the next start finds out.");
            }

            group.ForEach(work => work.Fail(failure));
        }
    }

    // Another program may hold the lock: this waits for it, and meanwhile refuses in time those who can't wait.
    private async Task<DbTransaction?> BeginAsync(List<Work> group)
    {
        if (_lostFlush is not null)
        {
            throw _lostFlush;
        }

        while (true)
        {
            try
            {
                return await _connection.BeginAsync();
            }
            catch (SqliteException locked) when (locked.SqliteErrorCode == raw.SQLITE_BUSY)
            {
                foreach (Work work in group.Concat(_waiting))
                {
                    work.RefuseIfLate(locked);
                }

                if (group.TrueForAll(work => work.IsDone))
                {
                    return null;
                }
            }
        }
    }

    // False when a piece of work has failed, and nothing was written.
    private async Task<bool> TryWriteAsync(List<Work> group, bool apart)
    {
        try
        {
            await using DbTransaction? transaction = await BeginAsync(group);
            if (transaction is null)
            {
                return true;
            }

            foreach (Work work in group)
            {
                if (work.IsDone)
                {
                    continue;
                }

                if (apart)
                {
                    await work.RunInSavepointAsync(_connection);
                }
                else if (!await work.TryRunAsync(_connection))
                {
                    return false;
                }
            }

            await Database.CommitAsync(transaction);
            return true;
        }
        finally
        {
            _connection.End();
        }
    }

    private abstract class Work
    {
        /// <summary>False when it has failed. Its reason is found again when it runs apart.</summary>
        internal abstract Task<bool> TryRunAsync(SqlSession sql);

        /// <summary>Behind a savepoint: what it did is undone when it fails.</summary>
        internal abstract Task RunInSavepointAsync(SqlSession sql);

        internal abstract void Answer();

        internal abstract void Fail(Exception failure);

        /// <summary>Whether it has its answer: nothing of it is written then.</summary>
        internal abstract bool IsDone { get; }

        /// <summary>Another program holds the lock: after too long a wait it is answered so.</summary>
        internal abstract void RefuseIfLate(Exception locked);
    }

    private sealed class Work<T>(Func<SqlSession, Task<T>> decide, CancellationToken cancellationToken) : Work
    {
        private const int MaxAttempts = 10;

        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // The request's context, so that its log lines have its trace id on any thread.
        private readonly ExecutionContext? _context = ExecutionContext.Capture();

        // What others do is waited for by the real clock.
        private readonly long _began = TimeProvider.System.GetTimestamp();

        private T _result = default!;
        private Exception? _failure;

        internal Task<T> Done => _done.Task;

        internal override async Task<bool> TryRunAsync(SqlSession sql)
        {
            try
            {
                _result = IsCancelled() ? default! : await StartAsync(sql);
                return true;
            }
            catch (Exception)
            {
                return false;
            }
        }

        internal override async Task RunInSavepointAsync(SqlSession sql)
        {
            if (IsCancelled())
            {
                return;
            }

            for (int round = 1; ; round++)
            {
                await sql.ExecuteAsync("SAVEPOINT work");
                try
                {
                    _result = await StartAsync(sql);
                    await sql.ExecuteAsync("RELEASE work");
                    return;
                }
                catch (Exception failure)
                {
                    if (!await TryUndoAsync(sql) || SqliteDatabase.IsFlushFailure(failure))
                    {
                        // SQLite has given up the whole transaction, as on a full disk: its reason is the group's.
                        throw;
                    }

                    if (round == MaxAttempts || !SqliteDatabase.IsConflict(failure))
                    {
                        _failure = failure;
                        return;
                    }
                }
            }
        }

        internal override void Answer()
        {
            switch (_failure)
            {
                case null:
                    _done.TrySetResult(_result);
                    break;
                case OperationCanceledException when cancellationToken.IsCancellationRequested:
                    _done.TrySetCanceled(cancellationToken);
                    break;
                default:
                    _done.TrySetException(_failure);
                    break;
            }
        }

        internal override void Fail(Exception failure) => _failure ??= failure;

        internal override bool IsDone => _done.Task.IsCompleted;

        internal override void RefuseIfLate(Exception locked)
        {
            TimeSpan waited = TimeProvider.System.GetElapsedTime(_began);
            if (cancellationToken.CanBeCanceled && waited >= MaxWait)
            {
                _done.TrySetException(new StoreBusyException(locked));
            }
            else if (waited >= MaxWaitToBeSaved)
            {
                _done.TrySetException(locked);
            }
        }

        private bool IsCancelled()
        {
            _failure = cancellationToken.IsCancellationRequested ? new OperationCanceledException(cancellationToken) : null;
            return _failure is not null;
        }

        private static async Task<bool> TryUndoAsync(SqlSession sql)
        {
            try
            {
                await sql.ExecuteAsync("ROLLBACK TO work");
                await sql.ExecuteAsync("RELEASE work");
                return true;
            }
            catch (Exception gone) when (gone is DbException or InvalidOperationException)
            {
                return false;
            }
        }

        private Task<T> StartAsync(SqlSession sql)
        {
            if (_context is null)
            {
                return decide(sql);
            }

            Task<T>? started = null;
            ExecutionContext.Run(_context, _ => started = decide(sql), null);
            return started!;
        }
    }
}
