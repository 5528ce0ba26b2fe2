using System.Globalization;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Desk;

/// <summary>Something that is asked of an order; it fits when one of the parts does.</summary>
/// <param name="IsSorted">Each part goes along an index in the order of the ids, and no order is in two of them: the newest
/// are found without looking at the others.</param>
internal sealed record Condition(IReadOnlyList<Part> Parts, bool IsSorted)
{
    internal static Condition Of(OrderStatus status) => new([Part.OfOrder("Status", SnakeCase.Of(status))], IsSorted: true);

    /// <summary>An open reason, whether or not it is the most urgent one.</summary>
    internal static Condition Of(AttentionReason reason) => new([Part.OfReason(SnakeCase.Of(reason))], IsSorted: true);

    /// <summary>By the most urgent reason, one by one: the index has the orders of one reason by their ids, and those of all
    /// reasons only by reason.</summary>
    internal static Condition OfAnyAttention() =>
        new([.. Enum.GetValues<AttentionReason>().Select(reason => Part.OfOrder("Attention", SnakeCase.Of(reason)))], IsSorted: true);

    /// <summary>The ids of all that fit, some perhaps more than once.</summary>
    internal string Ids(IdRange range, SqlValues values) => string.Join(" UNION ALL ", Parts.Select(part => part.Ids(range, values)));

    /// <summary>The same, each once.</summary>
    internal string DifferentIds(IdRange range, SqlValues values) =>
        string.Join(IsSorted ? " UNION ALL " : " UNION ", Parts.Select(part => part.Ids(range, values)));

    /// <summary>Whether it is true of the order of which the query calls the id o."Id": it need not know more of it.</summary>
    internal string Holds(SqlValues values) => $"({string.Join(" OR ", Parts.Select(part => part.Holds(values)))})";
}

/// <summary>One reason for which an order fits, in SQL from both sides: a search in an index for the orders, and a look at an order.</summary>
/// <param name="Where">With {0}, {1} and so on for the values.</param>
/// <param name="Values">What the columns are compared with.</param>
internal sealed record Part(string Table, string Where, params object[] Values)
{
    // Which column has the order's id.
    private string Id => Table == "Orders" ? "\"Id\"" : "\"OrderId\"";

    // Limits and sorts ids that are found by word. No column: an index by id would be taken for shorter than the one by word.
    private string Apart => $"{Id} || ''";

    private string Limited => Come == Coming.ByWord ? Apart : Id;

    private string? Look { get; init; }

    private string Select { get; init; } = "SELECT";

    /// <summary>How the index has those that fit.</summary>
    internal Coming Come { get; private init; } = Coming.Alone;

    /// <summary>What is true of many.</summary>
    internal static Part OfOrder(string column, object value) => new("Orders", $"\"{column}\" = {{0}}", value)
    {
        Look = $$"""EXISTS (SELECT 1 FROM "Orders" AS x WHERE x."Id" = o."Id" AND x."{{column}}" = {0})""",
        Come = Coming.ById,
    };

    /// <summary>An order may have several of one reason.</summary>
    internal static Part OfReason(string reason) => new("AttentionReasons", "\"Reason\" = {0} AND \"ResolvedAt\" IS NULL", reason)
    {
        Look = """EXISTS (SELECT 1 FROM "AttentionReasons" AS a WHERE a."OrderId" = o."Id" AND a."Reason" = {0} AND a."ResolvedAt" IS NULL)""",
        Come = Coming.ById,
        Select = "SELECT DISTINCT",
    };

    internal static Part OfIds(string first, string end) => new("Orders", "\"Id\" >= {0} AND \"Id\" < {1}", first, end)
    {
        Look = "o.\"Id\" >= {0} AND o.\"Id\" < {1}",
        Come = Coming.ById,
    };

    internal static Part OfWords(string first, string end) => new("SearchTerms", "\"Term\" >= {0} AND \"Term\" < {1}", first, end)
    {
        Look = """EXISTS (SELECT 1 FROM "SearchTerms" AS t WHERE t."OrderId" = o."Id" AND t."Term" >= {0} AND t."Term" < {1})""",
        Come = Coming.ByWord,
    };

    /// <summary>One word, and not those that begin with it.</summary>
    internal static Part OfWord(string word) => new("SearchTerms", "\"Term\" = {0}", word) { Come = Coming.ById };

    /// <summary>What only one has.</summary>
    internal static Part OfName(string table, string column, string value) => new(table, $"\"{column}\" = {{0}}", value);

    internal static Part OfNumber(string table, string columns, int year, int count) =>
        new(table, $"\"{columns}Year\" = {{0}} AND \"{columns}Count\" = {{1}}", year, count);

    internal string Ids(IdRange range, SqlValues values) =>
        $"{Select} {Id} AS \"Id\" FROM \"{Table}\" WHERE {In(Where, values)}{range.Limits(Limited, values)}";

