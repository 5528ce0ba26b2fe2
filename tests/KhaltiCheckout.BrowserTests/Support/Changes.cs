using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace KhaltiCheckout.BrowserTests.Support;

internal static class Changes
{
    /// <summary>Changes what the server says on its way to the page.</summary>
    internal static async Task ChangeAsync(this IRoute route, Action<JsonNode> change)
    {
        IAPIResponse answer = await route.FetchAsync();
        JsonNode json = JsonNode.Parse(await answer.TextAsync())!;
        change(json);
        await route.FulfillAsync(new RouteFulfillOptions { Response = answer, Body = json.ToJsonString() });
    }
}
