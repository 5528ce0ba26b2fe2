using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Model;

/// <summary>One reason why a person should look at an order, with its cause: a payment, a refund, or the order itself.</summary>
public sealed class RaisedReason
{
    internal const string Select = """
        SELECT "Id", "OrderId", "Reason", "PaymentId", "RefundId", "RaisedAt" FROM "AttentionReasons"
        WHERE "OrderId" = @p0 AND "ResolvedAt" IS NULL ORDER BY "Id"
        """;

    internal const string Insert = """
        INSERT INTO "AttentionReasons" ("Id", "OrderId", "Reason", "PaymentId", "RefundId", "RaisedAt") VALUES (@p0, @p1, @p2, @p3, @p4, @p5)
        """;

    private const string Close = """UPDATE "AttentionReasons" SET "ResolvedAt" = @p0 WHERE "Id" = @p1 AND "ResolvedAt" IS NULL""";

    private bool _isStored;

    private RaisedReason()
    {
    }

    public string Id { get; private set; } = "";

    public string OrderId { get; private set; } = "";

    public AttentionReason Reason { get; private set; }

    public string? PaymentId { get; private set; }

    public string? RefundId { get; private set; }

    public DateTimeOffset RaisedAt { get; private set; }

    /// <summary>When a person resolved it or its cause was settled; null while it is open.</summary>
    public DateTimeOffset? ResolvedAt { get; private set; }

    internal bool IsOpen => ResolvedAt is null;

    internal static RaisedReason Of(string orderId, AttentionReason reason, string? paymentId, string? refundId, DateTimeOffset now) => new()
    {
        Id = TypeId.New(TypeId.Reason, now),
        OrderId = orderId,
        Reason = reason,
        PaymentId = paymentId,
        RefundId = refundId,
        RaisedAt = now,
    };

    internal static RaisedReason Read(SqlRow row) => new()
    {
        Id = row.Text(0),
        OrderId = row.Text(1),
        Reason = SnakeCase.Read<AttentionReason>(row.Text(2)),
        PaymentId = row.TextOrNull(3),
        RefundId = row.TextOrNull(4),
        RaisedAt = row.Instant(5),
        _isStored = true,
    };

    internal bool Is(AttentionReason reason, string? paymentId, string? refundId) =>
        Reason == reason && PaymentId == paymentId && RefundId == refundId;

    internal void Resolve(DateTimeOffset now) => ResolvedAt = now;

    /// <summary>How it gets into the database, for <see cref="OrderRows"/>; null when it is there as it is.</summary>
    internal SqlChange? Change() => (_isStored, IsOpen) switch
    {
        (false, true) => SqlChange.Add(Insert, Id, OrderId, SnakeCase.Of(Reason), PaymentId, RefundId, RaisedAt),
        (true, false) => SqlChange.Update(Close, [ResolvedAt, Id]),
        _ => null,
    };

    internal void IsStored() => _isStored = true;
}

internal sealed class RaisedReasonMapping : IEntityTypeConfiguration<RaisedReason>
{
    // How urgent a reason is, as Attention's order says: the least is the most urgent. One digit, as it is a part of ids.
    private const string Urgency = """
        WHEN 'double_payment' THEN '1' WHEN 'amount_conflict' THEN '2' WHEN 'unmatched_transaction' THEN '3'
        WHEN 'refunded_at_khalti' THEN '4' WHEN 'unknown_state' THEN '5' WHEN 'books_differ' THEN '6'
        WHEN 'unreadable' THEN '7' WHEN 'stuck' THEN '8' WHEN 'paid_late' THEN '9' ELSE '0' END
        """;

    private const string MostUrgent = $"""
        (SELECT a."Reason" FROM "AttentionReasons" AS a WHERE a."OrderId" = "Orders"."Id" AND a."ResolvedAt" IS NULL
            ORDER BY CASE a."Reason" {Urgency} LIMIT 1)
        """;

