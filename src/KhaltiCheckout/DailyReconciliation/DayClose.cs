using System.Diagnostics;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>One day in Nepal, compared with Khalti's books. Signed off, it is kept as it was.</summary>
public sealed class DayClose
{
    // Until a day of which something could not be compared is compared again.
    private static readonly TimeSpan[] Rests =
        [TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(3), TimeSpan.FromHours(6)];

    private DayClose()
    {
    }

    public DateOnly Day { get; private set; }

    /// <summary>When the comparison began: what happened later it may not have seen.</summary>
    public DateTimeOffset? RunAt { get; private set; }

    public string? RunBy { get; private set; }

    /// <summary>JSON; null until the first comparison is through.</summary>
    public string? Found { get; private set; }

    /// <summary>Which version of <see cref="StoredReport"/> wrote it.</summary>
    public int FoundVersion { get; private set; } = 1;

    /// <summary>Until when one process, and no other, compares this day.</summary>
    public DateTimeOffset? LeasedUntil { get; private set; }

    public DateTimeOffset? SignedOffAt { get; private set; }

    public string? SignedOffBy { get; private set; }

    public string? Note { get; private set; }

    /// <summary>When the night compared it last; null when it has not.</summary>
    public DateTimeOffset? NightRunAt { get; private set; }

    /// <summary>When the night compares it again; null when it does not have to.</summary>
    public DateTimeOffset? NextRunAt { get; private set; }

    /// <summary>How often the night has compared it.</summary>
    public int NightRuns { get; private set; }

    /// <summary>Concurrency token.</summary>
    public int Version { get; private set; }

    internal static DayClose Of(DateOnly day) => new() { Day = day };

    internal CloseReport? Report => Found is null ? null : StoredReport.Read(Found);

    /// <summary>Whether a process compares it just now. A lease longer than any process takes was made by a clock that was ahead.</summary>
    internal bool IsLeased(DateTimeOffset now) => LeasedUntil is { } until && ClockSkew.IsAhead(until, now, atMost: CloseLeases.Length);

    internal void Lease(DateTimeOffset until)
    {
        LeasedUntil = until;
        Version++;
    }

    /// <summary>The comparison ended, with a result or without.</summary>
    internal void Take(CloseReport? report, string? by, DateTimeOffset began)
    {
        LeasedUntil = null;
        Version++;
        if (report is null || SignedOffAt is not null)
        {
            return;
        }

        Found = StoredReport.Write(report);
        FoundVersion = StoredReport.Version;
        RunAt = began;
        RunBy = by;
    }

    /// <summary>The night's comparison ended.</summary>
    /// <param name="isWhole">Whether everything of the day could be compared; else it is compared again.</param>
    internal void EndNight(bool isWhole, DateTimeOffset began)
    {
        NightRunAt = began;
        NextRunAt = isWhole ? null : began + (NightRuns < Rests.Length ? Rests[NightRuns] : Rests[^1]);
        NightRuns++;
    }

    internal void SignOff(string? note, string? by, DateTimeOffset now)
    {
        if (Found is null || SignedOffAt is not null)
        {
            throw new UnreachableException($"{Day:yyyy-MM-dd} can't be signed off: the handler asks first.");
        }

        SignedOffAt = now;
        SignedOffBy = by;
        Note = note;
        Version++;
    }
}

internal sealed class DayCloseMapping : IEntityTypeConfiguration<DayClose>
{
    public void Configure(EntityTypeBuilder<DayClose> builder)
    {
        builder.ToTable("DayCloses");
        builder.HasKey(close => close.Day);
        builder.Property(close => close.Day).ValueGeneratedNever();
        builder.Property(close => close.FoundVersion).HasDefaultValue(1);
        builder.Property(close => close.NightRuns).HasDefaultValue(0);
        builder.Property(close => close.Version).IsConcurrencyToken();
    }
}

internal static class DayCloseTable
{
    extension(CheckoutDb db)
    {
        internal DbSet<DayClose> DayCloses => db.Set<DayClose>();
    }
}
