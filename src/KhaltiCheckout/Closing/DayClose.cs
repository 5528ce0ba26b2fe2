using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KhaltiCheckout.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Closing;

/// <summary>One day in Nepal, compared with Khalti's books. Signed off, it is kept as it was.</summary>
public sealed class DayClose
{
    private static readonly JsonSerializerOptions Json = Kept();

    private DayClose()
    {
    }

    public DateOnly Day { get; private set; }

    /// <summary>When the comparison began: what happened later it may not have seen.</summary>
    public DateTimeOffset? RunAt { get; private set; }

    public string? RunBy { get; private set; }

    /// <summary>JSON; null until the first comparison is through.</summary>
    public string? Found { get; private set; }

    /// <summary>Until when one process, and no other, compares this day.</summary>
    public DateTimeOffset? LeasedUntil { get; private set; }

    public DateTimeOffset? SignedOffAt { get; private set; }

    public string? SignedOffBy { get; private set; }

    public string? Note { get; private set; }

    /// <summary>Concurrency token.</summary>
    public int Version { get; private set; }

    internal static DayClose Of(DateOnly day) => new() { Day = day };

    internal CloseReport? Report => Found is null ? null : JsonSerializer.Deserialize<CloseReport>(Found, Json);

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

        Found = JsonSerializer.Serialize(report, Json);
        RunAt = began;
        RunBy = by;
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

    private static JsonSerializerOptions Kept()
    {
        JsonSerializerOptions options = new(JsonSerializerDefaults.Web);
        StrictJson.Apply(options);

        // A report is none of the types that were worked out at build.
        options.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());
        options.MakeReadOnly();
        return options;
    }
}

internal sealed class DayCloseMapping : IEntityTypeConfiguration<DayClose>
{
    public void Configure(EntityTypeBuilder<DayClose> builder)
    {
        builder.ToTable("DayCloses");
        builder.HasKey(close => close.Day);
        builder.Property(close => close.Day).ValueGeneratedNever();
        builder.Property(close => close.Version).IsConcurrencyToken();
    }
}
