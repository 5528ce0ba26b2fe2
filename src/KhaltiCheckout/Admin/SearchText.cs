using System.Globalization;
using System.Text.RegularExpressions;
using Khalti.Client;
using KhaltiCheckout.Data;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Receipts;

namespace KhaltiCheckout.Admin;

/// <summary>What a merchant typed to find an order. Each word may be any of the things an order is found by, and an order is
/// found when all words fit it.</summary>
internal sealed partial class SearchText
{
    internal const int Longest = 200;
    internal const int MostWords = 8;

    private const int ShortestId = 8;
    private const int ShortestPhone = 4;
    private const int MostRupeeDigits = 13;

    // Sorts behind everything that a term can begin with.
    private const string Last = "\U0010FFFF";

    private readonly string _whole;
    private readonly string[] _words;

    private SearchText(string whole, string[] words) => (_whole, _words) = (whole, words);

    /// <summary>Null when there are too many words.</summary>
    internal static SearchText? Read(string text)
    {
        // A number may be written with blanks in it, and a currency before the amount.
        string joined = SpelledNumber().IsMatch(SearchTerm.Fold(text))
            ? string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)))
            : Currency().Replace(text, "${currency}");
        string[] words = joined.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length > MostWords ? null : new SearchText(text.Trim(), words);
    }

    internal IQueryable<Order> Among(IQueryable<Order> orders, CheckoutDb db) =>
        _words.Aggregate(orders, (found, word) =>
        {
            // Another shop's name for an order may have blanks in it: then all the words together are what fits.
            IQueryable<string> candidates = CandidatesFor(word, db)
                .Union(db.Orders.Where(order => order.Reference == _whole).Select(order => order.Id));
            return found.Where(order => candidates.Contains(order.Id));
        });

    // One set of ids for all readings: each part is a search in an index, and nothing looks at every order.
    private static IQueryable<string> CandidatesFor(string word, CheckoutDb db)
    {
        string folded = SearchTerm.Fold(word);
        IQueryable<string> found = db.Payments.Where(payment => payment.TransactionId == word).Select(payment => payment.OrderId)
            .Union(db.Payments.Where(payment => payment.Token == word).Select(payment => payment.OrderId))
            .Union(db.Payments.Where(payment => payment.Pidx == word).Select(payment => payment.OrderId))
            .Union(db.Payments.Where(payment => payment.Id == folded).Select(payment => payment.OrderId))
            .Union(db.Refunds.Where(refund => refund.Id == folded).Select(refund => refund.OrderId));
        if (IdOf(folded) is { } id)
        {
            string end = id + Last;
            found = found.Union(db.Orders.Where(order => order.Id.CompareTo(id) >= 0 && order.Id.CompareTo(end) < 0).Select(order => order.Id));
        }

        if (ReceiptNumber.Parse(folded) is { } number)
        {
            (int year, int count) = (number.Year, number.Number);
            found = found
                .Union(db.Orders.Where(order => order.ReceiptYear == year && order.ReceiptCount == count).Select(order => order.Id))
                .Union(db.Refunds.Where(refund => refund.CreditNoteYear == year && refund.CreditNoteCount == count).Select(refund => refund.OrderId));
        }

        if (AmountOf(folded) is { } amount)
        {
            found = found.Union(db.Orders.Where(order => order.Amount == amount).Select(order => order.Id));
        }

        foreach (string term in TermsOf(folded))
        {
            string end = term + Last;
            found = found.Union(db.SearchTerms.Where(row => row.Term.CompareTo(term) >= 0 && row.Term.CompareTo(end) < 0).Select(row => row.OrderId));
        }

        return found;
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
        return rupees.Length <= MostRupeeDigits ? new Paisa(long.Parse(rupees + paisa, CultureInfo.InvariantCulture)) : null;
    }

    private static IEnumerable<string> TermsOf(string folded)
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
        return word.Length > 0 ? [word] : [];
    }

    [GeneratedRegex(@"^\s*\+?[0-9][0-9\s-]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SpelledNumber();

    [GeneratedRegex(@"(?<=^|\s)(?<currency>rs\.?|npr\.?|रु\.?|रू\.?)\s+(?=[0-9०-९])", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Currency();

    [GeneratedRegex(@"^(?:rs\.?|npr\.?|रु\.?|रू\.?)?(?<rupees>[0-9]+(?:,[0-9]{2,3})*)(?:\.(?<paisa>[0-9]{1,2}))?(?:/-)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Amount();

    [GeneratedRegex("^\\+?[0-9][0-9-]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PhoneNumber();
}
