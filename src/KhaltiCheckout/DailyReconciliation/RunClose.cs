using System.Security.Claims;
using FluentValidation;
using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>Which day to compare.</summary>
/// <param name="Day">A day in Nepal that has begun, e.g. <c>2026-11-20</c>.</param>
public sealed record RunCloseRequest(string Day);

internal sealed class RunCloseRules : AbstractValidator<RunCloseRequest>
{
    // Khalti has no shop's books from before it was founded.
    private static readonly DateOnly First = new(2017, 1, 1);

    public RunCloseRules() =>
        RuleFor(request => request.Day).Must(day => ShowCloses.ReadDay(day) >= First).WithMessage("A day such as 2026-11-20.");
}

/// <summary>
/// Compares one day with Khalti's books. It may take minutes, as Khalti gives fifty records a page: it goes on and is kept when
/// whoever asked has hung up.
/// </summary>
internal static class RunClose
{
    internal static async Task<Results<Ok<CloseView>, ProblemHttpResult>> Handle(
        RunCloseRequest request, ClaimsPrincipal user, CheckoutDb db, DayReconciliation reconciliation, CloseLeases leases,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        DateOnly day = ShowCloses.ReadDay(request.Day)!.Value;
        DateTimeOffset began = StorageFormat.Now(time);
        if (day > NepalTime.DayOf(began))
        {
            return TypedResults.Problem(Problems.ValidationFailed(new Dictionary<string, string[]>(StringComparer.Ordinal)
            {
                ["day"] = ["That day has not begun in Nepal."],
            }));
        }

        if (await db.WriteAsync(() => BeginAsync(db, day, began, cancellationToken), cancellationToken) is { } refusal)
        {
            return refusal;
        }

        (CloseReport? report, bool wasHeld) = await leases.HoldAsync(
            day, began + CloseLeases.Length,
            token => reconciliation.RunAsync(day, token),
            (found, until) => EndAsync(db, day, until, close => close.Take(found, user.KeyName(), began)));
        return !wasHeld ? Problems.CheckInProgress()
            : report is null ? Problems.KhaltiUnavailable()
            : TypedResults.Ok(
                CloseView.Of(await db.DayCloses.AsNoTracking().SingleAsync(close => close.Day == day, CancellationToken.None))!);
    }

    // False when another process has begun meanwhile: then its result counts.
    private static Task<bool> EndAsync(CheckoutDb db, DateOnly day, DateTimeOffset until, Action<DayClose> end) => db.WriteAsync(
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

    private static async Task<ProblemHttpResult?> BeginAsync(
        CheckoutDb db, DateOnly day, DateTimeOffset now, CancellationToken cancellationToken)
    {
        DayClose? close = await db.DayCloses.SingleOrDefaultAsync(close => close.Day == day, cancellationToken);
        switch (close)
        {
            case { SignedOffAt: not null }:
                return Problems.DaySignedOff();
            case not null when close.IsLeased(now):
                return Problems.CheckInProgress();
            case null:
                close = DayClose.Of(day);
                db.Add(close);
                break;
        }

        close.Lease(now + CloseLeases.Length);
        return null;
    }
}
