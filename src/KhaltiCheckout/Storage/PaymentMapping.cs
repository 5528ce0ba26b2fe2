using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Storage;

/// <summary>Where promises 3 and 4 are kept: by unique indexes, whatever the code believes.</summary>
internal sealed class PaymentMapping : IEntityTypeConfiguration<Payment>
{
    /// <summary>Money was seen, and what became of it may still change. Word for word as in a query, which finds the index by it.</summary>
    internal const string CompletedAndUnsettled =
        "\"CompletedOn\" IS NOT NULL AND \"Status\" NOT IN ('completed', 'partially_refunded', 'refunded')";

    public void Configure(EntityTypeBuilder<Payment> builder)
    {
        // Promise 8: what is refunded and what may be never adds up to more than was paid.
        builder.ToTable("Payments", table => table.HasCheckConstraint(
            "CK_Payments_RefundedNoMoreThanPaid",
            "\"AmountRefunded\" >= 0 AND \"AmountReserved\" >= 0 AND \"AmountRefunded\" + \"AmountReserved\" <= "
            + "COALESCE(\"AmountPaid\", 0)"));
        builder.Property(payment => payment.Id).HasMaxLength(TypeId.MaxIdLength).ValueGeneratedNever();
        builder.Property(payment => payment.Version).IsConcurrencyToken();

        // Without those that have none: a search for those would take this index and read half the table.
        builder.HasIndex(payment => payment.Token).IsUnique().HasFilter("\"Token\" IS NOT NULL");
        builder.HasIndex(payment => payment.Pidx).IsUnique().HasFilter("\"Pidx\" IS NOT NULL");
        builder.HasIndex(payment => payment.TransactionId).IsUnique().HasFilter("\"TransactionId\" IS NOT NULL");
        builder.HasIndex(payment => payment.OrderId);

        // While one payment of an order is unknown, no other is verified. Of ePayments several may be pending: that is
        // Khalti's doing, and only looked at.
        builder.HasIndex(payment => payment.OrderId, "IX_Payments_OneVerifyingPerOrder")
            .IsUnique()
            .HasFilter("\"Status\" = 'verifying' AND \"Method\" = 'widget'");

        // Of many clicks at once, one asks Khalti for a link.
        builder.HasIndex(payment => payment.OrderId, "IX_Payments_OneLinkBeingMadePerOrder")
            .IsUnique()
            .HasFilter("\"Status\" = 'initiated' AND \"Pidx\" IS NULL");

        builder.HasIndex(payment => new { payment.CompletedOn, payment.AmountPaid, payment.Fee }).HasFilter("\"CompletedOn\" IS NOT NULL");

        // Which days may still change: none that a payment comes into on its usual way.
        builder.HasIndex(payment => payment.CompletedOn, "IX_Payments_Unsettled").HasFilter(CompletedAndUnsettled);

        // Open payments and the oldest of them, for the merchant's summary, independent of the number of closed payments.
        builder.HasIndex(payment => payment.CreatedAt, "IX_Payments_Open").HasFilter("\"Status\" IN ('verifying', 'needs_review')");
        builder.HasIndex(payment => payment.NextCheckAt).HasFilter("\"NextCheckAt\" IS NOT NULL");
    }
}
