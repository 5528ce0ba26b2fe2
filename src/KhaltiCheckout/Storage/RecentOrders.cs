using KhaltiCheckout.Model;
using KhaltiCheckout.Views;

namespace KhaltiCheckout.Storage;

/// <summary>
/// Orders that this process has saved and that mostly are asked for a moment later: one that was placed is paid, one that was paid
/// is shown. So they need not be read for it. Each is given away once, as whoever decides about an order changes it. Whether it is
/// still so is asked of the database.
/// </summary>
internal sealed class RecentOrders(TimeProvider time)
{
    // A newer one takes the place of an older one, which is read when somebody asks for it.
    private const int Places = 1024;

    // A large one is not worth its room.
    private const int MaxLines = 5;

    // Who mends a row by hand and forgets its version is not overlooked for long.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private readonly Entry?[] _places = new Entry?[Places];

    /// <param name="order">As the database has it.</param>
    /// <param name="what">What is asked for by its type: the order itself, which nobody else changes then, or what was made of it.</param>
    internal void Keep(Order order, object what)
    {
        if (order.Metadata is null && order.Lines.Count <= MaxLines)
        {
            Volatile.Write(ref PlaceOf(order.Id), new Entry(order.Id, what, time.GetUtcNow()));
        }
    }

    /// <summary>Null when it is not here any more.</summary>
    internal T? Take<T>(string id)
        where T : class
    {
        ref Entry? place = ref PlaceOf(id);
        Entry? entry = Volatile.Read(ref place);
        return entry?.What is T what && entry.Id == id && Interlocked.CompareExchange(ref place, null, entry) == entry
            && time.GetUtcNow() - entry.Since <= Longest ? what : null;
    }

    private ref Entry? PlaceOf(string id) => ref _places[(uint)string.GetHashCode(id, StringComparison.Ordinal) % Places];

    private sealed record Entry(string Id, object What, DateTimeOffset Since);
}

/// <summary>An order as it was shown to whoever paid it.</summary>
/// <param name="State">Of the rows that it was made of: <see cref="Order.StoredState"/>.</param>
internal sealed record ShownOrder(OrderView View, long State);
