using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Storage;

/// <summary>An event before it is saved.</summary>
/// <param name="Type">Its name on the wire.</param>
/// <param name="Data">JSON.</param>
internal readonly record struct EventDraft(string Type, DateTimeOffset At, string Data);

/// <summary>An order as it was read and as it is saved.</summary>
/// <param name="Before">Null for a new order.</param>
internal sealed record SavedOrder(OrderSnapshot? Before, Order After);

/// <summary>Which events a change has, as functions of what is saved: Storage knows neither their types nor their JSON.</summary>
/// <param name="OfOrder">Of an order that is saved.</param>
/// <param name="OfUnreadable">Of the reason that is raised for an order that can't be read.</param>
internal sealed record EventSource(
    Func<SavedOrder, IReadOnlyList<EventDraft>> OfOrder, Func<RaisedReason, EventDraft> OfUnreadable);

/// <summary>Writes events in the transaction of the change that they tell of.</summary>
internal static class EventOutbox
{
    // SQLite has one writer, so what is inserted later is committed later. On PostgreSQL others commit in any order: see EventPositions.
    private const string InsertNumbered = """
        INSERT INTO "Events" ("Id", "OrderId", "OrderVersion", "Type", "At", "Data", "Position")
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, (SELECT COALESCE(MAX("Position"), 0) + 1 FROM "Events"))
        """;

    private const string InsertUnnumbered = """
        INSERT INTO "Events" ("Id", "OrderId", "OrderVersion", "Type", "At", "Data") VALUES (@p0, @p1, @p2, @p3, @p4, @p5)
        """;

    /// <summary>The rows of an order's events, in their order.</summary>
    internal static IEnumerable<SqlChange> RowsOf(SqlSession sql, string orderId, int orderVersion, IReadOnlyList<EventDraft> events)
    {
        if (events.Count == 0)
        {
            return [];
        }

        // Ids of one millisecond are random: sorted, they are in the order of the events.
        string[] ids = [.. events.Select(_ => TypeId.New(TypeId.Event, events[^1].At)).Order(StringComparer.Ordinal)];
        return events.Select((one, place) => Row(sql, ids[place], orderId, orderVersion, one));
    }

    /// <summary>Adds an event; the caller's transaction saves it.</summary>
    /// <returns>Its id.</returns>
    internal static async Task<string> AddAsync(SqlSession sql, EventDraft added, string? orderId = null, int orderVersion = 0)
    {
        string id = TypeId.New(TypeId.Event, added.At);
        SqlChange row = Row(sql, id, orderId, orderVersion, added);
        await sql.ExecuteAsync(row.Sql, row.Values);
        return id;
    }

    private static SqlChange Row(SqlSession sql, string id, string? orderId, int orderVersion, EventDraft one) => SqlChange.Add(
        sql.Connection is Npgsql.NpgsqlConnection ? InsertUnnumbered : InsertNumbered,
        id, orderId, orderVersion, one.Type, one.At, one.Data);
}
