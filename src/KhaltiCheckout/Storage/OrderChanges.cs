using System.Collections.Concurrent;

namespace KhaltiCheckout.Storage;

/// <summary>
/// Wakes those who watch an order when this process has changed it. Only a hint that saves waiting: what another process
/// changed is found by looking again.
/// </summary>
internal sealed class OrderChanges
{
    /// <summary>Stands for all orders: wakes at a change of any.</summary>
    internal const string AnyOrder = "";

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _watched = new(StringComparer.Ordinal);

    /// <summary>Completes at the order's next change, or after <paramref name="atMost"/>.</summary>
    internal async Task WaitAsync(string orderId, TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        TaskCompletionSource change = _watched.GetOrAdd(
            orderId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await change.Task.WaitAsync(atMost, time, cancellationToken);
        }
        catch (Exception over) when (over is TimeoutException or OperationCanceledException)
        {
            // Nothing is kept for an order that nobody watches any more. Others may wait on the same one: they look again,
            // which is harmless.
            _watched.TryRemove(KeyValuePair.Create(orderId, change));
            change.TrySetResult();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    internal void Notify(IReadOnlyCollection<string> orderIds)
    {
        foreach (string orderId in orderIds)
        {
            Wake(orderId);
        }

        if (orderIds.Count > 0)
        {
            Wake(AnyOrder);
        }
    }

    private void Wake(string orderId)
    {
        if (_watched.TryRemove(orderId, out TaskCompletionSource? change))
        {
            change.TrySetResult();
        }
    }
}
