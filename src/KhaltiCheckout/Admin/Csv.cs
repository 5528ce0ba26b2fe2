using System.Globalization;

namespace KhaltiCheckout.Admin;

/// <summary>Cells as RFC 4180 has them, safe for spreadsheets: what a shopper calls themselves is never a formula.</summary>
internal static class Csv
{
    // An apostrophe in front makes any spreadsheet take the rest as text. It stays in the file: better a mark too many than a
    // name that reads other people's rows.
    private const string Formulas = "=+-@\t\r\n＝＋－＠";

    /// <summary>In quotes always: what separates cells is a matter of the reader's country.</summary>
    internal static string Text(string text)
    {
        string seen = text.TrimStart([.. text.Where(IsUnseen)]);
        bool formula = seen.Length > 0 && Formulas.Contains(seen[0], StringComparison.Ordinal);
        return Quote((formula || (text.Length > 0 && Formulas.Contains(text[0], StringComparison.Ordinal)) ? "'" : "") + text);
    }

    /// <summary>Digits that are no number: taken for one, a phone number would be rounded.</summary>
    internal static string Digits(string digits) => Quote(digits.Length == 0 ? "" : "'" + digits);

    internal static string Number(long paisa) => paisa.ToString(CultureInfo.InvariantCulture);

    /// <summary>Of whole numbers alone.</summary>
    internal static string Rupees(long paisa)
    {
        (long rupees, long rest) = Math.DivRem(Math.Abs(paisa), 100);
        return string.Create(CultureInfo.InvariantCulture, $"{(paisa < 0 ? "-" : "")}{rupees}.{rest:00}");
    }

    private static string Quote(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static bool IsUnseen(char letter) =>
        char.IsWhiteSpace(letter) || char.IsControl(letter) || char.GetUnicodeCategory(letter) == UnicodeCategory.Format;
}
