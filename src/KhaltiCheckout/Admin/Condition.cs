using System.Globalization;
using KhaltiCheckout.Orders;

namespace KhaltiCheckout.Admin;

/// <summary>Something that is asked of an order; it fits when one of the parts does.</summary>
/// <param name="IsSorted">Each part goes along an index in the order of the ids, and no order is in two of them: the newest
/// are found without looking at the others.</param>
internal sealed record Condition(IReadOnlyList<Part> Parts, bool IsSorted)
{
    internal static Condition Of(OrderStatus status) => new([Part.OfOrder("Status", SnakeCase.Of(status))], IsSorted: true);

    /// <summary>One by one: the index has the orders of one reason by their ids, and those of all reasons only by reason.</summary>
    internal static Condition Of(params IEnumerable<Attention> reasons) =>
        new([.. reasons.Select(reason => Part.OfOrder("Attention", SnakeCase.Of(reason)))], IsSorted: true);

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

    private string Limited => Table == "SearchTerms" ? Apart : Id;

    private string? Look { get; init; }

    private Found Many { get; init; } = Found.One;

    /// <summary>What is true of many.</summary>
    internal static Part OfOrder(string column, object value) => new("Orders", $"\"{column}\" = {{0}}", value)
    {
        Look = $$"""EXISTS (SELECT 1 FROM "Orders" AS x WHERE x."Id" = o."Id" AND x."{{column}}" = {0})""",
        Many = Found.ById,
    };

    internal static Part OfIds(string first, string end) => new("Orders", "\"Id\" >= {0} AND \"Id\" < {1}", first, end)
    {
        Look = "o.\"Id\" >= {0} AND o.\"Id\" < {1}",
        Many = Found.ById,
    };

    internal static Part OfWords(string first, string end) => new("SearchTerms", "\"Term\" >= {0} AND \"Term\" < {1}", first, end)
    {
        Look = """EXISTS (SELECT 1 FROM "SearchTerms" AS t WHERE t."OrderId" = o."Id" AND t."Term" >= {0} AND t."Term" < {1})""",
        Many = Found.ByWord,
    };

    /// <summary>What only one has.</summary>
    internal static Part OfName(string table, string column, string value) => new(table, $"\"{column}\" = {{0}}", value);

    internal static Part OfNumber(string table, string columns, int year, int count) =>
        new(table, $"\"{columns}Year\" = {{0}} AND \"{columns}Count\" = {{1}}", year, count);

    internal string Ids(IdRange range, SqlValues values) =>
        $"SELECT {Id} AS \"Id\" FROM \"{Table}\" WHERE {In(Where, values)}{range.Limits(Limited, values)}";

    /// <summary>At least the newest so many of them, along each index by itself. An order may be there more than once.</summary>
    internal IEnumerable<string> NewestIds(IdRange range, int most, SqlValues values)
    {
        string[] names = [.. Values.Select(values.Add)];
        switch (Many)
        {
            case Found.One:
                yield return Select(Where, Limited, order: null);
                break;
            case Found.ById:
                yield return Select(Where, Limited, order: Id);
                break;
            case Found.ByWord:
                // The index has the orders of one word by their ids, and those of all that begin with it by word.
                yield return Select("\"Term\" = {0}", Id, order: Id);
                yield return Select("\"Term\" > {0} AND \"Term\" < {1}", Apart, order: Apart);
                break;
        }

        string Select(string where, string limited, string? order) =>
            $"SELECT {Id} AS \"Id\" FROM \"{Table}\" WHERE {In(where, names)}{range.Limits(limited, values)}"
            + (order is null ? "" : $" ORDER BY {order} DESC LIMIT {values.Add(most)}");
    }

    internal string Holds(SqlValues values) => In(Look ?? $"""o."Id" IN (SELECT {Id} FROM "{Table}" WHERE {Where})""", values);

    /// <summary>How the index has those that fit.</summary>
    private enum Found
    {
        /// <summary>One, or none.</summary>
        One,

        /// <summary>Many, by their ids.</summary>
        ById,

        /// <summary>Many, by the words that begin so.</summary>
        ByWord,
    }

    private string In(string text, SqlValues values) => In(text, [.. Values.Select(values.Add)]);

    private static string In(string text, string[] names) => string.Format(CultureInfo.InvariantCulture, text, names);
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
