using System.Globalization;
using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>The days that were compared.</summary>
internal static class ShowCloses
{
    private const int Most = 100;
    private const int Usual = 31;

    internal static async Task<Results<Ok<ClosesView>, ProblemHttpResult>> HandleList(
        CheckoutDb db, CancellationToken cancellationToken, string? cursor = null, string? limit = null)
    {
        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        DateOnly? before = string.IsNullOrEmpty(cursor) ? null : ReadDay(cursor);
        if (before is null && !string.IsNullOrEmpty(cursor))
        {
            errors["cursor"] = ["Not a cursor: use the nextCursor of an answer, as it is."];
        }

        int take = Usual;
        if (!string.IsNullOrEmpty(limit)
            && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out take) || take is < 1 or > Most))
        {
            errors["limit"] = [$"Between 1 and {Most}."];
        }

        if (errors.Count > 0)
        {
            return TypedResults.Problem(Problems.ValidationFailed(errors));
        }

        List<DayClose> closes = await db.DayCloses.AsNoTracking()
            .Where(close => close.Found != null && (before == null || close.Day < before))
            .OrderByDescending(close => close.Day)
            .Take(take + 1)
            .ToListAsync(cancellationToken);
        bool more = closes.Count > take;
        List<CloseView> views = [.. closes.Take(take).Select(close => CloseView.Of(close)!)];
        return TypedResults.Ok(new ClosesView(views, more ? Write(views[^1].Day) : null));
    }

    internal static async Task<Results<Ok<CloseView>, ProblemHttpResult>> Handle(
        string day, CheckoutDb db, CancellationToken cancellationToken) =>
        ReadDay(day) is { } wanted
            && await db.DayCloses.AsNoTracking().SingleOrDefaultAsync(close => close.Day == wanted, cancellationToken) is { } close
            && CloseView.Of(close) is { } view
            ? TypedResults.Ok(view)
            : Problems.NotFound("day that was compared");

    internal static DateOnly? ReadDay(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : null;

    internal static string Write(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
