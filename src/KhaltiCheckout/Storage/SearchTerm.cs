using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Storage;

/// <summary>A word by which versions before <see cref="OrderSearchIndex"/> find an order. Neither read nor written here: the table stays
/// for such a version that still runs beside this one, and goes in a later version.</summary>
public sealed class SearchTerm
{
    private const int MaxTermLength = 254;

    private SearchTerm()
    {
    }

    public string Term { get; private set; } = "";

    public string OrderId { get; private set; } = "";

    internal sealed class Mapping : IEntityTypeConfiguration<SearchTerm>
    {
        public void Configure(EntityTypeBuilder<SearchTerm> builder)
        {
            builder.ToTable("SearchTerms");
            builder.HasKey(term => new { term.OrderId, term.Term });
            builder.HasIndex(term => new { term.Term, term.OrderId });
            builder.Property(term => term.Term).HasMaxLength(MaxTermLength);
            builder.Property(term => term.OrderId).HasMaxLength(TypeId.MaxIdLength);
            builder.HasOne<Order>().WithMany().HasForeignKey(term => term.OrderId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
