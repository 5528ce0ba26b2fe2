using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace KhaltiCheckout.Shared;

/// <summary>Text as it is searched: words in lower case, without accents and nukta, digits as on a phone's keys.</summary>
internal static class SearchWords
{
    private const char Nukta = '\u093C';
    private const string CountryCode = "977";
    private const int NationalDigits = 10;

    // The program runs without ICU, so string.Normalize composes and decomposes nothing. What stands before the colon takes the place
    // of each letter after it; upper case has become lower case before.
    private static readonly FrozenDictionary<char, string> BaseLetters = ((string[])
    [
        "a:àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ", "ae:æǣǽ", "b:ḃḅḇ", "c:çćĉċčḉ", "d:ðďđḋḍḏḑḓ", "dz:ǆǳ", "e:èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ",
        "f:ƒḟ", "g:ĝğġģǧǵḡ", "h:ĥħȟḣḥḧḩḫẖ", "i:ìíîïĩīĭįıǐȉȋḭḯỉị", "ij:ĳ", "j:ĵǰ", "k:ķĸǩḱḳḵ", "l:ĺļľŀłḷḹḻḽ", "lj:ǉ", "m:ḿṁṃ",
        "n:ñńņňŉŋǹṅṇṉṋ", "nj:ǌ", "o:òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ", "oe:œ", "p:ṕṗ", "r:ŕŗřȑȓṙṛṝṟ", "s:śŝşšſșṡṣṥṧṩẛ", "ss:ß",
        "t:ţťŧțṫṭṯṱẗ", "th:þ", "u:ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự", "v:ṽṿ", "w:ŵẁẃẅẇẉẘ", "x:ẋẍ", "y:ýÿŷȳẏẙỳỵỷỹ", "z:źżžẑẓẕ",
        // Devanagari letters that Unicode has with their nukta, too.
        "\u0928:\u0929", "\u0930:\u0931", "\u0933:\u0934", "\u0915:\u0958", "\u0916:\u0959", "\u0917:\u095A", "\u091C:\u095B",
        "\u0921:\u095C", "\u0922:\u095D", "\u092B:\u095E", "\u092F:\u095F",
    ])
        .Select(line => line.Split(':'))
        .SelectMany(parts => parts[1], (parts, letter) => KeyValuePair.Create(letter, parts[0]))
        .ToFrozenDictionary();

    /// <summary>The words of a text, without what stands around them, such as brackets and full stops.</summary>
    internal static IEnumerable<string> Of(string? text) => Fold(text ?? "")
        .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .Select(Trim)
        .Where(word => word.Length > 0);

    internal static string Trim(string word) => word.Trim([.. word.Where(letter => char.IsPunctuation(letter) || char.IsSymbol(letter))]);

    internal static string Fold(string text)
    {
        StringBuilder folded = new(text.Length);
        foreach (char letter in text)
        {
            if (letter is < '\u0080' and >= ' ')
            {
                folded.Append(char.ToLowerInvariant(letter));
            }
            else if (!IsDropped(letter))
            {
                char lower = char.ToLowerInvariant(letter switch
                {
                    >= '०' and <= '९' => (char)('0' + letter - '०'),
                    >= '！' and <= '～' => (char)('!' + letter - '！'),
                    _ => letter,
                });
                folded.Append(BaseLetters.GetValueOrDefault(lower) ?? lower.ToString());
            }
        }

        return folded.ToString();
    }

    /// <summary>A phone number as it is dialled in Nepal, whichever way it was written.</summary>
    internal static string National(string digits)
    {
        string local = digits.StartsWith("00", StringComparison.Ordinal) ? digits[2..] : digits;
        return local.StartsWith(CountryCode, StringComparison.Ordinal) && local.Length == CountryCode.Length + NationalDigits
            ? local[CountryCode.Length..]
            : digits;
    }

    internal static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));

    // Accents that stand behind their letter, joiners and other marks that nobody sees or types.
    private static bool IsDropped(char letter) =>
        letter is Nukta or (>= '\u0300' and <= '\u036F')
        || CharUnicodeInfo.GetUnicodeCategory(letter) is var category
            && (category == UnicodeCategory.Format || (category == UnicodeCategory.Control && !char.IsWhiteSpace(letter)));
}
