using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Storage;

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
