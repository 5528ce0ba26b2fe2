using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>A day in Nepal, and the days before it whose payments may have changed since.</summary>
internal sealed record ComparedPeriod(DateOnly Day)
{
    /// <summary>How many days back refunds and late payments are looked for.</summary>
    private const int DaysBack = 30;

    internal DateOnly FirstDay => Day.AddDays(-DaysBack);

    internal DateTimeOffset Start => NepalTime.StartOf(FirstDay);

    internal DateTimeOffset DayStart => NepalTime.StartOf(Day);

    internal DateTimeOffset End => NepalTime.StartOf(Day.AddDays(1));

    /// <summary>Payment ids begin with the time they were made, so a period is a range of ids.</summary>
    internal (string First, string Last) Ids => (TypeId.First(TypeId.Payment, Start), TypeId.First(TypeId.Payment, End));

    internal ListedPeriod Listed => new(Start, DayStart, End);

    /// <summary>Whether the payment was made or completed in it.</summary>
    internal bool Has(Payment payment) =>
        (payment.CreatedAt >= Start && payment.CreatedAt < End) || (payment.CompletedOn >= FirstDay && payment.CompletedOn <= Day);
}
