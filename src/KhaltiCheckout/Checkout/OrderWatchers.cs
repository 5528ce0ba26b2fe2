using System.Net;
using System.Runtime.InteropServices;

namespace KhaltiCheckout.Checkout;

/// <summary>
/// Bounds the event streams that are open at once: in all, of one network, and of one order, so that one client can't take them all.
/// Who gets none reads the order from time to time.
/// </summary>
internal sealed class OrderWatchers
{
    internal const int MaxInAll = 500;
    internal const int MaxOfNetwork = 50;
    internal const int MaxOfOrder = 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPNetwork, int> _networks = [];
    private readonly Dictionary<string, int> _orders = new(StringComparer.Ordinal);
    private int _open;

    /// <summary>A place, which is free again when it is disposed of; null when there is none.</summary>
    internal IDisposable? TryEnter(IPNetwork network, string orderId)
    {
        lock (_lock)
        {
            if (_open >= MaxInAll || _networks.GetValueOrDefault(network) >= MaxOfNetwork
                || _orders.GetValueOrDefault(orderId) >= MaxOfOrder)
            {
                return null;
            }

            _open++;
            CollectionsMarshal.GetValueRefOrAddDefault(_networks, network, out _)++;
            CollectionsMarshal.GetValueRefOrAddDefault(_orders, orderId, out _)++;
            return new Place(this, network, orderId);
        }
    }

    private void Leave(IPNetwork network, string orderId)
    {
        lock (_lock)
        {
            _open--;
            Decrement(_networks, network);
            Decrement(_orders, orderId);
        }
    }

    private static void Decrement<TKey>(Dictionary<TKey, int> counts, TKey key)
        where TKey : notnull
    {
        if (--CollectionsMarshal.GetValueRefOrNullRef(counts, key) == 0)
        {
            counts.Remove(key);
        }
    }

    private sealed class Place(OrderWatchers watchers, IPNetwork network, string orderId) : IDisposable
    {
        private int _isLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0)
            {
                watchers.Leave(network, orderId);
            }
        }
    }
}