    /// <summary>At least the newest so many of them, along each index by itself. An order may be there more than once.</summary>
    internal IEnumerable<string> NewestIds(IdRange range, int most, SqlValues values)
    {
        string[] names = [.. Values.Select(values.Add)];
        switch (Come)
        {
            case Coming.Alone:
                yield return Ordered(Where, Limited, order: null);
                break;
            case Coming.ById:
                yield return Ordered(Where, Limited, order: Id);
                break;
            case Coming.ByWord:
                // The index has the orders of one word by their ids, and those of all that begin with it by word.
                yield return Ordered("\"Term\" = {0}", Id, order: Id);
                yield return Ordered("\"Term\" > {0} AND \"Term\" < {1}", Apart, order: Apart);
                break;
        }

        string Ordered(string where, string limited, string? order) =>
            $"{Select} {Id} AS \"Id\" FROM \"{Table}\" WHERE {In(where, names)}{range.Limits(limited, values)}"
            + (order is null ? "" : $" ORDER BY {order} DESC LIMIT {values.Add(most)}");
    }

    /// <summary>Of a part by word, the words that at least so many orders have: it is gone from each word straight to the next,
    /// past all its orders.</summary>
    /// <param name="orders">How many.</param>
    /// <param name="most">How many words are looked at, common or not. When there are more, an empty one comes with the others.</param>
    /// <param name="values">Takes the values.</param>
    internal string CommonWords(int orders, int most, SqlValues values)
    {
        string[] names = [.. Values.Select(values.Add)];
        return $"""
            WITH RECURSIVE words("Word", "Number") AS (
                SELECT MIN("Term"), 1 FROM "SearchTerms" WHERE {In("\"Term\" >= {0} AND \"Term\" < {1}", names)}
                UNION ALL
                SELECT (SELECT MIN(s."Term") FROM "SearchTerms" AS s WHERE s."Term" > words."Word" AND {In("s.\"Term\" < {1}", names)}), words."Number" + 1
                FROM words WHERE words."Word" IS NOT NULL AND words."Number" <= {values.Add(most)})
            SELECT CASE WHEN words."Number" > {values.Add(most)} THEN '' ELSE words."Word" END AS "Value" FROM words
            WHERE words."Word" IS NOT NULL AND (words."Number" > {values.Add(most)} OR EXISTS (
                SELECT 1 FROM "SearchTerms" AS t WHERE t."Term" = words."Word" LIMIT 1 OFFSET {values.Add(orders - 1)}))
            """;
    }

    /// <summary>Of a part by word, what is none of these words.</summary>
    /// <param name="words">In the order of the alphabet.</param>
    internal IEnumerable<Part> Without(IEnumerable<string> words)
    {
        string where = "\"Term\" >= {0} AND \"Term\" < {1}";
        object first = Values[0];
        foreach (string word in words)
        {
            yield return this with { Where = where, Values = [first, word] };
            (first, where) = (word, "\"Term\" > {0} AND \"Term\" < {1}");
        }

        yield return this with { Where = where, Values = [first, Values[1]] };
    }

    internal string Holds(SqlValues values) => In(Look ?? $"""o."Id" IN (SELECT {Id} FROM "{Table}" WHERE {Where})""", values);

    private string In(string text, SqlValues values) => In(text, [.. Values.Select(values.Add)]);

    private static string In(string text, string[] names) => string.Format(CultureInfo.InvariantCulture, text, names);
}

/// <summary>In which order an index has the orders that fit.</summary>
internal enum Coming
{
    /// <summary>There is one, or none.</summary>
    Alone,

    /// <summary>By their ids.</summary>
    ById,

    /// <summary>By the words that begin so.</summary>
    ByWord,
}

/// <summary>Ids of which none is looked at outside.</summary>
/// <param name="First">Included; null where there is no first.</param>
/// <param name="End">Not included; null where there is no end.</param>
internal sealed record IdRange(string? First, string? End)
{
    internal static readonly IdRange All = new(null, null);

    internal IdRange Before(string? id) => id is not null && (End is null || string.CompareOrdinal(id, End) < 0) ? this with { End = id } : this;

    /// <summary>To be added to other conditions.</summary>
    internal string Limits(string column, SqlValues values) =>
        (First is null ? "" : $" AND {column} >= {values.Add(First)}") + (End is null ? "" : $" AND {column} < {values.Add(End)}");
}

/// <summary>The values of a query, in the order of their numbers in its text.</summary>
internal sealed class SqlValues
{
    private readonly List<object> _values = [];

    internal object[] All => [.. _values];

    /// <summary>Gives back what stands for it in the text.</summary>
    internal string Add(object value)
    {
        _values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"{{{_values.Count - 1}}}");
    }
}
