using System.Globalization;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Storage;

/// <summary>
/// The words by which orders are found, written once when an order is placed: for SQLite's FTS5 a text of words between blanks, for
/// PostgreSQL a <c>tsvector</c>. Both hold the same words, which are folded here.
/// </summary>
internal static class OrderSearchIndex
{
    /// <summary>Before an e-mail address. Addresses mostly begin with a name, and no two are the same: a search for the name would go
    /// through all of them. So an address is found by the letters it begins with, and by more than them behind this mark.</summary>
    private const char EmailMark = '@';

    /// <summary>Before the order's amount in paisa. No other word begins with it, nor does what is asked for.</summary>
    private const char AmountMark = '=';

    private const int MaxWordLength = 254;

    // Thirteen letters and digits of five bits: the time of the id and the first of its random bits.
    private const int KeyLength = 13;
    private const int BitsPerCharacter = 5;
    private const int MaxCharacter = 31;
    private const int MaxFirstCharacter = 7;

    // No key is moved further than this for one that is taken: one millisecond's worth.
    private const long MaxKeyShift = 1 << 15;

    private const string SelectOwner = """SELECT "OrderId" FROM "OrderWords" WHERE "Key" = @p0""";
    private const string InsertIndex = """INSERT INTO "OrderWordsIndex" (rowid, "Words") VALUES (@p0, @p1)""";

    private const string InsertWords = """
        INSERT INTO "OrderWords" ("Key", "OrderId", "Words") VALUES (@p0, @p1, @p2) ON CONFLICT ("Key") DO NOTHING
        """;

    private const string InsertVector = """
        INSERT INTO "OrderWords" ("OrderId", "Words") VALUES (@p0, array_to_tsvector(string_to_array(@p1, ' ')))
        """;

    private const string SelectUnindexed = """
        SELECT "Id", "CustomerName", "CustomerEmail", "CustomerPhone", "Amount" FROM "Orders" WHERE "Number" IS NULL
            ORDER BY "Id" DESC LIMIT @p0
        """;

    private const string SelectLineNames = """SELECT "Name" FROM "OrderLines" WHERE "OrderId" = @p0 ORDER BY "Position" """;

    // Not a new version of the order: nothing that anybody decides by has changed.
    private const string GiveNumber = """UPDATE "Orders" SET "Number" = @p0 WHERE "Id" = @p1 AND "Number" IS NULL""";

    /// <summary>In the transaction that places the order.</summary>
    internal static Task AddAsync(SqlSession sql, Order order) => AddAsync(
        sql, order.Id,
        WordsOf(order.CustomerName, order.CustomerEmail, order.CustomerPhone, order.Lines.Select(line => line.Name), (long)order.Amount));

    /// <summary>Gives a number and an index entry to orders of an older version, newest first. Returns how
    /// many; that many fewer are left, whatever becomes of this process.</summary>
    internal static async Task<int> FillAsync(SqlSession sql, int limit)
    {
        List<Unindexed> orders = await sql.ListAsync(SelectUnindexed + sql.ForUpdate, Unindexed.Read, limit);
        foreach (Unindexed order in orders)
        {
            List<string> lines = await sql.ListAsync(SelectLineNames, static row => row.Text(0), order.Id);
            await AddAsync(sql, order.Id, WordsOf(order.Name, order.Email, order.Phone, lines, order.Amount));
            await sql.ExecuteAsync(GiveNumber, OrderNumber.New(), order.Id);
        }

        return orders.Count;
    }

    /// <summary>What an order is found by, each word once.</summary>
    internal static IEnumerable<string> WordsOf(string? name, string? email, string? phone, IEnumerable<string> lines, long amount) =>
        lines.Prepend(name)
            .SelectMany(SearchWords.Of)
            .SelectMany(
                word => word.Contains('-', StringComparison.Ordinal) ? word.Split('-').Append(word).Select(SearchWords.Trim) : [word])
            .Append(SearchWords.National(SearchWords.Digits(phone ?? "")))
            .Concat(WordsOfAddress(SearchWords.Trim(SearchWords.Fold(email ?? ""))))
            .Append(Amount(amount))
            .Where(word => word.Length is > 0 and <= MaxWordLength && !word.Any(char.IsWhiteSpace))
            .Distinct(StringComparer.Ordinal);

    /// <summary>Every word of an order that begins with what was typed begins with one of these.</summary>
    internal static string[] Beginnings(string typed) =>
        LettersOf(typed) is var letters && letters.Length > 0 && letters.Length < typed.Length ? [typed, Marked(typed)] : [typed];

    internal static string Amount(long paisa) => string.Create(CultureInfo.InvariantCulture, $"{AmountMark}{paisa}");

    /// <summary>Between which keys SQLite has the orders of these ids; some others may be there, too.</summary>
    internal static (long First, long Last) KeysOf(string? first, string? end) => (
        first is null ? long.MinValue : KeyOf(first) - MaxKeyShift,
        end is null || KeyOf(end) > long.MaxValue - MaxKeyShift ? long.MaxValue : KeyOf(end) + MaxKeyShift);

    private static async Task AddAsync(SqlSession sql, string orderId, IEnumerable<string> words)
    {
        string text = string.Join(' ', words);
        if (sql.Connection is Npgsql.NpgsqlConnection)
        {
            await sql.ExecuteAsync(InsertVector, orderId, text);
            return;
        }

        // FTS5 has numbers for its documents and gives them back in their order, so keys sort as ids do. Two orders of one millisecond may
        // have the same: the second takes the next one on its side.
        long key = KeyOf(orderId);
        int step = 0;
        string between = $" {text} ";
        while (await sql.ExecuteAsync(InsertWords, key, orderId, between) == 0)
        {
            string owner = (await sql.FindAsync(SelectOwner, static row => row.Text(0), key))!;
            step = step != 0 ? step : string.CompareOrdinal(orderId, owner) > 0 ? 1 : -1;
            key += step;
        }

        await sql.ExecuteAsync(InsertIndex, key, between);
    }

    // An id, or a text that ids are compared with: its end may be missing, or behind all that ids have.
    internal static long KeyOf(string id)
    {
        ReadOnlySpan<char> characters = id.AsSpan(TypeId.Order.Length + 1);
        long key = 0;
        int filler = 0;
        for (int position = 0; position < KeyLength; position++)
        {
            int value = position < characters.Length ? TypeId.ValueOf(characters[position]) : filler;
            if (value < 0)
            {
                (value, filler) = (MaxCharacter, MaxCharacter);
                characters = [];
            }

            key = (key << BitsPerCharacter) | (long)(position == 0 ? Math.Min(value, MaxFirstCharacter) : value);
        }

        return key;
    }

    private static string[] WordsOfAddress(string address) =>
        LettersOf(address) is { Length: > 0 } letters ? [letters, Marked(address)] : [address];

    // The end of the longest is left out, here and in what is asked for.
    private static string Marked(string address) => EmailMark + address[..Math.Min(address.Length, MaxWordLength - 1)];

    private static string LettersOf(string word) => string.Concat(word.TakeWhile(char.IsAsciiLetterLower));

    private sealed record Unindexed(string Id, string? Name, string? Email, string? Phone, long Amount)
    {
        internal static Unindexed Read(SqlRow row) =>
            new(row.Text(0), row.TextOrNull(1), row.TextOrNull(2), row.TextOrNull(3), row.Number(4));
    }
}
