using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Storage;

/// <summary>
/// What the worker asks the database, every second and in plain SQL. Statuses stand in the text, so that the indexes of open work
/// answer.
/// </summary>
internal sealed class DueWorkQueries(Database database)
{
    private const string AbandonedLinks = $"""
        SELECT "Id" FROM "Payments" WHERE "Status" = 'initiated' AND "Pidx" IS NULL AND ("LeasedUntil" <= @p0 OR "LeasedUntil" > @p2)
            AND {IsReadable}
        ORDER BY "LeasedUntil" LIMIT @p1
        """;

    private const string UnnumberedOrder = """SELECT "Id" FROM "Orders" WHERE "Number" IS NULL ORDER BY "Id" DESC LIMIT 1""";

    // Without a token and without a link there is nothing that Khalti could be asked about.
    private const string CanBeAskedAbout = """("Token" IS NOT NULL OR "Pidx" IS NOT NULL)""";

    // A lease longer than any process takes was made by a clock that was ahead.
    private const string IsNotLeased = """("LeasedUntil" IS NULL OR "LeasedUntil" <= @p1 OR "LeasedUntil" > @p2)""";

    // What failed because its order can't be read fails until a person has mended it, and must not take the others' places.
    private const string IsReadable = """
        NOT EXISTS (SELECT 1 FROM "AttentionReasons" AS a WHERE a."OrderId" = "Payments"."OrderId" AND a."Reason" = 'unreadable'
            AND a."ResolvedAt" IS NULL)
        """;

    private const string IsDue = $"""
        "NextCheckAt" <= @p1 AND "Method" = @p0 AND {CanBeAskedAbout} AND {IsNotLeased} AND {IsReadable}
        """;

    // Their shoppers wait for an answer.
    private const string DuePayments = $"""
        SELECT "Id" FROM "Payments" WHERE {IsDue} AND "Status" IN ('verifying', 'needs_review') ORDER BY "NextCheckAt" LIMIT @p3
        """;

    // Links that nobody has paid as far as is known, and payments that are over. An expression keeps SQLite from going through all
    // payments by their age.
    private const string NewestDueLinks = $"""
        SELECT "Id" FROM "Payments" WHERE {IsDue} AND "Status" NOT IN ('verifying', 'needs_review') ORDER BY "Id" || '' DESC LIMIT @p3
        """;

    private const string OldestDueLinks = $"""
        SELECT "Id" FROM "Payments" WHERE {IsDue} AND "Status" NOT IN ('verifying', 'needs_review') ORDER BY "NextCheckAt" LIMIT @p3
        """;

    private const string PaymentToProbe = $"""
        SELECT "Id" FROM "Payments" WHERE "NextCheckAt" IS NOT NULL AND "Method" = @p0 AND {CanBeAskedAbout} AND {IsNotLeased}
            AND {IsReadable}
        ORDER BY "LastAskedAt" NULLS FIRST LIMIT 1
        """;

    private const string IsReadableRefund = """
        NOT EXISTS (SELECT 1 FROM "AttentionReasons" AS a WHERE a."OrderId" = "Refunds"."OrderId" AND a."Reason" = 'unreadable'
            AND a."ResolvedAt" IS NULL)
        """;

    private const string DueRefunds = $"""
        SELECT "Id" FROM "Refunds" WHERE "NextCheckAt" <= @p1 AND "Method" = @p0 AND {IsNotLeased} AND {IsReadableRefund}
        ORDER BY "NextCheckAt" LIMIT @p3
        """;

    private const string RefundToProbe = $"""
        SELECT "Id" FROM "Refunds" WHERE "NextCheckAt" IS NOT NULL AND "Method" = @p0 AND {IsNotLeased} AND {IsReadableRefund}
        ORDER BY "NextCheckAt" LIMIT 1
        """;

    // Checks put off for longer than the schedule ever does, by a clock that was ahead: @p0 and @p1 are the latest checks of what is asked
    // about hourly and daily.
    private const string TooFarAhead = """
        "NextCheckAt" > @p0 AND ("NextCheckAt" > @p1 OR "Checks" <= @p2)
        """;

