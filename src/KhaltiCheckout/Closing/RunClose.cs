using System.Security.Claims;
using FluentValidation;
using KhaltiCheckout.Admin;
using KhaltiCheckout.Data;
using KhaltiCheckout.Http;
using KhaltiCheckout.Orders;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Closing;

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
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(30);

    internal static async Task<Results<Ok<CloseView>, ProblemHttpResult>> Handle(
        RunCloseRequest request, ClaimsPrincipal user, CheckoutDb db, BookComparison comparison, TimeProvider time,
        IHostApplicationLifetime host, CancellationToken cancellationToken)
    {
        DateOnly day = ShowCloses.ReadDay(request.Day)!.Value;
        DateTimeOffset began = time.GetUtcNow();
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

        CloseReport? report = null;
        try
        {
            report = await comparison.RunAsync(day, host.ApplicationStopping);
        }
        finally
        {
            await db.WriteAsync(
                async () =>
                {
                    DayClose close = await db.DayCloses.SingleAsync(close => close.Day == day);

                    // Another may have begun when this one's time was over: then its result counts. The row knows less of the
                    // instant than the clock.
                    if (close.LeasedUntil is { } until && until.UtcDateTime == Stored.Instant(began + Lease))
                    {
                        close.Take(report, user.KeyName(), began);
                    }

                    return true;
                },
                CancellationToken.None);
        }

        return report is null
            ? Problems.KhaltiUnavailable()
            : TypedResults.Ok(CloseView.Of(await db.DayCloses.AsNoTracking().SingleAsync(close => close.Day == day, CancellationToken.None))!);
    }

    private static async Task<ProblemHttpResult?> BeginAsync(CheckoutDb db, DateOnly day, DateTimeOffset now, CancellationToken cancellationToken)
    {
        DayClose? close = await db.DayCloses.SingleOrDefaultAsync(close => close.Day == day, cancellationToken);
        switch (close)
        {
            case { SignedOffAt: not null }:
                return Problems.DaySignedOff();
            case { LeasedUntil: { } until } when until > now:
                return Problems.CheckInProgress();
            case null:
                close = DayClose.Of(day);
                db.Add(close);
                break;
        }

        close.Lease(now + Lease);
        return null;
    }
}
