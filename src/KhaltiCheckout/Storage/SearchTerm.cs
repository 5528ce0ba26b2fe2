using System.Globalization;
using System.Text;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhaltiCheckout.Storage;

/// <summary>
/// A word under which an order is found by its beginning: of the customer's name, their e-mail address, their phone number.
/// A row of its own, because an index finds the beginning of a text and no database finds a word in the middle of one.
/// <para>
/// Addresses mostly begin with a name, and no two are the same: whoever asks for the name would go through all of them. So an
/// address is found by the letters it begins with, which others have, too; and by more than them behind <see cref="EmailMark"/>.
/// </para>
/// </summary>
public sealed class SearchTerm
{
    /// <summary>The longest is an e-mail address.</summary>
    internal const int MaxTermLength = 254;

    /// <summary>No other term begins with it, nor does what is asked for.</summary>
    private const string EmailMark = "@";

    /// <summary>
    /// Makes the terms of orders that were placed before there were any; for the migration. Words that stand between blanks
    /// and are folded as far as this database can, which is A to Z.
    /// </summary>
    internal const string Backfill = """
        INSERT OR IGNORE INTO "SearchTerms" ("Term", "OrderId")
        SELECT lower(trim("CustomerEmail")), "Id" FROM "Orders" WHERE trim(coalesce("CustomerEmail", '')) <> '';

        INSERT OR IGNORE INTO "SearchTerms" ("Term", "OrderId")
        SELECT CASE WHEN length("Digits") = 13 AND substr("Digits", 1, 3) = '977' THEN substr("Digits", 4) ELSE "Digits" END, "Id"
        FROM (SELECT "Id", replace(replace(replace(coalesce("CustomerPhone", ''), ' ', ''), '-', ''), '+', '') AS "Digits" FROM "Orders")
        WHERE "Digits" <> '';

        WITH RECURSIVE "Words" ("OrderId", "Word", "Rest") AS (
            SELECT "Id", '', trim("CustomerName") || ' ' FROM "Orders" WHERE "CustomerName" IS NOT NULL
            UNION ALL
            SELECT "OrderId", substr("Rest", 1, instr("Rest", ' ') - 1), substr("Rest", instr("Rest", ' ') + 1)
            FROM "Words" WHERE "Rest" <> '')
        INSERT OR IGNORE INTO "SearchTerms" ("Term", "OrderId")
        SELECT lower("Word"), "OrderId" FROM "Words" WHERE "Word" <> '';
        """;

    /// <summary>
    /// Makes the table anew as SQLite keeps it best, which is as nothing but its key; for the migration. A new order's words
    /// then go to one place, the end, and to the index by word; before, they went to three.
    /// </summary>
    internal const string WithoutRowId = """
        CREATE TABLE "SearchTermsAnew" (
            "OrderId" TEXT NOT NULL,
            "Term" TEXT NOT NULL,
            CONSTRAINT "PK_SearchTerms" PRIMARY KEY ("OrderId", "Term"),
            CONSTRAINT "FK_SearchTerms_Orders_OrderId" FOREIGN KEY ("OrderId") REFERENCES "Orders" ("Id") ON DELETE RESTRICT
        ) WITHOUT ROWID;
        INSERT INTO "SearchTermsAnew" ("OrderId", "Term") SELECT "OrderId", "Term" FROM "SearchTerms" ORDER BY "OrderId", "Term";
        DROP TABLE "SearchTerms";
        ALTER TABLE "SearchTermsAnew" RENAME TO "SearchTerms";
        """;

    private const string CountryCode = "977";
    private const int NationalDigits = 10;

    private SearchTerm()
    {
    }

    /// <summary>Folded: of words that people take for the same, one.</summary>
    public string Term { get; private set; } = "";

    public string OrderId { get; private set; } = "";

    internal static IEnumerable<SearchTerm> Of(string orderId, string? name, string? email, string? phone)
    {
        IEnumerable<string> words = WordsOf(name).SelectMany(word => word.Split('-').Append(word)).Append(National(Digits(phone ?? "")));
        return words.Select(Trim)
            .Concat(OfAddress(Trim(Fold(email ?? ""))))
            .Where(term => term.Length is > 0 and <= MaxTermLength)
            .Distinct(StringComparer.Ordinal)
            .Select(term => new SearchTerm { Term = term, OrderId = orderId });
    }

    /// <summary>Whatever begins with a word, begins with one of these.</summary>
    internal static string[] Beginnings(string word) => LettersOf(word) is var letters && letters.Length > 0 && letters.Length < word.Length ? [word, Marked(word)] : [word];

    private static string[] OfAddress(string address) => LettersOf(address) is { Length: > 0 } letters ? [letters, Marked(address)] : [address];

    // The end of the longest is left out, here and there.
    private static string Marked(string address) => EmailMark + address[..Math.Min(address.Length, MaxTermLength - EmailMark.Length)];

    // A to Z, as databases know no other.
    private static string LettersOf(string word) => string.Concat(word.TakeWhile(char.IsAsciiLetterLower));

    /// <summary>A phone number as it is dialled in Nepal, whichever way it was written.</summary>
    internal static string National(string digits)
    {
        string local = digits.StartsWith("00", StringComparison.Ordinal) ? digits[2..] : digits;
        return local.StartsWith(CountryCode, StringComparison.Ordinal) && local.Length == CountryCode.Length + NationalDigits
            ? local[CountryCode.Length..]
            : digits;
    }

    internal static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));

    internal static IEnumerable<string> WordsOf(string? text) =>
        Fold(text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Without what stands around a word, such as brackets and full stops.</summary>
    internal static string Trim(string word) => word.Trim([.. word.Where(letter => char.IsPunctuation(letter) || char.IsSymbol(letter))]);

    /// <summary>Small letters, digits as on a phone's keys, letters of one width, and no joiners: nobody sees or types them.</summary>
    internal static string Fold(string text)
    {
        StringBuilder folded = new(text.Length);
        foreach (char letter in text)
        {
            if (CharUnicodeInfo.GetUnicodeCategory(letter) == UnicodeCategory.Format)
            {
                continue;
            }

            folded.Append(char.ToLowerInvariant(letter switch
            {
                >= '०' and <= '९' => (char)('0' + letter - '०'),
                >= '！' and <= '～' => (char)('!' + letter - '！'),
                _ => letter,
            }));
        }

        return folded.ToString();
    }
}

internal sealed class SearchTermMapping : IEntityTypeConfiguration<SearchTerm>
{
    public void Configure(EntityTypeBuilder<SearchTerm> builder)
    {
        builder.ToTable("SearchTerms");

        // Both ways round: which orders have a word, newest first, and which words an order has.
        builder.HasKey(term => new { term.OrderId, term.Term });
        builder.HasIndex(term => new { term.Term, term.OrderId });
        builder.Property(term => term.Term).HasMaxLength(SearchTerm.MaxTermLength);
        builder.Property(term => term.OrderId).HasMaxLength(TypeId.MaxIdLength);
        builder.HasOne<Order>().WithMany().HasForeignKey(term => term.OrderId).OnDelete(DeleteBehavior.Restrict);
    }
}
