using System.Globalization;
using System.Text.RegularExpressions;
using Khalti.Client;
using KhaltiCheckout.Desk;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Shared;

/// <summary>What a merchant typed to find an order. Each word may be any of the things an order is found by, and an order is
/// found when all words fit it.</summary>
internal sealed partial class SearchText
{
    internal const int Longest = 200;
    internal const int MaxWords = 8;

    private const int ShortestId = 8;
    private const int ShortestPhone = 4;
    private const int MaxRupeeDigits = 13;

    // Sorts behind everything that a term can begin with.
    private const string Last = "\U0010FFFF";

    private readonly string _whole;
    private readonly string[] _words;

    private SearchText(string whole, string[] words) => (_whole, _words) = (whole, words);

    /// <summary>Null when there are too many words.</summary>
    internal static SearchText? Read(string typed)
    {
        string text = InputText.Line(typed);

        // A number may be written with blanks in it, and a currency before the amount.
        string joined = SpelledNumber().IsMatch(SearchTerm.Fold(text))
            ? string.Concat(text.Where(letter => !char.IsWhiteSpace(letter) && letter is not ('(' or ')')))
            : Currency().Replace(text, "${currency}");
        string[] words = joined.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length > MaxWords ? null : new SearchText(text, words);
    }

    /// <summary>One for each word.</summary>
    internal IEnumerable<Condition> Conditions => _words.Select(word => new Condition([.. PartsFor(word)], IsSorted: false));

    // Every reading of a word is a search in an index, and nothing looks at every order.
    private IEnumerable<Part> PartsFor(string word)
    {
        string folded = SearchTerm.Fold(word);
        yield return Part.OfName("Payments", "TransactionId", word);
        yield return Part.OfName("Payments", "Token", word);
        yield return Part.OfName("Payments", "Pidx", word);
        yield return Part.OfName("Payments", "Id", folded);
        yield return Part.OfName("Refunds", "Id", folded);

        // Another shop's name for an order may have blanks in it: then all the words together are what fits.
        yield return Part.OfName("Orders", "Reference", _whole);

        if (IdOf(folded) is { } id)
        {
            yield return Part.OfIds(id, id + Last);
        }

        if (ReceiptNumber.Parse(folded) is { } number)
        {
            yield return Part.OfNumber("Orders", "Receipt", number.Year, number.Number);
            yield return Part.OfNumber("Refunds", "CreditNote", number.Year, number.Number);
        }

        if (AmountOf(folded) is { } amount)
        {
            yield return Part.OfOrder("Amount", (long)amount);
        }

        foreach (string term in TermsOf(folded))
        {
            yield return Part.OfWords(term, term + Last);
        }
    }

    // As on the order's page, or without its prefix, as people read it out.
    private static string? IdOf(string folded)
    {
        string id = folded.StartsWith('0') ? $"{TypeId.Order}_{folded}" : folded;
        return id.Length >= ShortestId && id.StartsWith(TypeId.Order + "_", StringComparison.Ordinal) && folded.Length >= ShortestId ? id : null;
    }

    private static Paisa? AmountOf(string folded)
    {
        if (Amount().Match(folded) is not { Success: true } match)
        {
            return null;
        }

        string rupees = match.Groups["rupees"].Value.Replace(",", "", StringComparison.Ordinal);
        string paisa = match.Groups["paisa"].Value.PadRight(2, '0');
        return rupees.Length <= MaxRupeeDigits ? new Paisa(long.Parse(rupees + paisa, CultureInfo.InvariantCulture)) : null;
    }

    private static string[] TermsOf(string folded)
    {
        if (PhoneNumber().IsMatch(folded))
        {
            string digits = SearchTerm.Digits(folded);
            if (digits.Length < ShortestPhone)
            {
                return [];
            }

            // The beginning of a number may be, or may follow, the country's code.
            string local = digits.StartsWith("00", StringComparison.Ordinal) ? digits[2..] : digits;
            string rest = local.StartsWith("977", StringComparison.Ordinal) ? local[3..] : "";
            return rest.Length >= ShortestPhone ? [digits, rest] : [digits];
        }

        string word = SearchTerm.Trim(folded);
        return word.Length > 0 ? SearchTerm.Beginnings(word) : [];
    }

    [GeneratedRegex(@"^[+(]{0,2}[0-9][0-9\s()-]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SpelledNumber();

    [GeneratedRegex(@"(?<=^|\s)(?<currency>rs\.?|npr\.?|रु\.?|रू\.?)\s+(?=[0-9०-९])", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Currency();

    [GeneratedRegex(@"^(?:rs\.?|npr\.?|रु\.?|रू\.?)?(?<rupees>[0-9]+(?:,[0-9]{2,3})*)(?:\.(?<paisa>[0-9]{1,2}))?(?:/-)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Amount();

    [GeneratedRegex("^\\+?[0-9][0-9-]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PhoneNumber();
}
