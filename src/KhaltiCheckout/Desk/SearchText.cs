using System.Globalization;
using System.Text.RegularExpressions;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Desk;

/// <summary>What a merchant typed to find an order. Each word may be any of the things an order is found by, and an order is
/// found when all words fit it.</summary>
internal sealed partial class SearchText
{
    internal const int MaxLength = 200;
    internal const int MaxWords = 8;

    private SearchText(string whole, IReadOnlyList<SearchWord> words) => (Whole, Words) = (whole, words);

    /// <summary>Another shop's reference may have blanks in it.</summary>
    internal string Whole { get; }

    internal IReadOnlyList<SearchWord> Words { get; }

    /// <summary>Null when there are too many words.</summary>
    internal static SearchText? Read(string typed)
    {
        string text = InputText.Line(typed);

        // A phone number may be written with blanks in it, and a currency before the amount.
        string joined = SpelledNumber().IsMatch(SearchWords.Fold(text))
            ? string.Concat(text.Where(letter => !char.IsWhiteSpace(letter) && letter is not ('(' or ')')))
            : Currency().Replace(text, "${currency}");
        string[] words = joined.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length > MaxWords
            ? null : new SearchText(text, [.. words.Distinct(StringComparer.Ordinal).Select(word => new SearchWord(word))]);
    }

    [GeneratedRegex(@"^[+(]{0,2}[0-9][0-9\s()-]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SpelledNumber();

    [GeneratedRegex(
        @"(?<=^|\s)(?<currency>rs\.?|npr\.?|रु\.?|रू\.?)\s+(?=[0-9०-९])", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Currency();
}

/// <summary>One word of it, and what it may be.</summary>
internal sealed partial record SearchWord
{
    private const int MinIdLength = 8;
    private const int MinPhoneLength = 4;
    private const int MaxRupeeDigits = 13;

    internal SearchWord(string typed)
    {
        Typed = typed;
        Folded = SearchWords.Fold(typed);
        Beginnings = BeginningsOf(Folded);
        Amount = AmountOf(Folded) is { } paisa ? OrderSearchIndex.Amount(paisa) : null;
        Ids = IdRangeOf(Folded);
        IdEnd = Folded.Length >= MinIdLength && Folded.All(character => TypeId.ValueOf(character) >= 0) ? Folded[^MinIdLength..] : null;
        Number = OrderNumber.Parse(Folded);
        Receipt = ReceiptNumber.Parse(Folded);
    }

    /// <summary>As Khalti's ids are compared: to the letter.</summary>
    internal string Typed { get; }

    internal string Folded { get; }

    /// <summary>The beginnings of words of the index.</summary>
    internal IReadOnlyList<string> Beginnings { get; }

    /// <summary>A whole word of the index.</summary>
    internal string? Amount { get; }

    internal bool IsInIndex => Beginnings.Count > 0 || Amount is not null;

    /// <summary>The ids that begin with it.</summary>
    internal IdRange? Ids { get; }

    /// <summary>The last characters of an id.</summary>
    internal string? IdEnd { get; }

    internal string? Number { get; }

    internal ReceiptNumber? Receipt { get; }

    // As on the order's page, or without its prefix, as people read it out.
    private static IdRange? IdRangeOf(string folded)
    {
        string prefix = TypeId.Order + "_";
        string id = folded.StartsWith('0') ? prefix + folded : folded;
        return folded.Length >= MinIdLength && id.StartsWith(prefix, StringComparison.Ordinal)
            && id.AsSpan(prefix.Length).ToArray().All(character => TypeId.ValueOf(character) >= 0)
                ? IdRange.StartingWith(id)
                : null;
    }

    private static long? AmountOf(string folded)
    {
        if (AmountText().Match(folded) is not { Success: true } match)
        {
            return null;
        }

        string rupees = match.Groups["rupees"].Value.Replace(",", "", StringComparison.Ordinal);
        string paisa = match.Groups["paisa"].Value.PadRight(2, '0');
        return rupees.Length <= MaxRupeeDigits ? long.Parse(rupees + paisa, CultureInfo.InvariantCulture) : null;
    }

    private static string[] BeginningsOf(string folded)
    {
        if (PhoneNumber().IsMatch(folded))
        {
            string digits = SearchWords.Digits(folded);
            if (digits.Length < MinPhoneLength)
            {
                return [];
            }

            // The beginning of a number may be, or may follow, the country's code.
            string local = digits.StartsWith("00", StringComparison.Ordinal) ? digits[2..] : digits;
            string rest = local.StartsWith("977", StringComparison.Ordinal) ? local[3..] : "";
            return rest.Length >= MinPhoneLength ? [digits, rest] : [digits];
        }

        string word = SearchWords.Trim(folded);
        return word.Length > 0 ? OrderSearchIndex.Beginnings(word) : [];
    }

    [GeneratedRegex(
        @"^(?:rs\.?|npr\.?|रु\.?|रू\.?)?(?<rupees>[0-9]+(?:,[0-9]{2,3})*)(?:\.(?<paisa>[0-9]{1,2}))?(?:/-)?$", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex AmountText();

    [GeneratedRegex("^\\+?[0-9][0-9-]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PhoneNumber();
}
