using System.Collections.Concurrent;
using System.Data.Common;

namespace KhaltiCheckout.Data;

/// <summary>
/// The writer of this process. SQLite has one writer at a time, and most of a small commit is waiting for the disk: so
/// whatever waits meanwhile is written together, with one commit, and answered after it. A piece of work that fails undoes
/// nobody else's: then the group is done again, each piece behind a savepoint of its own. Whoever comes while nobody writes
/// does it at once, on their own thread; what came meanwhile is written on a thread that does nothing else. Nobody polls.
/// </summary>
/// <param name="connection">The one connection that writes; nobody else uses it.</param>
internal sealed class GroupCommit(SqlSession connection) : IDisposable
{
    // At some thousand writes a second, so many are a moment's work. Above, the shopper is told to come back (503).
    private const int MostWaiting = 1000;

    // Whoever is answered together comes back together, and a rush would stay one. So the first group of it is small, and its
    // people go on while the next is written; while there are more than fit, the next is twice as large, and half when few come.
    private const int FirstTogether = 4;
    private const int MostTogether = 128;

    private readonly ConcurrentQueue<Work> _waiting = new();

    // In a rush, one group after the other. On a thread of the pool each would wait behind the answers of the one before.
    private readonly SemaphoreSlim _rush = new(0);
    private Thread? _rushing;
    private bool _isOver;

    private int _count;
    private int _writing;
    private int _together = FirstTogether;

    /// <summary>Completes when the work is on the disk; fails with the work's own exception, and then has changed nothing.</summary>
    internal Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _count) > MostWaiting && cancellationToken.CanBeCanceled)
        {
            Interlocked.Decrement(ref _count);
            throw new StoreBusyException();
        }

        Work<T> one = new(work, cancellationToken);
        _waiting.Enqueue(one);
        if (TryBegin())
        {
            _ = WriteAtOnceAsync();
        }

        return one.Done;
    }

    /// <summary>For when nobody will write any more.</summary>
    public void Dispose()
    {
        _isOver = true;
        _rush.Release();
        _rushing?.Join();
        _rush.Dispose();
    }

    private bool TryBegin() => Interlocked.Exchange(ref _writing, 1) == 0;

    // False when nobody waits, or somebody else has begun to write.
    private bool TryGoOn()
    {
        Interlocked.Exchange(ref _writing, 0);
        return !_waiting.IsEmpty && TryBegin();
    }

    private async Task WriteAtOnceAsync()
    {
        await WriteGroupAsync();
        if (TryGoOn())
        {
            // Elsewhere: this thread has an answer to give.
            if (_rushing is null)
            {
                _rushing = new Thread(WriteRushes) { Name = "Writer", IsBackground = true };
                _rushing.Start();
            }

            _rush.Release();
        }
    }

    private void WriteRushes()
    {
        for (_rush.Wait(); !_isOver; _rush.Wait())
        {
            do
            {
                WriteGroupAsync().GetAwaiter().GetResult();
            }
            while (TryGoOn());
        }
    }

    private async Task WriteGroupAsync()
    {
        List<Work> group = [];
        while (group.Count < _together && _waiting.TryDequeue(out Work? next))
        {
            group.Add(next);
        }

        Interlocked.Add(ref _count, -group.Count);
        await CommitAsync(group);
        if (_waiting.IsEmpty)
        {
            _together = FirstTogether;
        }
        else if (group.Count == _together)
        {
            _together = Math.Min(_together * 2, MostTogether);
        }
        else if (group.Count < _together / 2)
        {
            _together = Math.Max(_together / 2, FirstTogether);
        }

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
            // Nothing of it is on the disk.
            group.ForEach(work => work.Fail(failure));
        }
    }

    // False when a piece of work has failed, and nothing was written.
    private async Task<bool> TryWriteAsync(List<Work> group, bool apart)
    {
        try
        {
            await using DbTransaction transaction = await connection.BeginAsync();
            foreach (Work work in group)
            {
                if (apart)
                {
                    await work.RunApartAsync(connection);
                }
                else if (!await work.TryRunAsync(connection))
                {
                    return false;
                }
            }

            await CheckoutStore.CommitAsync(transaction);
            return true;
        }
        finally
        {
            connection.End();
        }
    }

    private abstract class Work
    {
        /// <summary>False when it has failed. Its reason is found again when it runs apart.</summary>
        internal abstract Task<bool> TryRunAsync(SqlSession sql);

        /// <summary>Behind a savepoint: what it did is undone when it fails.</summary>
        internal abstract Task RunApartAsync(SqlSession sql);

        internal abstract void Answer();

        internal abstract void Fail(Exception failure);
    }

    private sealed class Work<T>(Func<SqlSession, Task<T>> decide, CancellationToken cancellationToken) : Work
    {
        private const int MostRounds = 10;

        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // Whoever's thread this runs on: the log lines are the request's own.
        private readonly ExecutionContext? _context = ExecutionContext.Capture();

        private T _result = default!;
        private Exception? _failure;

        internal Task<T> Done => _done.Task;

        internal override async Task<bool> TryRunAsync(SqlSession sql)
        {
            try
            {
                _result = IsCalledOff() ? default! : await StartAsync(sql);
                return true;
            }
            catch (Exception)
            {
                return false;
            }
        }

        internal override async Task RunApartAsync(SqlSession sql)
        {
            if (IsCalledOff())
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
                    if (!await TryUndoAsync(sql))
                    {
                        // SQLite has given up the whole transaction, as on a full disk: its reason is the group's.
                        throw;
                    }

                    if (round == MostRounds || !SqliteStore.IsLostRace(failure))
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
                case OperationCanceledException:
                    _done.TrySetCanceled(cancellationToken);
                    break;
                default:
                    _done.TrySetException(_failure);
                    break;
            }
        }

        internal override void Fail(Exception failure) => _failure ??= failure;

        private bool IsCalledOff()
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
