using System.Buffers;
using System.Globalization;
using System.Text;

namespace KhaltiCheckout.Shared;

/// <summary>
/// Text as people type and paste it, in one form, before any rule looks at it. <c>wwwroot/js/typed-text.js</c> does the same for
/// the pages; the tests of both run the examples in <c>tests/typed-text.json</c>.
/// </summary>
internal static class InputText
{
    private const string Joiners = "\u200C\u200D";

    // Copied along with a number or a name, and never seen: direction marks, zero-width spaces, soft hyphens, byte order marks.
    private static readonly SearchValues<char> Invisible = SearchValues.Create(
        "\u00AD\u061C\u180E\u200B\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2060\u2061\u2062\u2063\u2064"
        + "\u2066\u2067\u2068\u2069\u206A\u206B\u206C\u206D\u206E\u206F\uFEFF");

    private static readonly SearchValues<char> PhoneSeparators = SearchValues.Create(
        " -./()" + Joiners + "\u2010\u2011\u2012\u2013\u2014\u2015\u2212");

    // Arabic, Persian, Devanagari, Bengali, Tibetan.
    private static readonly char[] Zeros = ['\u0660', '\u06F0', '\u0966', '\u09E6', '\u0F20'];

    /// <summary>One line: without invisible marks, every run of blanks one space, none at the ends. Line breaks and other
    /// control characters inside stay, for the rules to refuse. Joiners inside stay: Nepali is written with them.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    internal static string? Line(string? text)
    {
        if (text is null)
        {
            return null;
        }

        StringBuilder line = new(text.Length);
        foreach (char letter in text.Where(letter => !Invisible.Contains(letter)))
        {
            bool blank = letter == '\t' || char.GetUnicodeCategory(letter) == UnicodeCategory.SpaceSeparator;
            if (!blank)
            {
                line.Append(letter);
            }
            else if (line.Length == 0 || line[^1] != ' ')
            {
                line.Append(' ');
            }
        }

        return TrimEnds(line.ToString());
    }

    /// <summary>A phone number: digits as on a phone's keys, a plus in front where there is one, and nothing between them.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    internal static string? Phone(string? text) => text is null ? null : string.Concat(
        Digits(Line(text)).Where(letter => !PhoneSeparators.Contains(letter)));

    /// <summary>A mobile number of Nepal as Khalti takes it: without the country's code.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    internal static string? Mobile(string? text)
    {
        string? phone = Phone(text);
        foreach (string code in (string[])["+977", "00977", "977"])
        {
            if (phone?.Length == code.Length + 10 && phone.StartsWith(code, StringComparison.Ordinal))
            {
                return phone[code.Length..];
            }
        }

        return phone;
    }

    // The digits of other scripts, and letters of full width, as ASCII.
    private static string Digits(string text) => string.Concat(text.Select(letter =>
        letter is >= '\uFF01' and <= '\uFF5E' ? (char)(letter - 0xFEE0)
        : Array.Find(Zeros, zero => letter >= zero && letter <= zero + 9) is not '\0' and var zero ? (char)('0' + letter - zero)
        : letter));

    private static string TrimEnds(string line)
    {
        int start = 0;
        int end = line.Length;
        while (start < end && IsEdge(line[start]))
        {
            start++;
        }

        while (end > start && IsEdge(line[end - 1]))
        {
            end--;
        }

        return line[start..end];
    }

    private static bool IsEdge(char letter) => char.IsWhiteSpace(letter) || Joiners.Contains(letter, StringComparison.Ordinal);
}
