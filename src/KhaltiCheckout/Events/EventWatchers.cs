namespace KhaltiCheckout.Events;

/// <summary>Bounds the event streams that are open at once: in all, and of one key.</summary>
internal sealed class EventWatchers
{
    internal const int MaxInAll = 100;
    internal const int MaxOfKey = 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _keys = new(StringComparer.Ordinal);
    private int _open;

    /// <summary>A place, which is free again when it is disposed of; null when there is none.</summary>
    internal IDisposable? TryEnter(string keyId)
    {
        lock (_lock)
        {
            int ofKey = _keys.GetValueOrDefault(keyId);
            if (_open >= MaxInAll || ofKey >= MaxOfKey)
            {
                return null;
            }

            _open++;
            _keys[keyId] = ofKey + 1;
            return new Place(this, keyId);
        }
    }

    private void Leave(string keyId)
    {
        lock (_lock)
        {
            _open--;
            if (--_keys[keyId] == 0)
            {
                _keys.Remove(keyId);
            }
        }
    }

    private sealed class Place(EventWatchers watchers, string keyId) : IDisposable
    {
        private int _isLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0)
            {
                watchers.Leave(keyId);
            }
        }
    }
}
