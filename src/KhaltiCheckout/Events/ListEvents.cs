using System.ComponentModel;
using KhaltiCheckout.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Events;

/// <summary>The feed: events behind a cursor, oldest first.</summary>
internal static class ListEvents
{
    private const int UsualLimit = 50;
    private const int MaxLimit = 100;

    internal static async Task<Results<Ok<EventPage>, ProblemHttpResult>> Handle(
        [AsParameters] EventQuery query,
        [Description("How many at most, 1 to 100; 50 if not given.")] string? limit,
        EventFeed feed, CancellationToken cancellationToken)
    {
        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        IReadOnlyList<string>? types = query.ReadTypes(errors);
        int most = EventQuery.ReadLimit(limit, UsualLimit, MaxLimit, errors);
        if (errors.Count > 0)
        {
            return TypedResults.Problem(Problems.ValidationFailed(errors));
        }

        string? after = string.IsNullOrEmpty(query.After) ? null : query.After;
        return await feed.ReadAsync(after, types, most, cancellationToken) is { } found
            ? TypedResults.Ok(new EventPage([.. found.Rows.Select(EventView.Of)], found.Cursor, found.HasMore))
            : Problems.UnknownCursor();
    }
}