    /// <summary>
    /// Adds the row of each order whose attention stands in <c>Orders</c> alone, with the cause that its timeline tells: for the
    /// migration, and for programs older than the table that write to the same database.
    /// </summary>
    /// <remarks>The id is made of the order's and names the reason: it takes no row of another reason, and adds none twice.</remarks>
    internal const string AddUnrecorded = $"""
        INSERT INTO "AttentionReasons" ("Id", "OrderId", "Reason", "PaymentId", "RefundId", "RaisedAt", "ResolvedAt")
        SELECT 'rsn_' || CASE o."Attention" {Urgency} || substr(o."Id", 6), o."Id", o."Attention", t."PaymentId",
            CASE WHEN o."Attention" = 'stuck' THEN (
                SELECT r."Id" FROM "Refunds" AS r
                WHERE r."PaymentId" = t."PaymentId" AND r."PersonWasCalled" AND r."Status" IN ('requested', 'unknown')) END,
            COALESCE(t."At", o."CreatedAt"), NULL
        FROM "Orders" AS o
        LEFT JOIN "Timeline" AS t ON t."OrderId" = o."Id" AND t."Id" = (
            SELECT MAX(l."Id") FROM "Timeline" AS l WHERE l."OrderId" = o."Id" AND l."What" = 'attention' AND l."Note" = o."Attention")
        WHERE o."Attention" IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM "AttentionReasons" AS a WHERE a."OrderId" = o."Id" AND a."Reason" = o."Attention" AND a."ResolvedAt" IS NULL)
        ON CONFLICT ("Id") DO UPDATE SET "PaymentId" = excluded."PaymentId", "RefundId" = excluded."RefundId",
            "RaisedAt" = excluded."RaisedAt", "ResolvedAt" = NULL
        WHERE "AttentionReasons"."OrderId" = excluded."OrderId" AND "AttentionReasons"."Reason" = excluded."Reason"
        """;

    /// <summary>
    /// Of each order that an older program has taken off the list, resolves what that program can have settled, which is the most
    /// urgent reason: where a person has resolved it there, or where it is <c>stuck</c> and its payment or refund is not open any more.
    /// </summary>
    internal const string ResolveUnrecorded = $"""
        UPDATE "AttentionReasons" SET "ResolvedAt" = @p0
        WHERE "ResolvedAt" IS NULL
            AND EXISTS (SELECT 1 FROM "Orders" AS o WHERE o."Id" = "AttentionReasons"."OrderId" AND o."Attention" IS NULL)
            AND NOT EXISTS (
                SELECT 1 FROM "AttentionReasons" AS a WHERE a."OrderId" = "AttentionReasons"."OrderId" AND a."ResolvedAt" IS NULL
                    AND CASE a."Reason" {Urgency} < CASE "AttentionReasons"."Reason" {Urgency})
            AND (EXISTS (
                    SELECT 1 FROM "Timeline" AS t WHERE t."OrderId" = "AttentionReasons"."OrderId" AND t."What" = 'resolved'
                        AND t."At" > "AttentionReasons"."RaisedAt")
                OR ("Reason" = 'stuck'
                    AND NOT EXISTS (
                        SELECT 1 FROM "Payments" AS p WHERE p."Id" = "AttentionReasons"."PaymentId"
                            AND "AttentionReasons"."RefundId" IS NULL AND p."Status" IN ('initiated', 'verifying'))
                    AND NOT EXISTS (
                        SELECT 1 FROM "Refunds" AS r WHERE r."Id" = "AttentionReasons"."RefundId"
                            AND r."Status" IN ('requested', 'unknown'))))
        """;

    /// <summary>Gives each order the attention of its most urgent open reason, where an older program wrote another or none.</summary>
    internal const string CorrectAttention = $"""
        UPDATE "Orders" SET "Version" = "Version" + 1, "Attention" = {MostUrgent}
        WHERE "Id" IN (SELECT "OrderId" FROM "AttentionReasons" WHERE "ResolvedAt" IS NULL) AND COALESCE("Attention", '') <> {MostUrgent}
        """;

    public void Configure(EntityTypeBuilder<RaisedReason> builder)
    {
        builder.ToTable("AttentionReasons");
        builder.Property(reason => reason.Id).HasMaxLength(TypeId.MaxIdLength).ValueGeneratedNever();
        builder.Property(reason => reason.OrderId).HasMaxLength(TypeId.MaxIdLength);
        builder.Property(reason => reason.PaymentId).HasMaxLength(TypeId.MaxIdLength);
        builder.Property(reason => reason.RefundId).HasMaxLength(TypeId.MaxIdLength);

        // Of two that resolve the same one, one loses and decides again.
        builder.Property(reason => reason.ResolvedAt).IsConcurrencyToken();

        // Those that are resolved stay as a record; only open ones come with their order.
        builder.HasQueryFilter(reason => reason.ResolvedAt == null);
        builder.HasIndex(reason => reason.OrderId).HasFilter("\"ResolvedAt\" IS NULL");
        builder.HasIndex(reason => new { reason.Reason, reason.OrderId }).HasFilter("\"ResolvedAt\" IS NULL");
    }
}
