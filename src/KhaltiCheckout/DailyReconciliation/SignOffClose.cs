using System.Security.Claims;
using FluentValidation;
using KhaltiCheckout.Access;
using KhaltiCheckout.Events;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>Signs off a day.</summary>
/// <param name="LeftOut">The records that the day is signed off without, for a day of which single records can't be read: each sentence of
/// the report's <c>leftOut</c>, word for word.</param>
public sealed record SignOffCloseRequest(string? Note = null, IReadOnlyList<string>? LeftOut = null)
{
    /// <summary>A note on how differences, open payments and unread records were handled; required when there are any.</summary>
    public string? Note { get; init; } = InputText.Line(Note);
}

/// <summary>What the event of a signed day tells.</summary>
internal sealed record ClosedDay(CloseView Close);

internal sealed class SignOffCloseRules : AbstractValidator<SignOffCloseRequest>
{
    private const int MaxLeftOut = 50;

    public SignOffCloseRules()
    {
        RuleFor(request => request.Note).PlainText(500);
        RuleFor(request => request.LeftOut).Must(leftOut => leftOut is null || leftOut.Count <= MaxLeftOut)
            .WithMessage($"At most {MaxLeftOut} sentences.");
        RuleForEach(request => request.LeftOut).NotEmpty().PlainText(500);
    }
}

/// <summary>Signs a compared day off. From then on it is kept as it was; what comes to light later is in a later day's close.</summary>
internal static class SignOffClose
{
    internal static async Task<Results<Ok<CloseView>, ProblemHttpResult>> Handle(
        string day, SignOffCloseRequest request, ClaimsPrincipal user, CheckoutDb db, IdempotentResponse answer, EventData events,
        TimeProvider time, CancellationToken cancellationToken)
    {
        string? note = string.IsNullOrWhiteSpace(request.Note) ? null : request.Note;
        DateTimeOffset now = time.GetUtcNow();
        (ProblemHttpResult? refusal, CloseView? signed) = await db.WriteAsync(
            async sql =>
            {
                DateOnly? wanted = ShowCloses.ReadDay(day);
                DayClose? close = await db.DayCloses.SingleOrDefaultAsync(close => close.Day == wanted, cancellationToken);
                if (Refusal(close, note, request.LeftOut ?? [], now) is { } no)
                {
                    return (no, null);
                }

                close!.SignOff(note, user.KeyName(), now);
                CloseView view = CloseView.Of(close)!;
                await EventOutbox.AddAsync(sql, events.Of(EventType.CloseSignedOff, now, new ClosedDay(view)));
                await answer.SaveAsync(sql, StatusCodes.Status200OK, view);
                return ((ProblemHttpResult?)null, (CloseView?)view);
            },
            cancellationToken);
        return refusal is not null ? refusal : TypedResults.Ok(signed!);
    }

    private static ProblemHttpResult? Refusal(DayClose? close, string? note, IEnumerable<string> left, DateTimeOffset now) => close switch
    {
        null or { Found: null } => Problems.NotFound("day that was compared"),
        { SignedOffAt: not null } => Problems.DaySignedOff(),
        _ when close.IsLeased(now) => Problems.CheckInProgress(),
        _ when close.RunAt < NepalTime.StartOf(close.Day.AddDays(1)) =>
            Problems.NotSignable("The day was compared before it was over. Compare it again, then sign it off."),
        { Report: { } report } when report.LeftOut.Except(report.LeftOutRecords, StringComparer.Ordinal).Any() => Problems.NotSignable(
            "Not everything of the day could be compared with Khalti's books: leftOut says what and why. "
                + "Compare the day again, then sign it off."),
        { Report: { } report } when !report.LeftOut.ToHashSet(StringComparer.Ordinal).SetEquals(left) => Problems.NotSignable(
            report.LeftOut.Count == 0
                ? "Everything of the day could be compared: leave leftOut empty."
                : "Single records of the day could not be compared: leftOut of the report names them. Compare the day again. If "
                    + "they can't be read then, look them up at Khalti, and sign off with each of these sentences in leftOut and a note."),
        { Report.WantsNote: true } when note is null =>
            Problems.NotSignable(
                "There are differences, or something is open: mend it and compare again, or say in a note what was done about it."),
        _ => null,
    };
}
