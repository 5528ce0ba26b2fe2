using System.Globalization;

namespace KhaltiCheckout.Desk;

/// <summary>
/// Text that no spreadsheet takes for a formula. CsvHelper's own protection looks at the first character only; spreadsheets skip blanks
/// and invisible characters, and take full-width signs for plain ones.
/// </summary>
internal static class SpreadsheetText
{
    // An apostrophe in front makes any spreadsheet take the rest as text. It stays in the file: better a character too many than a
    // name that reads other people's rows.
    private const char Mark = '\'';
    private const string Formulas = "=+-@\t\r\n＝＋－＠";

    internal static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        int seen = 0;
        while (seen < text.Length && IsUnseen(text[seen]))
        {
            seen++;
        }

        return Formulas.Contains(text[0], StringComparison.Ordinal)
            || (seen < text.Length && Formulas.Contains(text[seen], StringComparison.Ordinal))
            ? Mark + text
            : text;
    }

    /// <summary>Digits that are no number: taken for one, a phone number would be rounded.</summary>
    internal static string OfDigits(string? digits) => string.IsNullOrEmpty(digits) ? "" : Mark + digits;

    private static bool IsUnseen(char letter) =>
        char.IsWhiteSpace(letter) || char.IsControl(letter) || char.GetUnicodeCategory(letter) == UnicodeCategory.Format;
}
