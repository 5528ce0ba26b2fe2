using System.Data.Common;
using System.Globalization;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace KhaltiCheckout.Desk;

/// <summary>
/// Finds the newest orders that fit, however many there are. Two ways lead there: to take all that the rarest of the conditions
/// fits, and to go back from the newest order until there are enough. The first is short when few fit, the second when many
/// do, and nobody knows which it is: so both are tried by turns, each time a longer piece, and whichever is short soon ends it.
/// A third is for conditions that are common each and rare together: to lay the lists of their orders over each other.
/// </summary>
/// <param name="firstPiece">How many orders, the first time.</param>
internal sealed class OrderSearch(CheckoutDb db, IReadOnlyList<Condition> conditions, int firstPiece = OrderSearch.FirstPiece)
{
    private const int FirstPiece = 1000;
    private const int Growth = 5;

    // Of what a single condition fits, only the newest are put in order; with others each order is looked at, as on the way back.
    private const int Alone = 40;

    // Of how many words that begin alike it is asked whether they are common, and how many lists are laid over others.
    private const int MaxWords = 500;
    private const int MaxIntersections = 12;

    // What part of a first piece makes a word common. Of one that is not, the orders are looked at one by one.
    private const int Rare = 20;

    internal async Task<List<string>> NewestAsync(IdRange range, int most, CancellationToken cancellationToken)
    {
        if (conditions.Count == 0 || (conditions.Count == 1 && conditions[0].IsSorted))
        {
            return await (conditions.Count == 0 ? WalkAsync(range, most, cancellationToken) : AllOfAsync(conditions[0], range, most, cancellationToken));
        }

        List<string> found = [];
        for (int piece = firstPiece; ; piece *= Growth)
        {
            if (await RarestAsync(piece, cancellationToken) is { } rarest)
            {
                int missing = most - found.Count;
                return
                [
                    .. found,
                    .. await (conditions.Count == 1 ? NewestOfAsync(rarest, range, missing, cancellationToken) : AllOfAsync(rarest, range, missing, cancellationToken)),
                ];
            }

            string? from = await OneOlderAsync(range, piece, cancellationToken);
            found.AddRange(await WalkAsync(from is null ? range : range with { First = from }, most - found.Count, cancellationToken));
            if (found.Count == most || from is null)
            {
                return found;
            }

            range = range.Before(from);
            if (piece == firstPiece && conditions.Count > 1 && await MeetingAsync(range, most - found.Count, cancellationToken) is { } meeting)
            {
                return [.. found, .. meeting];
            }
        }
    }

    // Null when each of them fits about as many orders as a piece has, or more.
    private async Task<Condition?> RarestAsync(int piece, CancellationToken cancellationToken)
    {
        long many = conditions.Count == 1 ? (long)Alone * piece : piece;
        Condition? rarest = null;
        foreach (Condition condition in conditions)
        {
            SqlValues values = new();
            string few = $"{condition.Ids(IdRange.All, values)} LIMIT {values.Add(many)}";
            long count = (await AskAsync($"""SELECT COUNT(*) AS "Value" FROM ({few}) AS few""", values, static row => row.GetInt64(0), cancellationToken))[0];
            (rarest, many) = count < many ? (condition, count) : (rarest, many);
        }

        return rarest;
    }

    // Along each index by itself: of a common word nothing is sorted, and of those that begin with it only the newest are kept.
    // An order may come on several ways, and more than once on one.
    private async Task<List<string>> NewestOfAsync(Condition condition, IdRange range, int most, CancellationToken cancellationToken)
    {
        for (int length = most; ; length *= Growth)
        {
            SqlValues values = new();
            string[] ways = [.. condition.Parts.SelectMany(part => part.NewestIds(range, length, values))];
            string sql = string.Join(" UNION ALL ", ways.Select((ids, way) => string.Create(
                CultureInfo.InvariantCulture, $"""SELECT {way} AS "Way", "Id" FROM ({ids}) AS way""")));
            List<Found> found = await AskAsync(sql, values, static row => new Found(row.GetInt32(0), row.GetString(1)), cancellationToken);

            // Below where a way was cut off, it may have others.
            string? end = found.GroupBy(one => one.Way).Where(way => way.Count() == length)
                .Select(way => way.Select(one => one.Id).Min(StringComparer.Ordinal)).Max(StringComparer.Ordinal);
            List<string> newest =
            [
                .. found.Select(one => one.Id).Where(id => string.CompareOrdinal(id, end) >= 0).Distinct(StringComparer.Ordinal)
                    .OrderDescending(StringComparer.Ordinal).Take(most),
            ];
            if (newest.Count == most || end is null)
            {
                return newest;
            }
        }
    }

