using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Checkout;

public sealed class WatchOrderTests
{
    [Fact]
    public async Task An_order_stream_sends_each_change()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await using Stream stream = await shop.Http.GetStreamAsync(
            $"/api/v1/orders/{order.Id()}/events", TestContext.Current.CancellationToken);
        await using IAsyncEnumerator<SseItem<string>> events = SseParser.Create(stream)
            .EnumerateAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        (await events.MoveNextAsync()).ShouldBeTrue();
        JsonNode.Parse(events.Current.Data)!.ToJsonString().ShouldBe(order.ToJsonString());

        await shop.VerifyAsync(order, token);

        JsonNode last = order;
        while (last.Status() != "paid" && await events.MoveNextAsync())
        {
            events.Current.EventType.ShouldBe("order");
            last = JsonNode.Parse(events.Current.Data)!;
        }

        last.ToJsonString().ShouldBe((await shop.ReadAsync(order)).ToJsonString());
    }

    [Fact]
    public async Task An_unknown_order_has_no_stream()
    {
        await using Shop shop = await Shop.OpenAsync();

        (int status, JsonNode problem) = await shop.GetAsync("/api/v1/orders/ord_01k9x4c7qmf3t8v5z2w6y1n0ah/events");

        (status, problem.Code()).ShouldBe((404, "not_found"));
    }
}
