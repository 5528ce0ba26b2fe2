namespace KhaltiCheckout.Orders;

/// <summary>
/// Orders that this process has placed and that mostly are paid a moment later: so they need not be read for it. Each is given
/// away once, as whoever decides about an order changes it. Whether it is still so is asked of the database when that is written.
/// </summary>
internal sealed class PlacedOrders(TimeProvider time)
{
    // A newer one takes the place of an older one, which is read when somebody pays it.
    private const int Places = 1024;

    // A large one is not worth its room.
    private const int MostLines = 5;

    // Who mends a row by hand and forgets its version is not overlooked for long.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private readonly Order?[] _places = new Order?[Places];

    /// <param name="order">As the database has it. Nobody else changes it.</param>
    internal void Keep(Order order)
    {
        if (order.Metadata is null && order.Lines.Count <= MostLines)
        {
            Volatile.Write(ref PlaceOf(order.Id), order);
        }
    }

    /// <summary>Null when it is not here any more.</summary>
    internal Order? Take(string id)
    {
        ref Order? place = ref PlaceOf(id);
        Order? order = Volatile.Read(ref place);
        return order?.Id == id && Interlocked.CompareExchange(ref place, null, order) == order && time.GetUtcNow() - order.CreatedAt <= Longest ? order : null;
    }

    private ref Order? PlaceOf(string id) => ref _places[(uint)string.GetHashCode(id, StringComparison.Ordinal) % Places];
}
