using System.Runtime.CompilerServices;
using Khalti.Client;

namespace KhaltiCheckout.Gateway;

/// <summary>A day, and the days before it that are compared again.</summary>
internal sealed record ListedPeriod(DateTimeOffset Start, DateTimeOffset DayStart, DateTimeOffset End)
{
    internal bool HasDay(DateTimeOffset instant) => instant >= DayStart && instant < End;
}

/// <summary>Something of the list that could not be read.</summary>
/// <param name="OfDay">Whether it belongs to the day.</param>
/// <param name="IsRecord">Whether it is one record, and not the list from there on.</param>
/// <param name="Sentence">What, and why.</param>
internal sealed record ListGap(bool OfDay, bool IsRecord, string Sentence);

/// <summary>Reads Khalti's list of the widget's transactions, newest first, to the start of the period or to its end.</summary>
/// <param name="client">Khalti's widget product.</param>
/// <param name="period">What is compared.</param>
/// <param name="dayCounts">Whether a part that can't be read is missing from the day, and not only from the days before.</param>
internal sealed class WidgetList(KhaltiClient client, ListedPeriod period, bool dayCounts)
{
    // A list that repeats itself would be read for ever. Payments made meanwhile move records to later pages, but not 1000 of them.
    private const int MaxPagesWithoutNews = 20;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<ListGap> _gaps = [];
    private DateTimeOffset? _oldest;

    /// <summary>What could not be read.</summary>
    internal IReadOnlyList<ListGap> Gaps => _gaps;

    /// <summary>Whether Khalti said anything, were it a no.</summary>
    internal bool WasAnswered { get; private set; }

    /// <summary>Whether it was read to where the day begins.</summary>
    internal bool CoversDay { get; private set; }

    internal async IAsyncEnumerable<IReadOnlyList<ListedTransaction>> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int withoutNews = 0;
        for (int page = 1; ; page++)
        {
            Reply<TransactionPage> reply = await client.ListTransactionsAsync(page, cancellationToken);
            if (reply is not Reply<TransactionPage>.Answered(var answer))
            {
                // Beyond the last page: the list has become shorter meanwhile.
                CoversDay = (page > 1 && reply is Reply<TransactionPage>.Refused { Reason.StatusCode: 404 }) || End(page, WhyNot(reply));
                WasAnswered |= reply is Reply<TransactionPage>.Refused
                    or Reply<TransactionPage>.Unknown { Why: UnknownReason.Unauthorized };
                yield break;
            }

            WasAnswered = true;
            NoteUnreadable(answer, page);
            List<Transaction> news = [.. answer.Records.Where(record => _seen.Add(record.Id))];
            yield return [.. news.Where(record => !(record.CreatedOn < period.Start)).Select(ListedTransaction.Of)];

            _oldest = answer.Records.LastOrDefault(record => record.CreatedOn is not null)?.CreatedOn ?? _oldest;
            if (!answer.HasNext || _oldest < period.Start)
            {
                CoversDay = true;
                yield break;
            }

            withoutNews = news.Count == 0 ? withoutNews + 1 : 0;
            if (withoutNews == MaxPagesWithoutNews)
            {
                CoversDay = End(page, $"{MaxPagesWithoutNews} pages in a row had nothing new");
                yield break;
            }
        }
    }

    // What was not read is older than what was.
    private bool End(int page, string why)
    {
        bool coversDay = _oldest < period.DayStart;
        _gaps.Add(new(dayCounts && !coversDay, IsRecord: false, page == 1
            ? $"The widget's list at Khalti can't be read: {why}."
            : $"The widget's list at Khalti can't be read from page {page} on: {why}."));
        return coversDay;
    }

    private void NoteUnreadable(TransactionPage answer, int page)
    {
        foreach (UnreadableRecord record in answer.UnreadableRecords)
        {
            // One without a date may be of any day that the list has not left behind yet.
            bool isOfDay = record.CreatedOn is { } created ? period.HasDay(created) : !(_oldest < period.DayStart);
            bool isBefore = record.CreatedOn is { } instant
                ? instant >= period.Start && instant < period.DayStart : _oldest < period.DayStart;
            if (isOfDay || isBefore)
            {
                _gaps.Add(new(isOfDay && dayCounts, IsRecord: true, record.Id is { } id
                    ? $"The record of transaction {id} in the widget's list at Khalti can't be read."
                    : $"A record without an id on page {page} of the widget's list at Khalti can't be read."));
            }
        }
    }

    private static string WhyNot(Reply<TransactionPage> reply) => reply switch
    {
        Reply<TransactionPage>.Refused(var refusal) => $"Khalti refused ({refusal})",
        Reply<TransactionPage>.Unknown { Why: UnknownReason.Unauthorized } => "Khalti refuses the secret key (Khalti:Widget:SecretKey)",
        Reply<TransactionPage>.Unknown { Why: UnknownReason.Unreadable } => "its answer is none that Khalti documents",
        _ => "Khalti did not answer",
    };
}
