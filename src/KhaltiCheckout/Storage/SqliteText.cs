using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace KhaltiCheckout.Storage;

/// <summary>
/// Instants and days as EF Core's provider writes them, since SQLite has no type for either: "2026-11-21 08:15:30.25", in UTC,
/// with as many digits as it takes. Made from the round-trip format, whose reader and writer are ten times as fast as those of
/// a format of one's own.
/// </summary>
internal static class SqliteText
{
    internal const int MaxInstantLength = 28;

    /// <summary>How long a day is, and the part of an instant that is its day.</summary>
    internal const int Day = 10;

    private const int WholeSeconds = 19;
    private const int AllDigits = 27;

    /// <summary>Returns how much of <paramref name="bytes"/> it takes.</summary>
    internal static int Write(DateTime instant, Span<byte> bytes)
    {
        if (!Utf8Formatter.TryFormat(instant, bytes, out _, 'O'))
        {
            throw new UnreachableException();
        }

        bytes[Day] = (byte)' ';
        return bytes[..AllDigits].TrimEnd("0"u8) is { Length: > WholeSeconds + 1 } digits ? digits.Length : WholeSeconds;
    }

    /// <exception cref="FormatException">It is no instant.</exception>
    internal static DateTimeOffset ReadInstant(ReadOnlySpan<byte> text)
    {
        Span<byte> whole = stackalloc byte[MaxInstantLength];
        "0000-00-00T00:00:00.0000000Z"u8.CopyTo(whole);
        if (text.Length is >= Day and <= AllDigits)
        {
            text.CopyTo(whole);
            whole[Day] = (byte)'T';
            if (Utf8Parser.TryParse(whole, out DateTime instant, out _, 'O'))
            {
                return new DateTimeOffset(instant);
            }
        }

        // Written by hand, perhaps, as with an offset.
        return DateTimeOffset.Parse(
            Encoding.UTF8.GetString(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
    }
}
