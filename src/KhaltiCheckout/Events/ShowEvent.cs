using System.Text.Json;
using KhaltiCheckout.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Events;

/// <summary>An event and where it was delivered.</summary>
/// <param name="Data">As in the feed.</param>
/// <param name="Deliveries">To webhooks, oldest first.</param>
public sealed record EventDetailsView(
    string Id, string Type, DateTimeOffset Timestamp, JsonElement Data, IReadOnlyList<DeliveryView> Deliveries);

/// <summary>Reads one event.</summary>
internal static class ShowEvent
{
    internal static async Task<Results<Ok<EventDetailsView>, ProblemHttpResult>> Handle(
        string id, EventFeed feed, CancellationToken cancellationToken)
    {
        if (await feed.FindAsync(id, cancellationToken) is not { } row)
        {
            return Problems.NotFound("event");
        }

        EventView view = EventView.Of(row);
        return TypedResults.Ok(new EventDetailsView(view.Id, view.Type, view.Timestamp, view.Data, []));
    }
}
