using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>SQLite's writer is at a piece of work until the gate opens, so that what comes meanwhile is written together. The gate
/// opens at the end, too: a test that fails before does not wait.</summary>
internal sealed class Busy : IDisposable
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Busy(Database store, CancellationToken cancellationToken) => First = store.WriteAsync(
        async _ =>
        {
            _begun.TrySetResult();
            await _gate.Task;
            return true;
        },
        cancellationToken);

    internal Task<bool> First { get; }

    internal static async Task<Busy> MakeAsync(Database store, CancellationToken cancellationToken)
    {
        Busy busy = new(store, cancellationToken);
        await Task.WhenAny(busy.First, busy._begun.Task);
        return busy;
    }

    public void Dispose() => Open();

    internal void Open() => _gate.TrySetResult();
}
