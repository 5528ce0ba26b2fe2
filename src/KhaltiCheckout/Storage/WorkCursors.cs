using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Storage;

/// <summary>Work that is done step by step: of several processes one makes a step, and the next goes on from there.</summary>
internal sealed class WorkCursors(Database database)
{
    private const string Select = """
        SELECT "Position", "Version" FROM "WorkCursors"
        WHERE "Name" = @p0 AND ("NextAt" <= @p1 OR "NextAt" > @p2)
            AND ("LeasedUntil" IS NULL OR "LeasedUntil" <= @p1 OR "LeasedUntil" > @p2)
        """;

    private const string Any = """SELECT "Name" FROM "WorkCursors" WHERE "Name" = @p0""";

    private const string Add = """
        INSERT INTO "WorkCursors" ("Name", "Position", "NextAt", "LeasedUntil", "Version") VALUES (@p0, '', @p1, NULL, 0)
        ON CONFLICT DO NOTHING
        """;

    private const string Lease = """
        UPDATE "WorkCursors" SET "LeasedUntil" = @p2, "Version" = "Version" + 1 WHERE "Name" = @p0 AND "Version" = @p1
        """;

    private const string Save = """
        UPDATE "WorkCursors" SET "Position" = @p2, "NextAt" = @p3, "LeasedUntil" = NULL, "Version" = "Version" + 1
        WHERE "Name" = @p0 AND "Version" = @p1
        """;

    // Nothing waits for longer. What lies further ahead was put there by a clock that was ahead.
    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(1);

    /// <summary>The step that is due; null when none is, or when another process makes it.</summary>
    internal async Task<WorkStep?> TryBeginAsync(string name, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        DateTimeOffset latest = now + MaxWait + ClockSkew.Tolerance;
        WorkStep? due = await FindAsync();
        if (due is null)
        {
            if (await database.ReadAsync(sql => sql.FindAsync(Any, static row => row.Text(0), name), cancellationToken) is not null)
            {
                return null;
            }

            await database.WriteAsync(sql => sql.ExecuteAsync(Add, name, now), cancellationToken);
            due = await FindAsync();
        }

        return due is not null
            && await database.WriteAsync(
                Isolation.RowLocks, sql => sql.ExecuteAsync(Lease, name, due.Version, now + lease), cancellationToken) == 1
            ? due with { Version = due.Version + 1 }
            : null;

        Task<WorkStep?> FindAsync() => database.ReadAsync(
            sql => sql.FindAsync(Select, row => new WorkStep(name, row.Text(0), row.Count(1)), name, now, latest), cancellationToken);
    }

    /// <summary>Ends a step. Without an effect when another process has begun meanwhile.</summary>
    internal Task EndAsync(WorkStep step, string position, DateTimeOffset nextAt, CancellationToken cancellationToken) =>
        database.WriteAsync(
            Isolation.RowLocks, sql => sql.ExecuteAsync(Save, step.Name, step.Version, position, nextAt), cancellationToken);
}

/// <summary>A step that this process makes.</summary>
internal sealed record WorkStep(string Name, string Position, int Version);
