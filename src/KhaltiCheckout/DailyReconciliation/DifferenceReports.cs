using System.Globalization;
using Khalti.Client;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.TransactionMatching;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>
/// Makes reasons of the differences that the night has found, each once: <c>books_differ</c> on its order. A transaction that no payment
/// here has is left to transaction matching, as one that is found in Khalti's list.
/// </summary>
internal sealed partial class DifferenceReports(
    Database database, OrderStore orders, UnmatchedRows unmatched, UnreadableOrders unreadable, TimeProvider time,
    ILogger<DifferenceReports> logger)
{
    private const string SelectKnown = """SELECT "Id" FROM "BookDifferences" WHERE "Id" = @p0""";

    private const string Insert = """
        INSERT INTO "BookDifferences" ("Id", "OrderId", "Day", "FoundAt") VALUES (@p0, @p1, @p2, @p3) ON CONFLICT DO NOTHING
        """;

    internal async Task ReportAsync(DateOnly day, CloseReport report, CancellationToken cancellationToken)
    {
        foreach (DifferenceView difference in report.Differences)
        {
            if (difference is { Kind: DifferenceKind.PaidAtKhaltiOnly, PaymentId: null, TransactionId: { } transactionId })
            {
                await unmatched.AddAsync(
                    transactionId, difference.AmountAtKhalti ?? Paisa.Zero, difference.AtKhalti, StorageFormat.Now(time),
                    cancellationToken);
            }
            else if (difference is { OrderId: { } orderId } && !IsStillAskedAbout(difference))
            {
                await TryReportAsync(day, orderId, difference, cancellationToken);
            }
        }
    }

    // The worker asks about it, and tells a person itself when that goes on for too long.
    private static bool IsStillAskedAbout(DifferenceView difference) =>
        difference.Kind == DifferenceKind.PaidAtKhaltiOnly && difference.Here == SnakeCase.Of(PaymentStatus.Verifying);

    // One order that can't be read must not keep the others' differences from being reported. The next night finds its own again.
    private async Task TryReportAsync(DateOnly day, string orderId, DifferenceView difference, CancellationToken cancellationToken)
    {
        try
        {
            await ReportAsync(day, orderId, difference, cancellationToken);
        }
        catch (Exception failure) when (RowFailures.IsOfRow(failure))
        {
            Log.NotReported(logger, failure, orderId, difference.Kind, ShowCloses.Write(day));
            await unreadable.RecordIfUnreadableAsync(orderId, cancellationToken);
        }
    }

    private async Task ReportAsync(DateOnly day, string orderId, DifferenceView difference, CancellationToken cancellationToken)
    {
        string id = IdOf(difference);
        if (await database.ReadAsync(sql => sql.FindAsync(SelectKnown, static row => row.Text(0), id), cancellationToken) is not null)
        {
            return;
        }

        DateTimeOffset now = StorageFormat.Now(time);
        await orders.UpdateAsync(
            OrderQuery.ById(orderId),
            found =>
            {
                found.Order?.ReportDifference(
                    RuleOf(difference.Kind), day, difference.PaymentId, difference.TransactionId, difference.AmountHere,
                    difference.AmountAtKhalti, $"here {difference.Here}; Khalti: {difference.AtKhalti}", now);
                return true;
            },
            cancellationToken,
            (sql, _) => sql.ExecuteAsync(Insert, id, orderId, day, now));
        Log.Differs(logger, orderId, difference.Kind, ShowCloses.Write(day));
    }

    private static string IdOf(DifferenceView difference) => string.Create(
        CultureInfo.InvariantCulture,
        $"{SnakeCase.Of(difference.Kind)} {difference.PaymentId ?? difference.TransactionId} {(long?)difference.AmountHere} "
            + $"{(long?)difference.AmountAtKhalti}");

    private static RuleId RuleOf(DifferenceKind kind) => kind switch
    {
        DifferenceKind.PaidAtKhaltiOnly => RuleId.PaidAtKhaltiOnly,
        DifferenceKind.PaidHereOnly => RuleId.PaidHereOnly,
        DifferenceKind.Amount => RuleId.BookedAmountDiffers,
        DifferenceKind.Refund => RuleId.BookedRefundDiffers,
        DifferenceKind.Fee => RuleId.BookedFeeDiffers,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning, Message = "Khalti's books and ours differ about order {OrderId}: {Kind}, found with {Day}")]
        internal static partial void Differs(ILogger logger, string orderId, DifferenceKind kind, string day);

        [LoggerMessage(
            Level = LogLevel.Error,
            Message = "Khalti's books and ours differ about order {OrderId}, which could not be told that: {Kind}, found with {Day}")]
        internal static partial void NotReported(ILogger logger, Exception failure, string orderId, DifferenceKind kind, string day);
    }
}
