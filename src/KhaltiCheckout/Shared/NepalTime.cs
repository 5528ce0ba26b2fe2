namespace KhaltiCheckout.Shared;

/// <summary>Nepal's clock, for days and receipts: 5:45 ahead of UTC, all year. Instants stay in UTC everywhere else.</summary>
internal static class NepalTime
{
    internal static readonly TimeSpan Offset = new(5, 45, 0);

    internal static DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(instant.ToOffset(Offset).DateTime);

    /// <summary>The first instant of that day in Nepal.</summary>
    internal static DateTimeOffset StartOf(DateOnly day) => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), Offset).ToUniversalTime();
}
