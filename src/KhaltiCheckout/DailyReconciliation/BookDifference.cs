using KhaltiCheckout.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>A difference that has become a reason: the nights after it find it again, and do not tell it again.</summary>
public sealed class BookDifference
{
    private BookDifference()
    {
    }

    /// <summary>Kind, payment and amounts.</summary>
    public string Id { get; private set; } = "";

    public string OrderId { get; private set; } = "";

    public DateOnly Day { get; private set; }

    public DateTimeOffset FoundAt { get; private set; }
}

internal sealed class BookDifferenceMapping : IEntityTypeConfiguration<BookDifference>
{
    public void Configure(EntityTypeBuilder<BookDifference> builder)
    {
        builder.ToTable("BookDifferences");
        builder.Property(difference => difference.Id).HasMaxLength(200).ValueGeneratedNever();
        builder.Property(difference => difference.OrderId).HasMaxLength(TypeId.MaxIdLength);
    }
}
