namespace KhaltiCheckout.Storage;

/// <summary>
/// Gives committed events their positions on PostgreSQL, one process at a time, so that no position appears before one that was shown.
/// Run by those who read the feed, and by the worker where nobody reads; SQLite numbers its events as it inserts them (docs/adr/0009).
/// </summary>
internal sealed class EventPositions(Database database, TimeProvider time)
{
    private const long LockId = 5_701_239_001;

    private const string AnyUnnumbered = """SELECT 1 FROM "Events" WHERE "Position" IS NULL AND "At" <= @p0 LIMIT 1""";
    private const string Lock = "SELECT pg_advisory_xact_lock(@p0)";

    // By time, but those of one order by its versions, whatever the clocks of the processes say.
    private const string Number = """
        UPDATE "Events" AS e SET "Position" = n."Position"
        FROM (
            SELECT u."Id", (SELECT COALESCE(MAX("Position"), 0) FROM "Events")
                + ROW_NUMBER() OVER (ORDER BY u."Latest", u."OrderVersion", u."Id") AS "Position"
            FROM (
                SELECT "Id", "OrderVersion",
                    MAX("At") OVER (PARTITION BY COALESCE("OrderId", "Id") ORDER BY "OrderVersion", "Id") AS "Latest"
                FROM "Events" WHERE "Position" IS NULL) AS u) AS n
        WHERE e."Id" = n."Id"
        """;

    // Without it the first reader would number years of events.
    private static readonly TimeSpan WorkerDelay = TimeSpan.FromMinutes(1);

    /// <summary>Afterwards every event that was committed before the call has its position.</summary>
    internal Task AssignAsync(CancellationToken cancellationToken) => AssignAsync(DateTimeOffset.MaxValue, cancellationToken);

    /// <summary>The same, but only when an event has had no position for a minute, as nobody reads.</summary>
    internal Task AssignUnreadAsync(CancellationToken cancellationToken) =>
        AssignAsync(time.GetUtcNow() - WorkerDelay, cancellationToken);

    private async Task AssignAsync(DateTimeOffset writtenBy, CancellationToken cancellationToken)
    {
        if (database is not PostgreSqlDatabase)
        {
            return;
        }

        List<bool> found = await database.ReadAsync(
            sql => sql.ListAsync(AnyUnnumbered, static row => row.IsNull(0), writtenBy), cancellationToken);
        if (found.Count > 0)
        {
            // Each statement sees what was committed before it: the second one sees all that the lock's last holder has numbered.
            await database.WriteAsync(
                Isolation.RowLocks,
                async sql =>
                {
                    await sql.ExecuteAsync(Lock, LockId);
                    return await sql.ExecuteAsync(Number);
                },
                cancellationToken);
        }
    }
}
