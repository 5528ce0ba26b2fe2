namespace KhaltiCheckout.Storage.Migrations.Sql;

/// <summary>
/// For the migration <c>LeastReader</c>: what was paid on payments that the first versions held for a person. Those versions kept the
/// amount only in the timeline, and without it nothing can be refunded. Later ones, and every one on PostgreSQL, keep it in the payment.
/// </summary>
internal static class HeldAmounts
{
    // "Khalti said Completed, 18400 paisa; the order costs 18500": the cast reads the digits up to the first other letter. A state that no
    // rule knows moved no money that could be relied on. Nepal is 5:45 ahead of UTC.
    internal const string SqliteUp = """
        UPDATE "Payments" SET
            "AmountPaid" = held."Amount", "CompletedOn" = COALESCE("CompletedOn", date(held."At", '+345 minutes')),
                "Version" = "Payments"."Version" + 1
        FROM (
            SELECT "PaymentId", "At", CAST(substr("Note", instr("Note", ', ') + 2) AS INTEGER) AS "Amount",
                ROW_NUMBER() OVER (PARTITION BY "PaymentId" ORDER BY "Id" DESC) AS "Newest"
            FROM "Timeline"
            WHERE "What" = 'payment_held' AND "Note" LIKE 'Khalti said %, % paisa%' AND "Note" NOT LIKE '%no rule knows this%'
        ) AS held
        WHERE held."PaymentId" = "Payments"."Id" AND held."Newest" = 1 AND held."Amount" > 0
            AND "Payments"."Status" = 'needs_review' AND "Payments"."AmountPaid" IS NULL;
        """;
}
