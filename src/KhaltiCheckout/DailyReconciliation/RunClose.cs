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
/// the caller has disconnected.
/// </summary>
internal static class RunClose
{
    internal static async Task<Results<Ok<CloseView>, ProblemHttpResult>> Handle(
        RunCloseRequest request, ClaimsPrincipal user, CheckoutDb db, CloseRunner runner, TimeProvider time,
        CancellationToken cancellationToken)
    {
        DateOnly day = ShowCloses.ReadDay(request.Day)!.Value;
        if (day > NepalTime.DayOf(StorageFormat.Now(time)))
        {
            return TypedResults.Problem(Problems.ValidationFailed(new Dictionary<string, string[]>(StringComparer.Ordinal)
            {
                ["day"] = ["That day has not begun in Nepal."],
            }));
        }

        CloseRun run = await runner.RunAsync(day, user.KeyName(), isNight: false, static (_, _) => Task.CompletedTask, cancellationToken);
        return run.State switch
        {
            CloseRunState.SignedOff => Problems.DaySignedOff(),
            CloseRunState.InProgress => Problems.CheckInProgress(),
            CloseRunState.Unanswered => Problems.KhaltiUnavailable(),
            _ => TypedResults.Ok(
                CloseView.Of(await db.DayCloses.AsNoTracking().SingleAsync(close => close.Day == day, CancellationToken.None))!),
        };
    }
}
