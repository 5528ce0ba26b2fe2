using System.Text.Json;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Events;

/// <summary>Something that happened, as it was then.</summary>
/// <param name="Id">Also the cursor: the feed goes on behind it.</param>
/// <param name="Type">Such as <c>order.paid</c>. New types may come.</param>
/// <param name="Data"><c>order</c>, and <c>payment</c>, <c>refund</c> and <c>reason</c> where the event is about one: as the admin API
/// shows them, without timeline, and without the customer's e-mail address and phone. <c>close</c> in <c>close.signed_off</c>.</param>
public sealed record EventView(string Id, string Type, DateTimeOffset Timestamp, JsonElement Data)
{
    internal static EventView Of(EventRow row) => new(row.Id, row.Type, row.At, JsonElement.Parse(row.Data));
}

/// <summary>Events, oldest first.</summary>
/// <param name="NextCursor">Give it as <c>after</c> for what comes next, now or later; null while there is no event.</param>
/// <param name="HasMore">Whether there is more to read now, also when <c>data</c> is empty.</param>
public sealed record EventPage(IReadOnlyList<EventView> Data, string? NextCursor, bool HasMore);

/// <summary>An event as the feed reads it.</summary>
internal sealed record EventRow(string Id, long Position, string Type, DateTimeOffset At, string Data)
{
    internal const string Columns = """ "Id", "Position", "Type", "At", "Data" """;

    internal static EventRow Read(SqlRow row) => new(row.Text(0), row.Number(1), row.Text(2), row.Instant(3), row.Text(4));
}
