using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Desk;

/// <summary>How each database is asked for the words of <see cref="OrderSearchIndex"/>. An order fits when it has, for every word that was
/// typed, one that begins with it.</summary>
internal abstract class OrderWordsSql
{
    /// <summary>Whether the index gives the newest orders first, so that no further ones are read.</summary>
    internal abstract bool IsSortedByOrder { get; }

    internal static OrderWordsSql For(CheckoutDb db) => db is PostgreSqlCheckoutDb ? new PostgreSql() : new Sqlite();

    /// <summary>The newest orders that fit, along the index of words.</summary>
    /// <param name="state">Further conditions, of the order w."OrderId".</param>
    internal abstract string Newest(IReadOnlyList<SearchWord> words, IdRange range, string state, int limit, SqlValues values);

    /// <summary>Whether the order with this id fits. As a subquery: no database begins with the words, then.</summary>
    internal string Fits(IReadOnlyList<SearchWord> words, string id, SqlValues values) =>
        $"(SELECT {Condition(words, values)} FROM \"OrderWords\" AS w WHERE w.\"OrderId\" = {id})";

    protected abstract string Condition(IReadOnlyList<SearchWord> words, SqlValues values);

    private static string AnyOf(SearchWord word, string or, Func<string, string> beginning, Func<string, string> whole) =>
        $"({string.Join(or, word.Beginnings.Select(beginning).Concat(word.Amount is { } amount ? [whole(amount)] : []))})";

    /// <summary>FTS5, whose documents are numbered as ids sort.</summary>
    private sealed class Sqlite : OrderWordsSql
    {
        internal override bool IsSortedByOrder => true;

        internal override string Newest(IReadOnlyList<SearchWord> words, IdRange range, string state, int limit, SqlValues values)
        {
            string match = string.Join(" AND ", words.Select(word => AnyOf(word, " OR ", beginning => Quoted(beginning) + "*", Quoted)));
            (long first, long last) = OrderSearchIndex.KeysOf(range.First, range.End);
            return $"""
                SELECT w."OrderId" FROM "OrderWordsIndex" AS i CROSS JOIN "OrderWords" AS w ON w."Key" = i.rowid
                WHERE i."OrderWordsIndex" MATCH {values.Add(match)} AND i.rowid BETWEEN {values.Add(first)} AND {values.Add(last)}
                {range.Condition("w.\"OrderId\"", values)}{state} ORDER BY i.rowid DESC LIMIT {values.Add(limit)}
                """;
        }

        protected override string Condition(IReadOnlyList<SearchWord> words, SqlValues values)
        {
            return string.Join(
                " AND ", words.Select(word => AnyOf(word, " OR ", beginning => Has(" " + beginning), amount => Has($" {amount} "))));

            string Has(string text) => $"instr(w.\"Words\", {values.Add(text)}) > 0";
        }

        private static string Quoted(string word) => $"\"{word.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>A GIN index, which knows no order: what it finds is sorted.</summary>
    private sealed class PostgreSql : OrderWordsSql
    {
        internal override bool IsSortedByOrder => false;

        // Sorted by what is no column: the planner would go along the orders until it has met enough.
        internal override string Newest(IReadOnlyList<SearchWord> words, IdRange range, string state, int limit, SqlValues values) => $"""
            SELECT w."OrderId" FROM "OrderWords" AS w
            WHERE {Condition(words, values)}{range.Condition("w.\"OrderId\"", values)}{state}
                ORDER BY w."OrderId" || '' DESC LIMIT {values.Add(limit)}
            """;

        protected override string Condition(IReadOnlyList<SearchWord> words, SqlValues values) =>
            $"w.\"Words\" @@ CAST({values.Add(Query(words))} AS tsquery)";

        private static string Query(IReadOnlyList<SearchWord> words) =>
            string.Join(" & ", words.Select(word => AnyOf(word, " | ", beginning => Quoted(beginning) + ":*", Quoted)));

        private static string Quoted(string word) =>
            $"'{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
    }
}
