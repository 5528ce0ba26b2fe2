using System.Globalization;
using System.Text.RegularExpressions;

namespace KhaltiCheckout.Model;

/// <summary>The number of a receipt or credit note: counted from 1 in each fiscal year, without a gap.</summary>
internal sealed partial record ReceiptNumber(int Year, int Number)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{FiscalYear.NameOf(Year)}-{Number:000000}");

    internal static ReceiptNumber? Of(int? year, int? number) =>
        year is { } fiscal && number is { } counted ? new ReceiptNumber(fiscal, counted) : null;

    /// <summary>Reads what <see cref="ToString"/> wrote, also without the leading zeros.</summary>
    internal static ReceiptNumber? Parse(string text) =>
        Written().Match(text.Trim()) is { Success: true } found
        && int.TryParse(found.Groups["year"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int year)
        && int.TryParse(found.Groups["number"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && FiscalYear.NameOf(year).EndsWith(found.Groups["next"].Value, StringComparison.Ordinal)
            ? new ReceiptNumber(year, number)
            : null;

    [GeneratedRegex(
        "^(?<year>[0-9]{4})/(?<next>[0-9]{2})-(?<number>[0-9]{1,9})$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Written();
}