    // Where each condition is true of many and hardly ever of the same order, both ways are long. But an index has the orders of
    // one word, one status or one amount by their ids: such lists laid over each other show where they meet, and no order is
    // looked at. Null when there are too many of them.
    private async Task<List<string>?> MeetingAsync(IdRange range, int most, CancellationToken cancellationToken)
    {
        List<Part[]> together = [[]];
        List<Condition> rest = [];
        foreach (Condition condition in conditions)
        {
            if (await ListsOfAsync(condition, cancellationToken) is not var (lists, few))
            {
                return null;
            }

            if (lists.Count == 0)
            {
                // Then the few are all.
                return await AllOfAsync(condition with { Parts = few, IsSorted = false }, range, most, cancellationToken);
            }

            if (together.Count * lists.Count > MaxIntersections)
            {
                return null;
            }

            together = [.. together.SelectMany(_ => lists, (others, list) => (Part[])[.. others, list])];
            rest.Add(condition with { Parts = few, IsSorted = false });
        }

        List<string> found = [];
        foreach (Part[] lists in together)
        {
            SqlValues values = new();
            string ids = string.Join(" INTERSECT ", lists.Select(list => list.Ids(range, values)));
            found.AddRange(await AskAsync($"{ids} ORDER BY 1 DESC LIMIT {values.Add(most)}", values, cancellationToken));
        }

        foreach (Condition one in rest.Where(one => one.Parts.Count > 0))
        {
            found.AddRange(await AllOfAsync(one, range, most, cancellationToken));
        }

        return [.. found.Distinct(StringComparer.Ordinal).OrderDescending(StringComparer.Ordinal).Take(most)];
    }

    // What has its orders by their ids, and what has few.
    private async Task<(List<Part> Lists, List<Part> Few)?> ListsOfAsync(Condition condition, CancellationToken cancellationToken)
    {
        List<Part> lists = [.. condition.Parts.Where(part => part.Come == Coming.ById)];
        List<Part> few = [.. condition.Parts.Where(part => part.Come == Coming.Alone)];
        foreach (Part part in condition.Parts.Where(part => part.Come == Coming.ByWord))
        {
            SqlValues values = new();
            List<string> words = await AskAsync(part.CommonWords(Math.Max(1, firstPiece / Rare), MaxWords, values), values, cancellationToken);
            if (words.Contains(""))
            {
                return null;
            }

            lists.AddRange(words.Select(Part.OfWord));
            few.AddRange(part.Without(words));
        }

        return (lists, few);
    }

    private Task<List<string>> AllOfAsync(Condition condition, IdRange range, int most, CancellationToken cancellationToken)
    {
        SqlValues values = new();
        string ids = condition.DifferentIds(range, values);
        string others = string.Join(" AND ", conditions.Where(other => other != condition).Select(other => other.Holds(values)));
        return AskAsync(
            others.Length == 0
                ? $"{ids} ORDER BY 1 DESC LIMIT {values.Add(most)}"
                : $"""SELECT o."Id" FROM ({ids}) AS o WHERE {others} ORDER BY o."Id" DESC LIMIT {values.Add(most)}""",
            values, cancellationToken);
    }

    private Task<List<string>> WalkAsync(IdRange range, int most, CancellationToken cancellationToken)
    {
        SqlValues values = new();
        string all = string.Concat(conditions.Select(condition => $" AND {condition.Holds(values)}"));
        return AskAsync(
            $"""SELECT o."Id" FROM "Orders" AS o WHERE 1 = 1{all}{range.Limits("o.\"Id\"", values)} ORDER BY o."Id" DESC LIMIT {values.Add(most)}""",
            values, cancellationToken);
    }

    // The id of the order that is so many older than the newest of the range; null when there are not so many.
    private async Task<string?> OneOlderAsync(IdRange range, int orders, CancellationToken cancellationToken)
    {
        SqlValues values = new();
        string sql = $"""SELECT o."Id" FROM "Orders" AS o WHERE 1 = 1{range.Limits("o.\"Id\"", values)} ORDER BY o."Id" DESC LIMIT 1 OFFSET {values.Add(orders)}""";
        return (await AskAsync(sql, values, cancellationToken)).FirstOrDefault();
    }

    private Task<List<string>> AskAsync(string sql, SqlValues values, CancellationToken cancellationToken) =>
        AskAsync(sql, values, static row => row.GetString(0), cancellationToken);

    // As a command: EF Core would compile and keep a query for each text, and there are as many texts as ways to search.
    private Task<List<T>> AskAsync<T>(string sql, SqlValues values, Func<DbDataReader, T> read, CancellationToken cancellationToken) =>
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

    private sealed record Found(int Way, string Id);
}
