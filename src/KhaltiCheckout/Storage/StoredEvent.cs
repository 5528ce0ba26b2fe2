using KhaltiCheckout.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Storage;

/// <summary>An event for other systems, written in the transaction that makes the change.</summary>
public sealed class StoredEvent
{
    private StoredEvent()
    {
    }

    public string Id { get; private set; } = "";

    /// <summary>Its place in the feed; null until it has one, on PostgreSQL after the commit (<see cref="EventPositions"/>).</summary>
    public long? Position { get; private set; }

    /// <summary>Null for an event of no order, and for one whose order was removed.</summary>
    public string? OrderId { get; private set; }

    /// <summary>The version of the order that it was saved with: of two events of an order, the higher one is later.</summary>
    public int OrderVersion { get; private set; }

    public string Type { get; private set; } = "";

    public DateTimeOffset At { get; private set; }

    /// <summary>JSON; null once its order was removed. Then the row only keeps the place in the feed.</summary>
    public string? Data { get; private set; }
}

internal sealed class StoredEventMapping : IEntityTypeConfiguration<StoredEvent>
{
    public void Configure(EntityTypeBuilder<StoredEvent> builder)
    {
        builder.ToTable("Events");
        builder.Property(one => one.Id).HasMaxLength(TypeId.MaxIdLength).ValueGeneratedNever();
        builder.Property(one => one.OrderId).HasMaxLength(TypeId.MaxIdLength);
        builder.Property(one => one.Type).HasMaxLength(50);
        builder.HasIndex(one => one.Position).IsUnique();
        builder.HasIndex(one => one.OrderId).HasFilter("\"OrderId\" IS NOT NULL");
    }
}
