using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Storage;

internal sealed class OrderMapping
    : IEntityTypeConfiguration<Order>, IEntityTypeConfiguration<OrderLine>, IEntityTypeConfiguration<TimelineEntry>
{
    public void Configure(EntityTypeBuilder<Order> builder)
    {
        builder.Property(order => order.Id).HasMaxLength(TypeId.MaxIdLength).ValueGeneratedNever();
        builder.Property(order => order.Number).HasMaxLength(OrderNumber.Length);
        builder.Property(order => order.Version).IsConcurrencyToken();

        // Nothing about money is ever deleted along with something else.
        builder.HasMany(order => order.Lines).WithOne().HasForeignKey(line => line.OrderId).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(order => order.Payments).WithOne().HasForeignKey(payment => payment.OrderId).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(order => order.Refunds).WithOne().HasForeignKey(refund => refund.OrderId).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(order => order.Timeline).WithOne().HasForeignKey(entry => entry.OrderId).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(order => order.Reasons).WithOne().HasForeignKey(reason => reason.OrderId).OnDelete(DeleteBehavior.Restrict);

        // Who changes an order may raise or resolve a reason: none is overlooked because it was not loaded.
        builder.Navigation(order => order.Reasons).AutoInclude();

        // Lists for the merchant: newest first, and an id begins with its time.
        builder.HasIndex(order => new { order.Status, order.Id });
        builder.HasIndex(order => new { order.Attention, order.Id }).HasFilter("\"Attention\" IS NOT NULL");
        builder.HasIndex(order => new { order.Amount, order.Id });
        builder.HasIndex(order => new { order.ReceiptYear, order.ReceiptCount }).IsUnique().HasFilter("\"ReceiptYear\" IS NOT NULL");
        builder.HasIndex(order => order.PlacedOn);

        // Orders without a number were placed by a version before: they wait for one.
        builder.HasIndex(order => order.Number).IsUnique().HasFilter("\"Number\" IS NOT NULL");
        builder.HasIndex(order => order.Id, "IX_Orders_Id_Unnumbered").HasFilter("\"Number\" IS NULL");

        // One for finding, one that keeps a reference to one order until that order frees it.
        builder.Property<bool>("ReferenceFreed").HasDefaultValue(false);
        builder.HasIndex(order => order.Reference).HasFilter("\"Reference\" IS NOT NULL");
        builder.HasIndex(order => order.Reference, "IX_Orders_Reference_Held").IsUnique()
            .HasFilter("\"Reference\" IS NOT NULL AND NOT \"ReferenceFreed\"");

        // Which orders should expire: a search that must not grow with the orders that are done.
        builder.HasIndex(order => new { order.Status, order.ExpiresAt }).HasFilter("\"Status\" = 'pending'");
    }

    public void Configure(EntityTypeBuilder<OrderLine> builder)
    {
        builder.ToTable("OrderLines");
        builder.Property(line => line.OrderId).HasMaxLength(TypeId.MaxIdLength);
        builder.HasKey(line => new { line.OrderId, line.Position });
        builder.Property(line => line.ProductId).HasMaxLength(50);
        builder.Property(line => line.Kind).HasDefaultValue(LineKind.Item);
    }

    public void Configure(EntityTypeBuilder<TimelineEntry> builder)
    {
        builder.ToTable("Timeline");
        builder.HasKey(entry => new { entry.OrderId, entry.Id });
        builder.Property(entry => entry.Id).ValueGeneratedNever();
    }
}
