using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Events;

/// <summary>Reads events in the order of their positions.</summary>
internal sealed class EventFeed(Database database, EventPositions positions)
{
    // How many positions one read looks at, whatever it looks for: a filter that few events fit costs no more than others.
    private const int MaxScanned = 2000;

    private const string SelectPosition = """SELECT "Position" FROM "Events" WHERE "Id" = @p0""";
    private const string SelectLast = """SELECT COALESCE(MAX("Position"), 0) FROM "Events" """;
    private const string SelectId = """SELECT "Id" FROM "Events" WHERE "Position" = @p0""";

    private const string SelectOne =
        $"""SELECT {EventRow.Columns} FROM "Events" WHERE "Id" = @p0 AND "Data" IS NOT NULL AND "Position" IS NOT NULL""";

    private const string SelectPage = $"""
        SELECT {EventRow.Columns} FROM "Events" WHERE "Position" > @p0 AND "Position" <= @p1 AND "Data" IS NOT NULL
        """;

    /// <summary>Whether a reader may begin behind this event: it was there, even if it is removed.</summary>
    internal async Task<bool> IsCursorAsync(string id, CancellationToken cancellationToken)
    {
        await positions.AssignAsync(cancellationToken);
        return await database.ReadAsync(sql => PositionAsync(sql, id), cancellationToken) is not null;
    }

    internal async Task<EventRow?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await positions.AssignAsync(cancellationToken);
        return await database.ReadAsync(sql => sql.FindAsync(SelectOne, EventRow.Read, id), cancellationToken);
    }

    /// <param name="after">An event's id; null for the beginning.</param>
    /// <param name="types">Names of types; null for all.</param>
    /// <returns>Null when there never was an event with the id.</returns>
    internal async Task<EventRows?> ReadAsync(
        string? after, IReadOnlyList<string>? types, int limit, CancellationToken cancellationToken)
    {
        await positions.AssignAsync(cancellationToken);
        return await database.ReadAsync(
            async sql =>
            {
                long? from = after is null ? 0 : await PositionAsync(sql, after);
                return from is { } position ? await ReadAsync(sql, position, after, types, limit) : null;
            },
            cancellationToken);
    }

    private static async Task<EventRows> ReadAsync(
        SqlSession sql, long from, string? after, IReadOnlyList<string>? types, int limit)
    {
        long last = await sql.FindAsync(SelectLast, static row => row.Number(0));
        long end = Math.Min(last, from + MaxScanned);
        List<EventRow> rows = await sql.ListAsync(PageOf(types, limit + 1), EventRow.Read, [from, end, .. types ?? []]);
        if (rows.Count > limit)
        {
            return new EventRows(rows[..limit], rows[limit - 1].Id, HasMore: true);
        }

        // Positions have no gap: removed events keep theirs.
        string? cursor = end > from ? await sql.FindAsync(SelectId, static row => row.Text(0), end) : after;
        return new EventRows(rows, cursor, HasMore: end < last);
    }

    // A position that is not given yet is behind all that are.
    private static Task<long?> PositionAsync(SqlSession sql, string id) =>
        sql.FindAsync(SelectPosition, static row => row.IsNull(0) ? (long?)null : row.Number(0), id);

    private static string PageOf(IReadOnlyList<string>? types, int limit)
    {
        string filter = types is null ? "" : $""" AND "Type" IN ({string.Join(", ", types.Select((_, place) => $"@p{place + 2}"))})""";
        return $"""{SelectPage}{filter} ORDER BY "Position" LIMIT {limit}""";
    }
}

/// <param name="Cursor">Where the next read begins; null while there is no event.</param>
/// <param name="HasMore">Whether there are events behind the cursor.</param>
internal sealed record EventRows(IReadOnlyList<EventRow> Rows, string? Cursor, bool HasMore);
