using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Events;

internal static class EventsFeature
{
    internal static void AddEvents(this IServiceCollection services)
    {
        services.AddSingleton<EventData>();
        services.AddSingleton(provider =>
        {
            EventData data = provider.GetRequiredService<EventData>();
            return new EventSource(data.Of, data.OfUnreadable);
        });
        services.AddSingleton<EventFeed>();
        services.AddSingleton<EventWatchers>();
    }

    internal static void MapEvents(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder events = routes.MapGroup("/api/v1/events").WithTags("Events");

        events.MapGet("/", ListEvents.Handle)
            .RequireAuthorization(Scopes.Read)
            .WithName("ListEvents")
            .WithExample(() => EventExamples.ListEvents)
            .WithSummary("What has happened")
            .WithDescription(
                "Events behind `after`, oldest first. No event is ever put before one that was shown, so whoever keeps `nextCursor` and "
                + "asks again misses none.")
            .CanFail(400, 401, 403, 503);

        events.MapGet("/stream", StreamEvents.Handle)
            .Produces<string>(200, StreamEvents.MediaType)
            .RequireAuthorization(Scopes.Read)
            .WithName("StreamEvents")
            .WithExample(() => EventExamples.StreamEvents)
            .WithSummary("Watch what happens")
            .WithDescription(
                "The feed as server-sent events: `id` is the cursor, `event` the type. Goes on behind `Last-Event-ID`, or behind `after`. "
                + "A comment every 15 seconds keeps the connection alive. Ends after five minutes; open it again.")
            .CanFail(400, 401, 403, 429, 503);

        events.MapGet("/{id}", ShowEvent.Handle)
            .RequireAuthorization(Scopes.Read)
            .WithName("ShowEvent")
            .WithExample(() => EventExamples.ShowEvent)
            .WithSummary("Read an event")
            .WithDescription("The event as the feed shows it, and its deliveries to webhooks.")
            .CanFail(401, 403, 404, 503);
    }
}
