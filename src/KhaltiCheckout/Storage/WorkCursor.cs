using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Storage;

/// <summary>How far a piece of the worker's work has come, and which process does it.</summary>
public sealed class WorkCursor
{
    private WorkCursor()
    {
    }

    public string Name { get; private set; } = "";

    /// <summary>Where the work goes on, in its own words.</summary>
    public string Position { get; private set; } = "";

    /// <summary>Not before then.</summary>
    public DateTimeOffset NextAt { get; private set; }

    /// <summary>Until when one process, and no other, does it.</summary>
    public DateTimeOffset? LeasedUntil { get; private set; }

    public int Version { get; private set; }
}

internal sealed class WorkCursorMapping : IEntityTypeConfiguration<WorkCursor>
{
    public void Configure(EntityTypeBuilder<WorkCursor> builder)
    {
        builder.ToTable("WorkCursors");
        builder.HasKey(cursor => cursor.Name);
        builder.Property(cursor => cursor.Name).HasMaxLength(50).ValueGeneratedNever();
        builder.Property(cursor => cursor.Version).IsConcurrencyToken();
    }
}
