using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Storage;

/// <summary>
/// Removes orders that expired long ago and that nobody ever tried to pay, with all that belongs to them; of their events the places in
/// the feed stay. One with a payment, whatever became of it, with an open reason, or with a transaction of Khalti's stays for ever.
/// </summary>
internal sealed class UnpaidOrders(Database database)
{
    // Of these at most so many are removed in one transaction, for which shoppers' writes wait.
    private const int PieceSize = 200;

    private const string IsRemovable = """
        o."Status" = 'expired' AND o."Attention" IS NULL
            AND NOT EXISTS (SELECT 1 FROM "Payments" AS p WHERE p."OrderId" = o."Id")
            AND NOT EXISTS (SELECT 1 FROM "AttentionReasons" AS a WHERE a."OrderId" = o."Id" AND a."ResolvedAt" IS NULL)
            AND NOT EXISTS (SELECT 1 FROM "UnmatchedTransactions" AS u WHERE u."OrderId" = o."Id")
        """;

    // Those that stay are passed by once a round: what is looked at is bounded, and not only what is found.
    private const string SelectPiece = $"""
        SELECT o."Id", CASE WHEN o."ExpiresAt" <= @p0 AND {IsRemovable} THEN 1 ELSE 0 END FROM "Orders" AS o
        WHERE o."Status" = 'expired' AND o."Id" > @p1 AND o."Id" < @p2 ORDER BY o."Id" LIMIT @p3
        """;

    private static readonly string Ids = string.Join(", ", Enumerable.Range(0, PieceSize).Select(place => $"@p{place}"));

    private static readonly string SelectRemovable = $"""SELECT o."Id" FROM "Orders" AS o WHERE o."Id" IN ({Ids}) AND {IsRemovable}""";

    private static readonly string SelectWords = $"""SELECT "Key", "Words" FROM "OrderWords" WHERE "OrderId" IN ({Ids})""";

    private const string RemoveFromIndex = """
        INSERT INTO "OrderWordsIndex" ("OrderWordsIndex", rowid, "Words") VALUES ('delete', @p0, @p1)
        """;

    private static readonly string[] Removals =
    [
        .. new[] { "OrderWords", "SearchTerms", "Timeline", "AttentionReasons", "OrderLines" }
            .Select(table => $"""DELETE FROM "{table}" WHERE "OrderId" IN ({Ids})"""),
        $"""UPDATE "Events" SET "OrderId" = NULL, "Data" = NULL WHERE "OrderId" IN ({Ids})""",
        $"""DELETE FROM "Orders" WHERE "Id" IN ({Ids})""",
    ];

    /// <summary>Looks at some orders behind an id, and removes those that may go.</summary>
    /// <param name="after">The id; empty to begin.</param>
    /// <param name="expiredBefore">Only orders whose time was over then.</param>
    /// <returns>The last id that was looked at, null at the end; and how many were removed.</returns>
    internal async Task<(string? Last, int Removed)> RemovePieceAsync(
        string after, DateTimeOffset expiredBefore, CancellationToken cancellationToken)
    {
        List<(string Id, bool IsRemovable)> looked = await database.ReadAsync(
            sql => sql.ListAsync(
                SelectPiece, static row => (row.Text(0), row.Number(1) == 1), expiredBefore, after,
                TypeId.First(TypeId.Order, expiredBefore), PieceSize),
            cancellationToken);
        string[] removable = [.. looked.Where(order => order.IsRemovable).Select(order => order.Id)];
        int removed = removable.Length == 0
            ? 0
            : await database.WriteAsync(Isolation.RowLocks, sql => RemoveAsync(sql, removable), cancellationToken);
        return (looked.Count < PieceSize ? null : looked[^1].Id, removed);
    }

    // Decided again with the rows locked: money may have come for one meanwhile.
    private static async Task<int> RemoveAsync(SqlSession sql, string[] ids)
    {
        List<string> removable = await sql.ListAsync(
            SelectRemovable + sql.ForUpdate, static row => row.Text(0), [.. Padded(ids)]);
        if (removable.Count == 0)
        {
            return 0;
        }

        object?[] values = [.. Padded(removable)];
        if (sql.Connection is not Npgsql.NpgsqlConnection)
        {
            foreach ((long key, string words) in await sql.ListAsync(
                SelectWords, static row => (row.Number(0), row.Text(1)), values))
            {
                await sql.ExecuteAsync(RemoveFromIndex, key, words);
            }
        }

        foreach (string removal in Removals)
        {
            await sql.ExecuteAsync(removal, values);
        }

        return removable.Count;
    }

    // One text for a piece of any size.
    private static IEnumerable<object?> Padded(IReadOnlyList<string> ids) =>
        ids.Concat(Enumerable.Repeat(ids[^1], PieceSize - ids.Count));
}