    // The looks at a link that has ended, or was given to nobody, follow its own time, however far ahead that is: of those only the ones
    // that were put off at an instant that has not come yet.
    private const string PaymentsAhead = $"""
        "NextCheckAt" > @p0 AND (COALESCE("LastAskedAt", "CreatedAt") > @p3
            OR (("Pidx" IS NULL OR ("PaymentUrl" IS NOT NULL AND "Status" NOT IN ('cancelled', 'expired', 'failed'))) AND {TooFarAhead}))
        """;

    private const string AnyPaymentAhead = $"""SELECT "Id" FROM "Payments" WHERE {PaymentsAhead} LIMIT 1""";
    private const string AnyRefundAhead = $"""SELECT "Id" FROM "Refunds" WHERE {TooFarAhead} LIMIT 1""";

    // An answer from an instant that has not come yet would count as newer than the next one.
    private const string RescheduleSkewedPayments = $"""
        UPDATE "Payments" SET "NextCheckAt" = @p4, "Version" = "Version" + 1,
            "LastAskedAt" = CASE WHEN "LastAskedAt" > @p3 THEN @p4 ELSE "LastAskedAt" END,
            "LastAnsweredAt" = CASE WHEN "LastAnsweredAt" > @p3 THEN @p4 ELSE "LastAnsweredAt" END
        WHERE {PaymentsAhead}
        """;

    private const string RescheduleSkewedRefunds =
        $"""UPDATE "Refunds" SET "NextCheckAt" = @p3, "Version" = "Version" + 1 WHERE {TooFarAhead}""";

    private const string Waiting = $"""
        "Method" = @p0 AND {CanBeAskedAbout} AND "NextCheckAt" > @p1 AND "LeasedUntil" IS NULL
        """;

    // Orders whose time is over, with a payment that nobody has asked about since.
    private const string Expiring = $"""
        {Waiting} AND "Status" IN ('verifying', 'initiated')
            AND EXISTS (SELECT 1 FROM "Orders" AS o WHERE o."Id" = "Payments"."OrderId" AND o."ExpiresAt" <= @p1
                AND ("Payments"."LastAskedAt" IS NULL OR "Payments"."LastAskedAt" < o."ExpiresAt"))
        """;

    private const string AnyExpiring = $"""SELECT "Id" FROM "Payments" WHERE {Expiring} LIMIT 1""";
    private const string ExpediteExpiring = $"""UPDATE "Payments" SET "NextCheckAt" = @p1, "Version" = "Version" + 1 WHERE {Expiring}""";
    private const string ExpeditePayments =
        $"""UPDATE "Payments" SET "NextCheckAt" = @p1, "Version" = "Version" + 1 WHERE {Waiting} AND "LastAskUnanswered" """;

    private const string ExpediteRefunds = """
        UPDATE "Refunds" SET "NextCheckAt" = @p1 WHERE "Method" = @p0 AND "LastAskUnanswered" AND "NextCheckAt" > @p1
            AND "LeasedUntil" IS NULL
        """;

    // None that a payment keeps from expiring: one whose outcome is open, or a link about which Khalti has not answered since.
    private const string OrdersToExpire = """
        SELECT o."Id" FROM "Orders" AS o WHERE o."Status" = 'pending' AND o."ExpiresAt" <= @p0
            AND NOT EXISTS (SELECT 1 FROM "Payments" AS p WHERE p."OrderId" = o."Id" AND (
                p."Status" IN ('verifying', 'needs_review')
                OR (p."Status" = 'initiated' AND (p."Pidx" IS NULL OR p."LastAnsweredAt" IS NULL OR p."LastAnsweredAt" < o."ExpiresAt"))))
            AND NOT EXISTS (
                SELECT 1 FROM "AttentionReasons" AS a WHERE a."OrderId" = o."Id" AND a."Reason" = 'unreadable' AND a."ResolvedAt" IS NULL)
        ORDER BY o."ExpiresAt" LIMIT @p1
        """;

