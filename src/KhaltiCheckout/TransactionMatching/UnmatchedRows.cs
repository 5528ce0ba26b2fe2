using Khalti.Client;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.TransactionMatching;

/// <summary>The rows of transactions that Khalti listed and no payment here had.</summary>
internal sealed class UnmatchedRows(Database database)
{
    private const string IsNew = """
        NOT EXISTS (SELECT 1 FROM "Payments" WHERE "TransactionId" = @p0)
            AND NOT EXISTS (SELECT 1 FROM "UnmatchedTransactions" WHERE "TransactionId" = @p0)
        """;

    private const string SelectIsNew = $"""SELECT @p0 WHERE {IsNew}""";

    private const string Insert = $"""
        INSERT INTO "UnmatchedTransactions" ("TransactionId", "Status", "Amount", "Fee", "KhaltiState", "ProductIdentity", "CreatedOn",
            "FoundAt", "NextCheckAt", "Checks", "Version")
        VALUES (@p0, 'waiting', @p1, @p2, @p3, @p4, @p5, @p6, @p7, 0, 0)
        ON CONFLICT DO NOTHING
        """;

    private const string IsNotLeased = """("LeasedUntil" IS NULL OR "LeasedUntil" <= @p0 OR "LeasedUntil" > @p1)""";

    private const string SelectDue = $"""
        SELECT "TransactionId" FROM "UnmatchedTransactions" WHERE "NextCheckAt" <= @p0 AND {IsNotLeased} ORDER BY "NextCheckAt" LIMIT @p2
        """;

    private const string Columns = """
        "TransactionId", "Status", "Amount", "Fee", "KhaltiState", "ProductIdentity", "OrderId", "Checks", "Version"
        """;

    private const string Lease = $"""
        UPDATE "UnmatchedTransactions" SET "LeasedUntil" = @p3, "Version" = "Version" + 1
        WHERE "TransactionId" = @p2 AND "NextCheckAt" <= @p0 AND {IsNotLeased}
        RETURNING {Columns}
        """;

    // Only one that nobody has looked at is not worth keeping.
    private const string RemoveKnown = """
        DELETE FROM "UnmatchedTransactions" WHERE "TransactionId" = @p0 AND "Status" = 'waiting'
        """;

    private const string MarkMatched = """
        UPDATE "UnmatchedTransactions" SET "Status" = 'matched', "OrderId" = @p1, "NextCheckAt" = NULL, "LeasedUntil" = NULL,
            "ResolvedAt" = @p2, "Version" = "Version" + 1
        WHERE "TransactionId" = @p0
        """;

    private const string SaveCheck = """
        UPDATE "UnmatchedTransactions" SET "Status" = @p2, "KhaltiState" = @p3, "ProductIdentity" = @p4, "OrderId" = @p5, "Rule" = @p6,
            "NextCheckAt" = @p7, "LeasedUntil" = NULL, "Checks" = "Checks" + 1, "Version" = "Version" + 1
        WHERE "TransactionId" = @p0 AND "Version" = @p1
        """;

    private const string Dismiss = """DELETE FROM "UnmatchedTransactions" WHERE "TransactionId" = @p0 AND "Version" = @p1""";

    /// <summary>Adds those of a page that nobody here knows. Those that are known cost no write.</summary>
    /// <param name="records">With money that is here.</param>
    /// <param name="now">When they were found.</param>
    /// <param name="firstLook">When they are looked at.</param>
    internal async Task<int> AddUnknownAsync(
        IEnumerable<ListedTransaction> records, DateTimeOffset now, DateTimeOffset firstLook, CancellationToken cancellationToken)
    {
        List<ListedTransaction> unknown = await database.ReadAsync(
            async sql =>
            {
                List<ListedTransaction> news = [];
                foreach (ListedTransaction record in records.Where(record => record.Id.Length <= UnmatchedTransactionMapping.MaxIdLength))
                {
                    if (await sql.FindAsync(SelectIsNew, static row => row.Text(0), record.Id) is not null)
                    {
                        news.Add(record);
                    }
                }

                return news;
            },
            cancellationToken);
        return unknown.Count == 0 ? 0 : await database.WriteAsync(
            Isolation.RowLocks,
            async sql =>
            {
                int added = 0;
                foreach (ListedTransaction record in unknown)
                {
                    added += await sql.ExecuteAsync(
                        Insert, record.Id, record.Amount, record.Record.Fee, record.Record.StateName, record.ProductIdentity,
                        record.CreatedOn, now, firstLook);
                }

                return added;
            },
            cancellationToken);
    }

    /// <summary>Adds one that the night's comparison has found.</summary>
    internal Task AddAsync(
        string transactionId, Paisa amount, string khaltiState, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
        Isolation.RowLocks, sql => sql.ExecuteAsync(Insert, transactionId, amount, null, khaltiState, null, null, now, now),
        cancellationToken);

    internal Task<List<string>> ListDueAsync(DateTimeOffset now, int atMost, CancellationToken cancellationToken) => database.ReadAsync(
        sql => sql.ListAsync(SelectDue, static row => row.Text(0), now, Leases.LatestEnd(now), atMost), cancellationToken);

    /// <summary>Lets one process at a time look at a transaction. Null when another one does.</summary>
    internal Task<UnmatchedRow?> LeaseAsync(
        string transactionId, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken) => database.WriteAsync(
        Isolation.RowLocks,
        sql => sql.FindAsync(Lease, UnmatchedRow.Read, now, Leases.LatestEnd(now), transactionId, now + lease),
        cancellationToken);

    /// <summary>A payment has it now.</summary>
    internal static async Task SetMatchedAsync(SqlSession sql, string transactionId, string? orderId, DateTimeOffset now)
    {
        await sql.ExecuteAsync(RemoveKnown, transactionId);
        await sql.ExecuteAsync(MarkMatched, transactionId, orderId, now);
    }

    /// <summary>It has no money any more.</summary>
    internal static Task<int> DismissAsync(SqlSession sql, UnmatchedRow row) => sql.ExecuteAsync(Dismiss, row.TransactionId, row.Version);

    internal static Task<int> SaveAsync(SqlSession sql, UnmatchedRow row, UnmatchedCheck check) => sql.ExecuteAsync(
        SaveCheck, row.TransactionId, row.Version, SnakeCase.Of(check.Status), check.KhaltiState, check.ProductIdentity, check.OrderId,
        check.Rule is { } rule ? SnakeCase.Of(rule) : null, check.NextCheckAt);

    internal Task<int> WriteAsync(Func<SqlSession, Task<int>> write, CancellationToken cancellationToken) =>
        database.WriteAsync(Isolation.RowLocks, write, cancellationToken);
}

/// <summary>A transaction as this process has leased it.</summary>
internal sealed record UnmatchedRow(
    string TransactionId, UnmatchedStatus Status, Paisa Amount, Paisa? Fee, string KhaltiState, string? ProductIdentity, string? OrderId,
    int Checks, int Version)
{
    internal static UnmatchedRow Read(SqlRow row) => new(
        row.Text(0), SnakeCase.Read<UnmatchedStatus>(row.Text(1)), row.Paisa(2), row.PaisaOrNull(3), row.Text(4), row.TextOrNull(5),
        row.TextOrNull(6), row.Count(7), row.Count(8));
}

/// <summary>What one look at a transaction has come to.</summary>
/// <param name="NextCheckAt">When it is looked at again; null when it is decided.</param>
internal sealed record UnmatchedCheck(
    UnmatchedStatus Status, string KhaltiState, string? ProductIdentity, string? OrderId, RuleId? Rule, DateTimeOffset? NextCheckAt);
