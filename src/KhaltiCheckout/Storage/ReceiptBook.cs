using KhaltiCheckout.Model;
using KhaltiCheckout.Settings;
using KhaltiCheckout.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Storage;

/// <summary>How far the numbers of one fiscal year have come. In a row, so that a number and what it is for are saved together
/// or not at all: that is what leaves no gap.</summary>
public sealed class ReceiptYear
{
    private ReceiptYear()
    {
    }

    /// <summary>The year of Bikram Sambat in which it began.</summary>
    public int Year { get; private set; }

    public int LastReceipt { get; private set; }

    public int LastCreditNote { get; private set; }

    /// <summary>Concurrency token: of two that take a number, one takes the next.</summary>
    public int Version { get; private set; }

    internal static ReceiptYear Begin(int year) => new() { Year = year };

    internal ReceiptNumber NextCreditNote()
    {
        Version++;
        return new(Year, ++LastCreditNote);
    }
}

internal sealed class ReceiptYearMapping : IEntityTypeConfiguration<ReceiptYear>
{
    public void Configure(EntityTypeBuilder<ReceiptYear> builder)
    {
        builder.ToTable("ReceiptYears");
        builder.HasKey(year => year.Year);
        builder.Property(year => year.Year).ValueGeneratedNever();
        builder.Property(year => year.Version).IsConcurrencyToken();
    }
}

/// <summary>Gives receipts and credit notes their numbers. Inside the transaction that makes them due, and nowhere else.</summary>
internal sealed class ReceiptBook(IOptions<StoreOptions> store)
{
    private const string TakeReceipt = """
        UPDATE "ReceiptYears" SET "LastReceipt" = "LastReceipt" + 1, "Version" = "Version" + 1 WHERE "Year" = @p0 RETURNING "LastReceipt"
        """;

    private const string BeginYear = """
        INSERT INTO "ReceiptYears" ("Year", "LastReceipt", "LastCreditNote", "Version") VALUES (@p0, 0, 0, 0) ON CONFLICT DO NOTHING
        """;

    /// <summary>For an order that has just become paid.</summary>
    internal async Task NumberAsync(Order order, SqlSession sql, DateTimeOffset now)
    {
        if (order.PaidAt is null || order.ReceiptNumber is not null)
        {
            return;
        }

        StoreOptions shop = store.Value;
        int year = FiscalYear.Of(NepalTime.DayOf(now), shop.FirstDaysOfYears);
        int? number = await sql.FindAsync(TakeReceipt, static row => row.CountOrNull(0), year);
        if (number is null)
        {
            await sql.ExecuteAsync(BeginYear, year);
            number = await sql.FindAsync(TakeReceipt, static row => row.CountOrNull(0), year);
        }

        order.TakeReceipt(new ReceiptNumber(year, number!.Value), shop.Pan, shop.VatPercent);
    }

    /// <summary>For refunds that have just been given on a receipt.</summary>
    internal async Task NumberCreditNotesAsync(CheckoutDb db, Order order, DateTimeOffset now)
    {
        foreach (Refund refund in order.Refunds.Where(refund => refund.NeedsCreditNote))
        {
            if (order.ReceiptNumber is not null)
            {
                refund.AssignCreditNote((await YearOfAsync(db, now)).NextCreditNote());
            }
        }
    }

    private async Task<ReceiptYear> YearOfAsync(CheckoutDb db, DateTimeOffset now)
    {
        int year = FiscalYear.Of(NepalTime.DayOf(now), store.Value.FirstDaysOfYears);
        ReceiptYear? book = await db.ReceiptYears.FindAsync(year);
        if (book is null)
        {
            book = ReceiptYear.Begin(year);
            db.ReceiptYears.Add(book);
        }

        return book;
    }
}