    private const string AnyOldAnswer = """SELECT "Id" FROM "IdempotentRequests" WHERE "ExpiresAt" <= @p0 AND @p1 > 0 LIMIT 1""";

    private const string PurgeAnswers = """
        DELETE FROM "IdempotentRequests" WHERE "Id" IN (
            SELECT "Id" FROM "IdempotentRequests" WHERE "ExpiresAt" <= @p0 ORDER BY "ExpiresAt" LIMIT @p1)
        """;

    private const string AnyOldSignIn = """SELECT "Hash" FROM "AdminSessions" WHERE "ExpiresAt" <= @p0 AND @p1 > 0 LIMIT 1""";

    private const string PurgeSignIns = """
        DELETE FROM "AdminSessions" WHERE "Hash" IN (
            SELECT "Hash" FROM "AdminSessions" WHERE "ExpiresAt" <= @p0 ORDER BY "ExpiresAt" LIMIT @p1)
        """;

    /// <summary>Links that a process asked for and did not live to get.</summary>
    internal Task<List<string>> ListAbandonedLinksAsync(DateTimeOffset now, int atMost, CancellationToken cancellationToken) =>
        ListAsync(AbandonedLinks, cancellationToken, now, atMost, Leases.LatestEnd(now));

    /// <summary>Those whose outcome is open. Their shoppers wait.</summary>
    internal Task<List<string>> ListDuePaymentsAsync(
        PaymentMethod method, DateTimeOffset now, int atMost, CancellationToken cancellationToken) =>
        ListAsync(DuePayments, cancellationToken, SnakeCase.Of(method), now, Leases.LatestEnd(now), atMost);

    /// <summary>Links that nobody has paid yet, and payments that are over: half of them the newest, half those that are due longest.
    /// So many open links keep neither a new one nor an old one from being looked at.</summary>
    internal async Task<List<string>> ListDueLinksAsync(
        PaymentMethod method, DateTimeOffset now, int atMost, CancellationToken cancellationToken)
    {
        int half = (atMost + 1) / 2;
        List<string> newest = await ListAsync(
            NewestDueLinks, cancellationToken, SnakeCase.Of(method), now, Leases.LatestEnd(now), half);
        List<string> longest = newest.Count < half
            ? []
            : await ListAsync(OldestDueLinks, cancellationToken, SnakeCase.Of(method), now, Leases.LatestEnd(now), atMost);
        return [.. newest.Concat(longest.Except(newest, StringComparer.Ordinal)).Take(atMost)];
    }

    internal Task<List<string>> ListDueRefundsAsync(
        PaymentMethod method, DateTimeOffset now, int atMost, CancellationToken cancellationToken) =>
        ListAsync(DueRefunds, cancellationToken, SnakeCase.Of(method), now, Leases.LatestEnd(now), atMost);

    /// <summary>The one that has waited longest, due or not. None or one.</summary>
    internal Task<List<string>> ListPaymentToProbeAsync(PaymentMethod method, DateTimeOffset now, CancellationToken cancellationToken) =>
        ListAsync(PaymentToProbe, cancellationToken, SnakeCase.Of(method), now, Leases.LatestEnd(now));

    /// <summary>The one that is due first, due or not. None or one.</summary>
    internal Task<List<string>> ListRefundToProbeAsync(PaymentMethod method, DateTimeOffset now, CancellationToken cancellationToken) =>
        ListAsync(RefundToProbe, cancellationToken, SnakeCase.Of(method), now, Leases.LatestEnd(now));

    internal Task<List<string>> ListOrdersToExpireAsync(DateTimeOffset now, int atMost, CancellationToken cancellationToken) =>
        ListAsync(OrdersToExpire, cancellationToken, now, atMost);

