namespace KhaltiCheckout.Storage;

/// <summary>
/// The rows of orders that this process has saved a moment ago: an order that was placed is mostly paid next. Whether they are current is
/// asked of the database each time, which is one statement instead of three.
/// </summary>
internal sealed class RecentOrders(TimeProvider time)
{
    // A newer order takes the place of an older one, which is read when it is needed.
    private const int Places = 1024;

    // A larger one is not worth its room.
    private const int MaxLines = 5;

    // A row that was changed by hand, without its version, is seen again after this time.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(2);

    private readonly Entry?[] _places = new Entry?[Places];

    /// <summary>Only what the versions of order and payments vouch for: refunds and reasons have versions of their own.</summary>
    internal void Keep(OrderSnapshot order)
    {
        if (order is { Refunds.Count: 0, Reasons.Count: 0, Lines.Count: <= MaxLines })
        {
            Volatile.Write(ref PlaceOf(order.Order.Id), new Entry(order, time.GetUtcNow()));
        }
    }

    /// <summary>Null when they are not here.</summary>
    internal OrderSnapshot? Find(string orderId) =>
        Volatile.Read(ref PlaceOf(orderId)) is { } entry && entry.Order.Order.Id == orderId && time.GetUtcNow() - entry.Since is { } age
        && age >= TimeSpan.Zero && age <= MaxAge ? entry.Order : null;

    private ref Entry? PlaceOf(string id) => ref _places[(uint)string.GetHashCode(id, StringComparison.Ordinal) % Places];

    private sealed record Entry(OrderSnapshot Order, DateTimeOffset Since);
}
