using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Storage;

/// <summary>
/// What the worker asks the database, every second and in plain SQL: it is little, always the same, and the only thing that a
/// shop without visitors does. Statuses stand in the text, so that the indexes of what is open answer.
/// </summary>
internal static class DueWorkQueries
{
    private const string AbandonedLinks = $"""
        SELECT "Id" FROM "Payments" WHERE "Status" = 'initiated' AND "Pidx" IS NULL AND ("LeasedUntil" <= @p0 OR "LeasedUntil" > @p2) AND {IsReadable}
        ORDER BY "LeasedUntil" LIMIT @p1
        """;

    // Without a token and without a link there is nothing that Khalti could be asked about.
    private const string CanBeAskedAbout = """("Token" IS NOT NULL OR "Pidx" IS NOT NULL)""";

    // A lease longer than any process takes was made by a clock that was ahead.
    private const string NobodyAsks = """("LeasedUntil" IS NULL OR "LeasedUntil" <= @p1 OR "LeasedUntil" > @p2)""";

    // What failed because its order can't be read fails until a person has mended it, and must not take the others' places.
    private const string IsReadable = """
        NOT EXISTS (SELECT 1 FROM "AttentionReasons" AS a WHERE a."OrderId" = "Payments"."OrderId" AND a."Reason" = 'unreadable' AND a."ResolvedAt" IS NULL)
        """;

    private const string DuePayments = $"""
        SELECT "Id" FROM "Payments" WHERE "NextCheckAt" <= @p1 AND "Method" = @p0 AND {CanBeAskedAbout} AND {NobodyAsks} AND {IsReadable}
        ORDER BY "NextCheckAt" LIMIT @p3
        """;

    private const string PaymentToProbe = $"""
        SELECT "Id" FROM "Payments" WHERE "NextCheckAt" IS NOT NULL AND "Method" = @p0 AND {CanBeAskedAbout} AND {NobodyAsks} AND {IsReadable}
        ORDER BY "LastAskedAt" NULLS FIRST LIMIT 1
        """;

    private const string IsReadableRefund = """
        NOT EXISTS (SELECT 1 FROM "AttentionReasons" AS a WHERE a."OrderId" = "Refunds"."OrderId" AND a."Reason" = 'unreadable' AND a."ResolvedAt" IS NULL)
        """;

    private const string DueRefunds = $"""
        SELECT "Id" FROM "Refunds" WHERE "NextCheckAt" <= @p1 AND "Method" = @p0 AND {NobodyAsks} AND {IsReadableRefund}
        ORDER BY "NextCheckAt" LIMIT @p3
        """;

    private const string RefundToProbe = $"""
        SELECT "Id" FROM "Refunds" WHERE "NextCheckAt" IS NOT NULL AND "Method" = @p0 AND {NobodyAsks} AND {IsReadableRefund}
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

    private const string RescheduleSkewedRefunds = $"""UPDATE "Refunds" SET "NextCheckAt" = @p3, "Version" = "Version" + 1 WHERE {TooFarAhead}""";

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
    private const string ExpeditePayments = $"""UPDATE "Payments" SET "NextCheckAt" = @p1, "Version" = "Version" + 1 WHERE {Waiting} AND "LastAskUnanswered" """;

    private const string ExpediteRefunds = """
        UPDATE "Refunds" SET "NextCheckAt" = @p1 WHERE "Method" = @p0 AND "LastAskUnanswered" AND "NextCheckAt" > @p1 AND "LeasedUntil" IS NULL
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

    private const string AnyOldAnswer = """SELECT "Id" FROM "IdempotentRequests" WHERE "ExpiresAt" <= @p0 LIMIT 1""";

    private const string PurgeAnswers = """
        DELETE FROM "IdempotentRequests" WHERE "Id" IN (
            SELECT "Id" FROM "IdempotentRequests" WHERE "ExpiresAt" <= @p0 ORDER BY "ExpiresAt" LIMIT @p1)
        """;

    private const string AnyOldSignIn = """SELECT "Hash" FROM "AdminSessions" WHERE "ExpiresAt" <= @p0 LIMIT 1""";

    private const string PurgeSignIns = """
        DELETE FROM "AdminSessions" WHERE "Hash" IN (
            SELECT "Hash" FROM "AdminSessions" WHERE "ExpiresAt" <= @p0 ORDER BY "ExpiresAt" LIMIT @p1)
        """;

    extension(SqlSession sql)
    {
        /// <summary>Links that a process asked for and did not live to get.</summary>
        internal Task<List<string>> ListAbandonedLinksAsync(DateTimeOffset now, int atMost) => sql.ListIdsAsync(AbandonedLinks, now, atMost, LatestLease(now));