    /// <summary>Makes due what a clock that was ahead has put off.</summary>
    internal async Task<int> RescheduleSkewedChecksAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        object?[] latest =
            [now + CheckSchedule.MaxHourly + ClockSkew.Tolerance, now + CheckSchedule.MaxDaily + ClockSkew.Tolerance,
                CheckSchedule.LastCheck];
        object?[] latestAsked = [.. latest, now + ClockSkew.Tolerance];
        bool isAny = await database.ReadAsync(
            async sql => await FindAsync(sql, AnyPaymentAhead, latestAsked) || await FindAsync(sql, AnyRefundAhead, latest),
            cancellationToken);
        return !isAny ? 0 : await database.WriteAsync(
            async sql => await sql.ExecuteAsync(RescheduleSkewedPayments, [.. latestAsked, now])
                + await sql.ExecuteAsync(RescheduleSkewedRefunds, [.. latest, now]),
            cancellationToken);
    }

    /// <summary>Makes due the checks that orders wait for whose time is over.</summary>
    internal Task ExpediteExpiringPaymentsAsync(PaymentMethod method, DateTimeOffset now, CancellationToken cancellationToken) =>
        ExecuteIfAnyAsync(AnyExpiring, ExpediteExpiring, cancellationToken, SnakeCase.Of(method), now);

    /// <summary>Makes due the checks that wait only because Khalti did not answer.</summary>
    internal Task<int> ExpediteUnansweredAsync(PaymentMethod method, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
        async sql => await sql.ExecuteAsync(ExpeditePayments, SnakeCase.Of(method), now)
            + await sql.ExecuteAsync(ExpediteRefunds, SnakeCase.Of(method), now),
        cancellationToken);

    /// <summary>Deletes idempotent answers that are too old to be asked for, and sign-ins that are over.</summary>
    /// <param name="atMost">Of each. After a busy day the shoppers' writes do not wait behind a long one.</param>
    internal async Task PurgeExpiredAsync(DateTimeOffset now, int atMost, CancellationToken cancellationToken)
    {
        await ExecuteIfAnyAsync(AnyOldAnswer, PurgeAnswers, cancellationToken, now, atMost);
        await ExecuteIfAnyAsync(AnyOldSignIn, PurgeSignIns, cancellationToken, now, atMost);
    }

    /// <summary>Gives orders of a version without numbers and search index both, newest first.</summary>
    /// <returns>How many.</returns>
    internal async Task<int> IndexOrdersAsync(int atMost, CancellationToken cancellationToken) =>
        await database.ReadAsync(sql => sql.FindAsync(UnnumberedOrder, static row => row.Text(0)), cancellationToken) is not null
            ? await database.WriteAsync(Isolation.RowLocks, sql => OrderSearchIndex.FillAsync(sql, atMost), cancellationToken)
            : 0;

    /// <inheritdoc cref="RaisedReasonMapping.AddUnrecorded"/>
    internal Task<int> AlignAttentionAsync(DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        async sql => await sql.ExecuteAsync(RaisedReasonMapping.AddUnrecorded)
            + await sql.ExecuteAsync(RaisedReasonMapping.ResolveUnrecorded, now)
            + await sql.ExecuteAsync(RaisedReasonMapping.CorrectAttention),
        cancellationToken);

    private static async Task<bool> FindAsync(SqlSession sql, string any, params object?[] values) =>
        await sql.FindAsync(any, static row => row.Text(0), values) is not null;

    private Task<List<string>> ListAsync(string select, CancellationToken cancellationToken, params object?[] values) =>
        database.ReadAsync(sql => sql.ListAsync(select, static row => row.Text(0), values), cancellationToken);

    // Readers do not wait for writers: a pass with nothing to do writes nothing.
    private async Task ExecuteIfAnyAsync(string any, string execute, CancellationToken cancellationToken, params object?[] values)
    {
        if (await database.ReadAsync(sql => FindAsync(sql, any, values), cancellationToken))
        {
            await database.WriteAsync(sql => sql.ExecuteAsync(execute, values), cancellationToken);
        }
    }
}
