using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Storage;

internal sealed class RefundMapping : IEntityTypeConfiguration<Refund>
{
    public void Configure(EntityTypeBuilder<Refund> builder)
    {
        builder.ToTable("Refunds", table => table.HasCheckConstraint("CK_Refunds_Amount", "\"Amount\" > 0"));
        builder.Property(refund => refund.Id).HasMaxLength(TypeId.MaxIdLength).ValueGeneratedNever();
        builder.Property(refund => refund.Version).IsConcurrencyToken();
        builder.HasOne<Payment>().WithMany().HasForeignKey(refund => refund.PaymentId).OnDelete(DeleteBehavior.Restrict);

        builder.HasIndex(refund => refund.PaymentId);

        // Of any number of refunds of a payment at once, one is asked for.
        builder.HasIndex(refund => refund.PaymentId, "IX_Refunds_OneOpenPerPayment")
            .IsUnique()
            .HasFilter("\"Status\" IN ('requested', 'unknown')");

        builder.HasIndex(refund => new { refund.CreditNoteYear, refund.CreditNoteCount }).IsUnique()
            .HasFilter("\"CreditNoteYear\" IS NOT NULL");
        builder.HasIndex(refund => refund.RequestId).HasFilter("\"RequestId\" IS NOT NULL");
        builder.HasIndex(refund => refund.NextCheckAt).HasFilter("\"NextCheckAt\" IS NOT NULL");
        builder.HasIndex(refund => new { refund.CompletedOn, refund.Amount }).HasFilter("\"CompletedOn\" IS NOT NULL");
    }
}
