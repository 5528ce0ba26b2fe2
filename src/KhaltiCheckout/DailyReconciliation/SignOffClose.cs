using System.Security.Claims;
using FluentValidation;
using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>Signs off a day.</summary>
public sealed record SignOffCloseRequest(string? Note = null)
{
    /// <summary>A note on how differences and open payments were handled; required when there are any.</summary>
    public string? Note { get; init; } = InputText.Line(Note);
}

internal sealed class SignOffCloseRules : AbstractValidator<SignOffCloseRequest>
{
    public SignOffCloseRules() => RuleFor(request => request.Note).PlainText(500);
}

/// <summary>Signs a compared day off. From then on it is kept as it was; what comes to light later is in a later day's close.</summary>
internal static class SignOffClose
{
    internal static async Task<Results<Ok<CloseView>, ProblemHttpResult>> Handle(
        string day, SignOffCloseRequest request, ClaimsPrincipal user, CheckoutDb db, IdempotentResponse answer, TimeProvider time,
        CancellationToken cancellationToken)
    {
        string? note = string.IsNullOrWhiteSpace(request.Note) ? null : request.Note;
        DateTimeOffset now = time.GetUtcNow();
        (ProblemHttpResult? refusal, CloseView? signed) = await db.WriteAsync(
            async sql =>
            {
                DateOnly? wanted = ShowCloses.ReadDay(day);
                DayClose? close = await db.DayCloses.SingleOrDefaultAsync(close => close.Day == wanted, cancellationToken);
                if (Refusal(close, note, now) is { } no)
                {
                    return (no, null);
                }

                close!.SignOff(note, user.KeyName(), now);
                CloseView view = CloseView.Of(close)!;
                await answer.SaveAsync(sql, StatusCodes.Status200OK, view);
                return ((ProblemHttpResult?)null, (CloseView?)view);
            },
            cancellationToken);
        return refusal is not null ? refusal : TypedResults.Ok(signed!);
    }

    private static ProblemHttpResult? Refusal(DayClose? close, string? note, DateTimeOffset now) => close switch
    {
        null or { Found: null } => Problems.NotFound("day that was compared"),
        { SignedOffAt: not null } => Problems.DaySignedOff(),
        _ when close.IsLeased(now) => Problems.CheckInProgress(),
        _ when close.RunAt < NepalTime.StartOf(close.Day.AddDays(1)) =>
            Problems.NotSignable("The day was compared before it was over. Compare it again, then sign it off."),
        { Report.LeftOut.Count: > 0 } => Problems.NotSignable(
            "Not everything of the day could be compared with Khalti's books: leftOut says what and why. "
                + "Compare the day again, then sign it off."),
        { Report.WantsNote: true } when note is null =>
            Problems.NotSignable(
                "There are differences, or something is open: mend it and compare again, or say in a note what was done about it."),
        _ => null,
    };
}
