using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

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
