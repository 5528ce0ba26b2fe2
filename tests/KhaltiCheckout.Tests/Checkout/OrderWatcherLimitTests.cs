using System.Text.Json.Nodes;
using KhaltiCheckout.Checkout;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Checkout;

/// <summary>How many event streams one client can hold open.</summary>
public sealed class OrderWatcherLimitTests
{
    [Fact]
    public async Task One_network_cannot_use_all_order_streams()
    {
        await using Shop shop = await Shop.OpenAsync();
        using Streams streams = new(shop);
        for (int order = 0; order < OrderWatchers.MaxOfNetwork / OrderWatchers.MaxOfOrder; order++)
        {
            string id = (await shop.GivenOrderAsync()).Id();
            for (int stream = 0; stream < OrderWatchers.MaxOfOrder; stream++)
            {
                (await streams.OpenAsync(id, "192.0.2.1")).ShouldBe(200);
            }
        }

        string another = (await shop.GivenOrderAsync()).Id();

        (await streams.OpenAsync(another, "192.0.2.1")).ShouldBe(429);
        (await streams.OpenAsync(another, "192.0.2.2")).ShouldBe(200);
        (await shop.SendAsync(HttpMethod.Get, $"/api/v1/orders/{another}/events", null, ("X-Forwarded-For", "192.0.2.1")))
            .ShouldBeProblem(429, "rate_limited").ShouldNotBeNull();
    }

    [Fact]
    public async Task A_closed_stream_frees_its_slot()
    {
        await using Shop shop = await Shop.OpenAsync();
        using Streams streams = new(shop);
        JsonNode order = await shop.GivenOrderAsync();
        for (int stream = 0; stream < OrderWatchers.MaxOfOrder; stream++)
        {
            (await streams.OpenAsync(order.Id(), $"192.0.2.{stream}")).ShouldBe(200);
        }

        (await streams.OpenAsync(order.Id(), "198.51.100.1")).ShouldBe(429, "of one order, whoever watches it");
        streams.CloseOne();

        await Shop.UntilAsync(async () => await streams.OpenAsync(order.Id(), "198.51.100.1") == 200);
    }

    private sealed class Streams(Shop shop) : IDisposable
    {
        private readonly Stack<HttpResponseMessage> _open = [];

        internal async Task<int> OpenAsync(string orderId, string address)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, $"/api/v1/orders/{orderId}/events");
            request.Headers.Add("X-Forwarded-For", address);
            HttpResponseMessage response = await shop.Http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            _open.Push(response);
            return (int)response.StatusCode;
        }

        internal void CloseOne()
        {
            HttpResponseMessage last = _open.Pop();
            last.Dispose();
            while ((int)last.StatusCode != 200)
            {
                last = _open.Pop();
                last.Dispose();
            }
        }

        public void Dispose()
        {
            while (_open.TryPop(out HttpResponseMessage? response))
            {
                response.Dispose();
            }
        }
    }
}
