using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Events;

/// <summary>What another system does with the feed.</summary>
internal static class EventSteps
{
    internal static async Task<JsonNode> FeedAsync(this Shop shop, string query = "")
    {
        Answer answer = await shop.AsMerchantAsync("/api/v1/events" + query);
        answer.Status.ShouldBe(200, answer.Text);
        return answer.Json;
    }

    /// <summary>Every event, page by page.</summary>
    internal static async Task<JsonNode[]> EventsAsync(this Shop shop, string filter = "")
    {
        List<JsonNode> events = [];
        string after = "";
        bool hasMore = true;
        while (hasMore)
        {
            JsonNode page = await shop.FeedAsync($"?limit=100&after={after}{filter}");
            events.AddRange(page["data"]!.AsArray().Select(one => one!));
            (after, hasMore) = ((string?)page["nextCursor"] ?? "", (bool)page["hasMore"]!);
        }

        return [.. events];
    }

    internal static string Type(this JsonNode one) => (string)one["type"]!;

    internal static async Task<string[]> EventTypesAsync(this Shop shop, JsonNode order) =>
    [
        .. (await shop.EventsAsync()).Where(one => (string?)one["data"]?["order"]?["id"] == order.Id()).Select(Type),
    ];
}
