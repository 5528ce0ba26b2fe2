namespace KhaltiCheckout.Data;

/// <summary>
/// Where the writers of this process wait for each other. SQLite has one writer at a time; without this queue the others
/// would poll its lock, and polling cost seconds at 64 shoppers. It makes waiting fair and cheap, and nothing correct:
/// that comes from the database, which other processes may share.
/// </summary>
internal sealed class WriteQueue : IDisposable
{
    private readonly SemaphoreSlim _turns = new(1, 1);

    public void Dispose() => _turns.Dispose();

    internal async Task<IDisposable> WaitAsync(CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        return new Turn(_turns);
    }

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
