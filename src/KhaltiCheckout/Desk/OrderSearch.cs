using System.Data.Common;
using System.Globalization;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace KhaltiCheckout.Desk;

/// <summary>
/// Finds the newest orders that fit, by two queries: along the orders of a filter, newest first, and along the index of words. The first
/// one reads no further than <paramref name="maxScanned"/> orders while words have to be compared: where a filter or a word has many
/// orders, that is enough for a page, and where it has few, the index has few as well. See <c>docs/adr/0006-search.md</c>.
/// </summary>
internal sealed class OrderSearch(CheckoutDb db, OrderFilter filter, int maxScanned = OrderSearch.MaxScanned)
{
    private const int MaxScanned = 1000;

    // For a reading that all of the typed text stands for.
    private const int WholeText = -1;

    private readonly OrderWordsSql _words = OrderWordsSql.For(db);

    internal async Task<List<string>> NewestAsync(string? before, int limit, CancellationToken cancellationToken)
    {
        IdRange range = filter.Range.Before(before);
        if (filter.Text is not { } text)
        {
            return await AlongOrdersAsync(range, [], limit, cancellationToken);
        }

        List<string> found = [];
        foreach (Reading reading in await ReadingsAsync(text, range, limit, cancellationToken))
        {
            found.AddRange(await NewestAsync(reading, limit, cancellationToken));
        }

        return [.. found.Distinct(StringComparer.Ordinal).OrderDescending(StringComparer.Ordinal).Take(limit)];
    }

    private async Task<List<string>> NewestAsync(Reading reading, int limit, CancellationToken cancellationToken)
    {
        (IdRange range, IReadOnlyList<SearchWord> words) = reading;
        if (words.Count == 0)
        {
            return await AlongOrdersAsync(range, [], limit, cancellationToken);
        }

        List<string> found = [];
        if (filter.HasState || !_words.IsSortedByOrder)
        {
            string? oldest = await OldestOfNewestAsync(range, cancellationToken);
            found = await AlongOrdersAsync(oldest is null ? range : range with { First = oldest }, words, limit, cancellationToken);
            if (found.Count == limit || oldest is null)
            {
                return found;
            }

            range = range.Before(oldest);
        }

        return [.. found, .. await AlongWordsAsync(range, words, limit - found.Count, cancellationToken)];
    }

    // Every way to read what was typed. A word that names an order leaves that one order to be compared with the other words.
    private async Task<List<Reading>> ReadingsAsync(SearchText text, IdRange range, int limit, CancellationToken cancellationToken)
    {
        List<Reading> readings = [new(range, [])];
        foreach (SearchWord word in text.Words)
        {
            readings =
            [
                .. readings.Where(_ => word.IsInIndex).Select(reading => reading with { Words = [.. reading.Words, word] }),
                .. readings.Where(_ => word.Ids is not null).Select(reading => reading with { Range = reading.Range.And(word.Ids!) }),
            ];
        }

        List<Named> named = await NamedAsync(text, range, limit, cancellationToken);
        foreach (IGrouping<string, Named> order in named.GroupBy(one => one.OrderId, StringComparer.Ordinal))
        {
            SearchWord[] others = order.Any(one => one.Word == WholeText)
                ? []
                : [.. text.Words.Where((word, at) => word.Ids?.Contains(order.Key) != true && order.All(one => one.Word != at))];
            if (range.Contains(order.Key) && others.All(word => word.IsInIndex))
            {
                readings.Add(new(IdRange.StartingWith(order.Key), others));
            }
        }

        return [.. readings.Where(reading => !reading.Range.IsEmpty)];
    }

    // The orders that have a word, or the whole text, for a name of their own. Each part is a search in a unique index, or nearly.
    private async Task<List<Named>> NamedAsync(SearchText text, IdRange range, int limit, CancellationToken cancellationToken)
    {
        SqlValues values = new();
        List<string> parts =
        [
            $"""
            SELECT {WholeText} AS "Word", "Id" FROM (
                SELECT "Id" FROM "Orders" WHERE "Reference" = {values.Add(text.Whole)}{range.Condition("\"Id\"", values)}
                ORDER BY "Id" || '' DESC LIMIT {values.Add(limit)}) AS r
            """,
        ];
        for (int at = 0; at < text.Words.Count; at++)
        {
            SearchWord word = text.Words[at];
            AddPart("Payments", "OrderId", $"\"TransactionId\" = {values.Add(word.Typed)}");
            AddPart("Payments", "OrderId", $"\"Token\" = {values.Add(word.Typed)}");
            AddPart("Payments", "OrderId", $"\"Pidx\" = {values.Add(word.Typed)}");
            AddPart("Payments", "OrderId", $"\"Id\" = {values.Add(word.Folded)}");
            AddPart("Refunds", "OrderId", $"\"Id\" = {values.Add(word.Folded)}");
            if (word.Number is { } number)
            {
                AddPart("Orders", "Id", $"\"Number\" = {values.Add(number)}");
            }

            if (word.IdEnd is { } end)
            {
                AddPart("Orders", "Id", $"substr(\"Id\", 23) = {values.Add(end)} AND \"Id\" LIKE {values.Add("%" + word.Folded)}");
            }

            if (word.Receipt is { } receipt)
            {
                AddPart(
                    "Orders", "Id", $"\"ReceiptYear\" = {values.Add(receipt.Year)} AND \"ReceiptCount\" = {values.Add(receipt.Number)}");
                AddPart(
                    "Refunds", "OrderId",
                    $"\"CreditNoteYear\" = {values.Add(receipt.Year)} AND \"CreditNoteCount\" = {values.Add(receipt.Number)}");
            }

            void AddPart(string table, string id, string where) =>
                parts.Add(
                    string.Create(CultureInfo.InvariantCulture, $"""SELECT {at} AS "Word", "{id}" AS "Id" FROM "{table}" WHERE {where}"""));
        }

        return await QueryAsync(
            string.Join(" UNION ALL ", parts), values, static row => new Named(row.GetInt32(0), row.GetString(1)), cancellationToken);
    }

