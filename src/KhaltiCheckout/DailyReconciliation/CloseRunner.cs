using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>Compares a day and keeps the result, one process at a time.</summary>
internal sealed class CloseRunner(CheckoutDb db, DayReconciliation reconciliation, CloseLeases leases, TimeProvider time)
{
    /// <param name="day">The day.</param>
    /// <param name="by">The name of the API key that asked; null for the worker.</param>
    /// <param name="isNight">Whether it is the night's comparison, which runs again by itself when something could not be compared.</param>
    /// <param name="report">What is done with the result before it is kept.</param>
    /// <param name="cancellationToken">Until the comparison begins.</param>
    internal async Task<CloseRun> RunAsync(
        DateOnly day, string? by, bool isNight, Func<CloseReport, CancellationToken, Task> report, CancellationToken cancellationToken)
    {
        DateTimeOffset began = StorageFormat.Now(time);
        CloseRunState begun = await db.WriteAsync(() => BeginAsync(day, began, cancellationToken), cancellationToken);
        if (begun != CloseRunState.Compared)
        {
            return new CloseRun(begun);
        }

        (CloseReport? found, bool wasHeld) = await leases.HoldAsync(
            day, began + CloseLeases.Length,
            async token =>
            {
                CloseReport? compared = await reconciliation.RunAsync(day, token);
                if (compared is not null)
                {
                    await report(compared, token);
                }

                return compared;
            },
            (compared, until) => EndAsync(day, until, close =>
            {
                close.Take(compared, by, began);
                if (isNight)
                {
                    close.EndNight(compared is { LeftOut.Count: 0 }, began);
                }
            }));
        return new CloseRun(
            !wasHeld ? CloseRunState.InProgress : found is null ? CloseRunState.Unanswered : CloseRunState.Compared, found);
    }

    // False when another process has begun meanwhile: then its result counts.
    private Task<bool> EndAsync(DateOnly day, DateTimeOffset until, Action<DayClose> end) => db.WriteAsync(
        async () =>
        {
            DayClose close = await db.DayCloses.SingleAsync(close => close.Day == day);
            if (close.LeasedUntil != until)
            {
                return false;
            }

            end(close);
            return true;
        },
        CancellationToken.None);

    private async Task<CloseRunState> BeginAsync(DateOnly day, DateTimeOffset now, CancellationToken cancellationToken)
    {
        DayClose? close = await db.DayCloses.SingleOrDefaultAsync(close => close.Day == day, cancellationToken);
        switch (close)
        {
            case { SignedOffAt: not null }:
                return CloseRunState.SignedOff;
            case not null when close.IsLeased(now):
                return CloseRunState.InProgress;
            case null:
                close = DayClose.Of(day);
                db.Add(close);
                break;
        }

        close.Lease(now + CloseLeases.Length);
        return CloseRunState.Compared;
    }
}

internal enum CloseRunState
{
    Compared,
    SignedOff,

    /// <summary>Another process compares the day.</summary>
    InProgress,

    /// <summary>Khalti did not answer at all.</summary>
    Unanswered,
}

/// <summary>How a comparison went.</summary>
internal sealed record CloseRun(CloseRunState State, CloseReport? Report = null);
