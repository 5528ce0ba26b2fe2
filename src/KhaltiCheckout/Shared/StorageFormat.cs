using System.Text;

namespace KhaltiCheckout.Shared;

/// <summary>Values as both databases can hold them, so that what is read back is what was written.</summary>
internal static class StorageFormat
{
    /// <summary>As it is read back, for what is shown before it is.</summary>
    internal static DateTimeOffset Now(TimeProvider time) => new(Instant(time.GetUtcNow()));

    /// <summary>PostgreSQL knows microseconds. In UTC: SQLite can't sort an instant with an offset.</summary>
    internal static DateTime Instant(DateTimeOffset instant)
    {
        DateTime utc = instant.UtcDateTime;
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    /// <summary>
    /// PostgreSQL's text holds no NUL and nothing that is not Unicode. The replacement character takes its place: whoever
    /// asks for an order with such an id asks for one that there is not.
    /// </summary>
    internal static string Text(string text) =>
        !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains('\0', StringComparison.Ordinal)
            ? text
            : string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0 ? Rune.ReplacementChar : rune));
}
