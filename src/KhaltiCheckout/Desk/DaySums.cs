using System.Collections.Concurrent;
using Khalti.Client;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Desk;

/// <summary>
/// What happened on each day, added up in the database, once: the sums of a day that is over and settled are kept in memory,
/// for a year of a large shop is a million rows. A payment and a refund count on the day on which they completed, so what
/// comes late counts on its own day and changes no other.
/// </summary>
internal sealed class DaySums
{
    // A decision made before midnight may be saved a moment later, and clocks of several machines differ.
    private const int DaysUntilOver = 2;

    private readonly ConcurrentDictionary<DateOnly, SummaryDayView> _kept = [];

    /// <summary>So many days up to today, oldest first, those without anything included.</summary>
    internal async Task<IReadOnlyList<SummaryDayView>> OfAsync(
        CheckoutDb db, DateOnly today, int count, CancellationToken cancellationToken)
    {
        DateOnly[] days = [.. Enumerable.Range(1 - count, count).Select(today.AddDays)];
        Dictionary<DateOnly, SummaryDayView> summed = [];
        DateOnly[] unknown = [.. days.Where(day => !_kept.ContainsKey(day))];

        // First: what is settled now stays as it is, and what is not may change before it is added up.
        HashSet<DateOnly> unsettled = [.. await UnsettledDaysAsync(db, cancellationToken)];
        foreach (SummaryDayView day in await AddUpAsync(db, unknown, cancellationToken))
        {
            summed.Add(day.Day, day);
            if (day.Day <= today.AddDays(-DaysUntilOver) && !unsettled.Contains(day.Day))
            {
                _kept.TryAdd(day.Day, day);
            }
        }

        return [.. days.Select(day => summed.GetValueOrDefault(day) ?? _kept[day])];
    }

    private static Task<List<DateOnly>> UnsettledDaysAsync(CheckoutDb db, CancellationToken cancellationToken) =>
        db.Database.SqlQueryRaw<DateOnly>($"""SELECT DISTINCT "CompletedOn" FROM "Payments" WHERE {PaymentMapping.CompletedAndUnsettled}""")
            .ToListAsync(cancellationToken);

    private static async Task<IEnumerable<SummaryDayView>> AddUpAsync(CheckoutDb db, DateOnly[] days, CancellationToken cancellationToken)
    {
        Dictionary<DateOnly, int> placed = await db.Orders
            .Where(order => days.Contains(order.PlacedOn))
            .GroupBy(order => order.PlacedOn)
            .Select(day => new { Day = day.Key, Count = day.Count() })
            .ToDictionaryAsync(day => day.Day, day => day.Count, cancellationToken);
        DateOnly?[] completed = [.. days];
        var paid = await db.Payments
            .Where(payment => completed.Contains(payment.CompletedOn))
            .GroupBy(payment => payment.CompletedOn)
            .Select(day => new
            {
                Day = day.Key,
                Count = day.Count(),
                Amount = day.Sum(payment => (long?)payment.AmountPaid) ?? 0,
                Fees = day.Sum(payment => (long?)payment.Fee) ?? 0
            })
            .ToDictionaryAsync(day => day.Day!.Value, cancellationToken);
        var refunded = await db.Refunds
            .Where(refund => completed.Contains(refund.CompletedOn))
            .GroupBy(refund => refund.CompletedOn)
            .Select(day => new { Day = day.Key, Count = day.Count(), Amount = day.Sum(refund => (long)refund.Amount) })
            .ToDictionaryAsync(day => day.Day!.Value, cancellationToken);
        return from day in days
               let came = paid.GetValueOrDefault(day)
               let went = refunded.GetValueOrDefault(day)
               let net = (came?.Amount ?? 0) - (went?.Amount ?? 0) - (came?.Fees ?? 0)
               select new SummaryDayView(
                   day, placed.GetValueOrDefault(day), came?.Count ?? 0, new Paisa(came?.Amount ?? 0), went?.Count ?? 0,
                   new Paisa(went?.Amount ?? 0), new Paisa(came?.Fees ?? 0), net);
    }
}
