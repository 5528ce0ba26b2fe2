using System.ComponentModel;
using System.Globalization;
using Khalti.Client;
using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Http;
using KhaltiCheckout.Model;
using KhaltiCheckout.Receipts;
using KhaltiCheckout.Settings;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.TransactionMatching;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Desk;

/// <summary>How the shop does.</summary>
/// <param name="Days">Oldest first, those without anything included.</param>
/// <param name="Attention">How many orders a person should look at, by reason. One with two reasons counts for both.</param>
/// <param name="AttentionOrders">How many orders that are together.</param>
/// <param name="UnmatchedTransactions">How many transactions at Khalti belong to no order and wait for a person.</param>
/// <param name="DaysNotCompared">Days that are over of which not everything could be compared with Khalti's books, oldest first. The
/// worker compares them again.</param>
/// <param name="Notices">What the operator should do, by code: <c>fiscal_year_ending</c> when the first day of the next fiscal
/// year is not known.</param>
public sealed record SummaryView(
    IReadOnlyList<SummaryDayView> Days, SummaryTotalsView Totals, SummaryOpenView Open, IReadOnlyDictionary<string, int> Attention,
    int AttentionOrders, int UnmatchedTransactions, IReadOnlyList<DateOnly> DaysNotCompared, IReadOnlyList<string> Notices);

/// <summary>One day in Nepal.</summary>
/// <param name="Orders">How many were placed.</param>
/// <param name="PaidCount">How many payments completed.</param>
/// <param name="Paid">Paisa that came in.</param>
/// <param name="RefundedCount">How many refunds completed.</param>
/// <param name="Refunded">Paisa that went back.</param>
/// <param name="Fees">Paisa that Khalti kept of what came in.</param>
/// <param name="Net">Paisa: paid less refunded less fees; less than nothing on a day of refunds.</param>
public sealed record SummaryDayView(
    DateOnly Day, int Orders, int PaidCount, Paisa Paid, int RefundedCount, Paisa Refunded, Paisa Fees, long Net);

/// <summary>All those days together.</summary>
/// <param name="Paid">Paisa.</param>
/// <param name="Refunded">Paisa.</param>
/// <param name="Fees">Paisa.</param>
/// <param name="Net">Paisa.</param>
public sealed record SummaryTotalsView(int Orders, int PaidCount, Paisa Paid, int RefundedCount, Paisa Refunded, Paisa Fees, long Net);

/// <summary>Payments and refunds whose outcome is not known yet.</summary>
/// <param name="Unknown">Payments and refunds of which Khalti has not said what became of them.</param>
/// <param name="OldestAgeSeconds">How long the oldest has been waiting; null when there is none.</param>
public sealed record SummaryOpenView(int Unknown, long? OldestAgeSeconds, DateTimeOffset? OldestSince);

/// <summary>Shows the days, and what they come to together.</summary>
internal static class ShowSummary
{
    private const int UsualDays = 30;
    private const int MaxDays = 366;

    internal static async Task<Results<Ok<SummaryView>, ProblemHttpResult>> Handle(
        [Description("How many days, the last of them today in Nepal: 1 to 366; 30 if not given.")] string? days,
        CheckoutDb db, DaySums sums, IOptions<StoreOptions> store, TimeProvider time, CancellationToken cancellationToken)
    {
        int count = UsualDays;
        if (!string.IsNullOrEmpty(days)
            && !(int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= MaxDays))
        {
            return TypedResults.Problem(Problems.ValidationFailed(new Dictionary<string, string[]>(StringComparer.Ordinal)
            {
                ["days"] = [$"A whole number between 1 and {MaxDays}."],
            }));
        }

        DateTimeOffset now = time.GetUtcNow();
        DateOnly today = NepalTime.DayOf(now);
        IReadOnlyList<SummaryDayView> listed = await sums.OfAsync(db, today, count, cancellationToken);
        return TypedResults.Ok(new SummaryView(
            listed, TotalsOf(listed), await OpenAsync(db, now, cancellationToken), await AttentionAsync(db, cancellationToken),
            await db.Orders.CountAsync(order => order.Attention != null, cancellationToken),
            await db.UnmatchedTransactions.CountAsync(
                transaction => transaction.Status == UnmatchedStatus.Reported && transaction.OrderId == null, cancellationToken),
            await db.DayCloses.Where(close => close.NextRunAt != null && close.SignedOffAt == null)
                .OrderBy(close => close.Day).Select(close => close.Day).ToListAsync(cancellationToken),
            FiscalYear.IsEnding(today, store.Value.FirstDaysOfYears) ? [FiscalYearNotice.Code] : []));
    }

    private static SummaryTotalsView TotalsOf(IReadOnlyList<SummaryDayView> days) => new(
        days.Sum(day => day.Orders), days.Sum(day => day.PaidCount), new Paisa(days.Sum(day => (long)day.Paid)),
        days.Sum(day => day.RefundedCount),
        new Paisa(days.Sum(day => (long)day.Refunded)), new Paisa(days.Sum(day => (long)day.Fees)), days.Sum(day => day.Net));

    private static async Task<SummaryOpenView> OpenAsync(CheckoutDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        List<DateTimeOffset> since = await db.Payments
            .Where(payment => payment.Status == PaymentStatus.Verifying || payment.Status == PaymentStatus.NeedsReview)
            .OrderBy(payment => payment.CreatedAt).Select(payment => payment.CreatedAt)
            .ToListAsync(cancellationToken);
        since.AddRange(await db.Refunds
            .Where(refund => refund.Status == RefundStatus.Requested || refund.Status == RefundStatus.Unknown)
            .Select(refund => refund.CreatedAt)
            .ToListAsync(cancellationToken));
        DateTimeOffset? oldest = since.Count > 0 ? since.Min() : null;
        return new SummaryOpenView(since.Count, oldest is { } begun ? Math.Max(0, (long)(now - begun).TotalSeconds) : null, oldest);
    }

    private static async Task<Dictionary<string, int>> AttentionAsync(CheckoutDb db, CancellationToken cancellationToken)
    {
        var counted = await db.AttentionReasons
            .GroupBy(reason => reason.Reason)
            .Select(reason => new { Reason = reason.Key, Count = reason.Select(one => one.OrderId).Distinct().Count() })
            .ToListAsync(cancellationToken);
        return counted.ToDictionary(reason => SnakeCase.Of(reason.Reason), reason => reason.Count, StringComparer.Ordinal);
    }
}
