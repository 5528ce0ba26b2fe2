using System.Text.Json.Nodes;
using KhaltiCheckout.Http;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Views;

namespace KhaltiCheckout.Events;

/// <summary>What the API's document shows of the routes of <see cref="EventsFeature"/>.</summary>
internal static class EventExamples
{
    private static readonly IdExample Id = new("The event's id.", ExampleIds.Event);

    internal static readonly RouteExample ListEvents = new()
    {
        Answers =
        {
            [200] = (
                "Events, and where the next ones begin.",
                $$"""{"data":[{{Event()}}],"nextCursor":"{{ExampleIds.Event}}","hasMore":false}"""),
        },
        Codes = { [400] = ["unknown_cursor", "validation_failed"] },
    };

    internal static readonly RouteExample ShowEvent = new()
    {
        Id = Id,
        Answers = { [200] = ("The event and its deliveries.", Details()) },
    };

    internal static readonly RouteExample StreamEvents = new()
    {
        Answers =
        {
            [200] = (
                "A stream of server-sent events, each an event of the feed.",
                JsonValue.Create($"event: order.partially_refunded\nid: {ExampleIds.Event}\ndata: {Event()}\n\n")!.ToJsonString()),
        },
        Codes = { [400] = ["unknown_cursor", "validation_failed"] },
    };

    private static string Event()
    {
        JsonNode order = JsonNode.Parse(ViewExamples.AdminOrder)!;
        order["customer"] = new JsonObject { ["name"] = "Sita Rai" };
        return new JsonObject
        {
            ["id"] = ExampleIds.Event,
            ["type"] = "order.partially_refunded",
            ["timestamp"] = "2026-11-21T06:00:01.000Z",
            ["data"] = new JsonObject { ["order"] = order },
        }.ToJsonString();
    }

    private static string Details()
    {
        JsonNode details = JsonNode.Parse(Event())!;
        details["deliveries"] = new JsonArray();
        return details.ToJsonString();
    }
}