    private Task<List<string>> AlongOrdersAsync(
        IdRange range, IReadOnlyList<SearchWord> words, int limit, CancellationToken cancellationToken)
    {
        SqlValues values = new();
        return QueryAsync($"{IdsOfFilter(range, words, values)} ORDER BY 1 DESC LIMIT {values.Add(limit)}", values, cancellationToken);
    }

    // Null when the filter has no more orders than may be scanned.
    private async Task<string?> OldestOfNewestAsync(IdRange range, CancellationToken cancellationToken)
    {
        SqlValues values = new();
        string sql = $"{IdsOfFilter(range, [], values)} ORDER BY 1 DESC LIMIT 1 OFFSET {values.Add(maxScanned)}";
        return (await QueryAsync(sql, values, cancellationToken)).FirstOrDefault();
    }

    private Task<List<string>> AlongWordsAsync(
        IdRange range, IReadOnlyList<SearchWord> words, int limit, CancellationToken cancellationToken)
    {
        SqlValues values = new();
        string state = (filter.Status is { } status
                ? " AND EXISTS (SELECT 1 FROM \"Orders\" AS o WHERE o.\"Id\" = w.\"OrderId\""
                + $" AND o.\"Status\" = {values.Add(SnakeCase.Of(status))})"
                : "")
            + (filter.AnyAttention
                ? " AND EXISTS (SELECT 1 FROM \"Orders\" AS o WHERE o.\"Id\" = w.\"OrderId\" AND o.\"Attention\" IS NOT NULL)" : "")
            + (filter.Attention is { } reason
                ? " AND EXISTS (SELECT 1 FROM \"AttentionReasons\" AS a WHERE a.\"OrderId\" = w.\"OrderId\""
                + $" AND a.\"Reason\" = {values.Add(SnakeCase.Of(reason))} AND a.\"ResolvedAt\" IS NULL)"
                : "");
        return QueryAsync(_words.Newest(words, range, state, limit, values), values, cancellationToken);
    }

    // Each part goes along an index that has the orders of a status, of a reason, or all, newest first; no order is in two of them.
    private string IdsOfFilter(IdRange range, IReadOnlyList<SearchWord> words, SqlValues values)
    {
        if (filter.Attention is { } reason)
        {
            string reasons = Part(
                "AttentionReasons", "OrderId", $"\"Reason\" = {values.Add(SnakeCase.Of(reason))} AND \"ResolvedAt\" IS NULL",
                distinct: true);
            return filter.Status is { } wanted
                ? reasons + " AND EXISTS (SELECT 1 FROM \"Orders\" AS o WHERE o.\"Id\" = \"OrderId\""
                    + $" AND o.\"Status\" = {values.Add(SnakeCase.Of(wanted))})"
                : reasons;
        }

        string status = filter.Status is { } one ? $"\"Status\" = {values.Add(SnakeCase.Of(one))}" : "1 = 1";
        return filter.AnyAttention
            ? string.Join(" UNION ALL ", Enum.GetValues<AttentionReason>().Select(any =>
                Part("Orders", "Id", $"\"Attention\" = {values.Add(SnakeCase.Of(any))} AND {status}")))
            : Part("Orders", "Id", status);

        string Part(string table, string id, string where, bool distinct = false)
        {
            string column = $"\"{table}\".\"{id}\"";
            return $"SELECT {(distinct ? "DISTINCT " : "")}{column} AS \"Id\" FROM \"{table}\" WHERE {where}"
            + $"{range.Condition(column, values)}"
                + (words.Count == 0 ? "" : $" AND {_words.Fits(words, column, values)}");
        }
    }

    private Task<List<string>> QueryAsync(string sql, SqlValues values, CancellationToken cancellationToken) =>
        QueryAsync(sql, values, static row => row.GetString(0), cancellationToken);

    // As a command: EF Core would compile and keep a query for each text, and there are as many texts as ways to search.
    private Task<List<T>> QueryAsync<T>(string sql, SqlValues values, Func<DbDataReader, T> read, CancellationToken cancellationToken) =>
        db.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                RawSqlCommand command = db.GetService<IRawSqlCommandBuilder>().Build(sql, values.All, db.Model);
                await using RelationalDataReader reader = await command.RelationalCommand.ExecuteReaderAsync(
                    new RelationalCommandParameterObject(
                        db.GetService<IRelationalConnection>(), command.ParameterValues, readerColumns: null, db,
                        db.GetService<IRelationalCommandDiagnosticsLogger>(), CommandSource.FromSqlQuery),
                    token);
                List<T> rows = [];
                while (await reader.ReadAsync(token))
                {
                    rows.Add(read(reader.DbDataReader));
                }

                return rows;
            },
            cancellationToken);

    /// <summary>Orders in a range that have all these words.</summary>
    private sealed record Reading(IdRange Range, IReadOnlyList<SearchWord> Words);

    private sealed record Named(int Word, string OrderId);
}