        internal Task<List<string>> ListDuePaymentsAsync(PaymentMethod method, DateTimeOffset now, int atMost) =>
            sql.ListIdsAsync(DuePayments, SnakeCase.Of(method), now, LatestLease(now), atMost);

        internal Task<List<string>> ListDueRefundsAsync(PaymentMethod method, DateTimeOffset now, int atMost) =>
            sql.ListIdsAsync(DueRefunds, SnakeCase.Of(method), now, LatestLease(now), atMost);

        /// <summary>The one that has waited longest, due or not. None or one.</summary>
        internal Task<List<string>> ListPaymentToProbeAsync(PaymentMethod method, DateTimeOffset now) =>
            sql.ListIdsAsync(PaymentToProbe, SnakeCase.Of(method), now, LatestLease(now));

        /// <summary>The one that is due first, due or not. None or one.</summary>
        internal Task<List<string>> ListRefundToProbeAsync(PaymentMethod method, DateTimeOffset now) =>
            sql.ListIdsAsync(RefundToProbe, SnakeCase.Of(method), now, LatestLease(now));

        internal Task<List<string>> ListOrdersToExpireAsync(DateTimeOffset now, int atMost) => sql.ListIdsAsync(OrdersToExpire, now, atMost);

        internal async Task<bool> HasSkewedChecksAsync(DateTimeOffset now) =>
            (await sql.ListIdsAsync(AnyPaymentAhead, [.. Latest(now), now + ClockSkew.Tolerance])).Count > 0
            || (await sql.ListIdsAsync(AnyRefundAhead, Latest(now))).Count > 0;

        /// <summary>Makes due what a clock that was ahead has put off.</summary>
        internal async Task<int> RescheduleSkewedChecksAsync(DateTimeOffset now) =>
            await sql.ExecuteAsync(RescheduleSkewedPayments, [.. Latest(now), now + ClockSkew.Tolerance, now])
            + await sql.ExecuteAsync(RescheduleSkewedRefunds, [.. Latest(now), now]);

        internal async Task<bool> HasExpiringPaymentsAsync(PaymentMethod method, DateTimeOffset now) =>
            (await sql.ListIdsAsync(AnyExpiring, SnakeCase.Of(method), now)).Count > 0;

        /// <summary>Makes due what an order waits for whose time is over.</summary>
        internal Task<int> ExpediteExpiringPaymentsAsync(PaymentMethod method, DateTimeOffset now) =>
            sql.ExecuteAsync(ExpediteExpiring, SnakeCase.Of(method), now);

        /// <summary>Makes due what waits only because Khalti did not answer.</summary>
        internal async Task<int> ExpediteUnansweredAsync(PaymentMethod method, DateTimeOffset now) =>
            await sql.ExecuteAsync(ExpeditePayments, SnakeCase.Of(method), now) + await sql.ExecuteAsync(ExpediteRefunds, SnakeCase.Of(method), now);

        internal async Task<bool> HasOldAnswersAsync(DateTimeOffset now) => (await sql.ListIdsAsync(AnyOldAnswer, now)).Count > 0;

        internal Task<int> PurgeAnswersAsync(DateTimeOffset now, int atMost) => sql.ExecuteAsync(PurgeAnswers, now, atMost);

        internal async Task<bool> HasOldSignInsAsync(DateTimeOffset now) => (await sql.ListIdsAsync(AnyOldSignIn, now)).Count > 0;

        internal Task<int> PurgeSignInsAsync(DateTimeOffset now, int atMost) => sql.ExecuteAsync(PurgeSignIns, now, atMost);

        /// <inheritdoc cref="RaisedReasonMapping.AddUnrecorded"/>
        internal async Task<int> AlignAttentionAsync(DateTimeOffset now) =>
            await sql.ExecuteAsync(RaisedReasonMapping.AddUnrecorded) + await sql.ExecuteAsync(RaisedReasonMapping.ResolveUnrecorded, now)
            + await sql.ExecuteAsync(RaisedReasonMapping.CorrectAttention);

        private Task<List<string>> ListIdsAsync(string question, params object?[] values) => sql.ListAsync(question, static row => row.Text(0), values);
    }

    private static DateTimeOffset LatestLease(DateTimeOffset now) => now + CheckSchedule.MaxLease + ClockSkew.Tolerance;

    private static object?[] Latest(DateTimeOffset now) =>
        [now + CheckSchedule.MaxHourly + ClockSkew.Tolerance, now + CheckSchedule.MaxDaily + ClockSkew.Tolerance, CheckSchedule.LastCheck];
}
