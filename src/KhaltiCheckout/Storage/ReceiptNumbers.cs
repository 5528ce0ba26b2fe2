using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Storage;

/// <summary>
/// Gives receipts and credit notes their numbers, in the transaction that makes them due: a number and what it is for are saved together
/// or not at all, so that no number is missing.
/// </summary>
internal sealed class ReceiptNumbers(Func<ReceiptRules> rules)
{
    private const string BeginYear = """
        INSERT INTO "ReceiptYears" ("Year", "LastReceipt", "LastCreditNote", "Version") VALUES (@p0, 0, 0, 0) ON CONFLICT DO NOTHING
        """;

    private const string NextReceipt = """
        UPDATE "ReceiptYears" SET "LastReceipt" = "LastReceipt" + 1, "Version" = "Version" + 1 WHERE "Year" = @p0 RETURNING "LastReceipt"
        """;

    private const string NextCreditNote = """
        UPDATE "ReceiptYears" SET "LastCreditNote" = "LastCreditNote" + 1, "Version" = "Version" + 1
            WHERE "Year" = @p0 RETURNING "LastCreditNote"
        """;

    /// <param name="wasPaid">Whether the order was paid before: orders older than receipts have none.</param>
    internal async Task AssignAsync(SqlSession sql, Order order, bool wasPaid)
    {
        if (order.PaidAt is { } paidAt && !wasPaid && order.ReceiptNumber is null)
        {
            ReceiptRules current = rules();
            order.AssignReceipt(await TakeAsync(sql, NextReceipt, current, paidAt), current.SellerPan, current.VatPercent);
        }

        foreach (Refund refund in order.Refunds.Where(refund => order.ReceiptNumber is not null && refund.NeedsCreditNote))
        {
            refund.AssignCreditNote(await TakeAsync(sql, NextCreditNote, rules(), refund.CompletedAt!.Value));
        }
    }

    private static async Task<ReceiptNumber> TakeAsync(SqlSession sql, string next, ReceiptRules current, DateTimeOffset due)
    {
        int year = FiscalYear.Of(NepalTime.DayOf(due), current.FirstDaysOfYears);
        int? number = await sql.FindAsync(next, static row => row.CountOrNull(0), year);
        if (number is null)
        {
            await sql.ExecuteAsync(BeginYear, year);
            number = await sql.FindAsync(next, static row => row.CountOrNull(0), year);
        }

        return new ReceiptNumber(year, number!.Value);
    }
}
