using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using KhaltiCheckout.Events;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Events;

public sealed class EventStreamTests
{
    [Fact]
    public async Task The_stream_sends_what_the_feed_shows_and_goes_on_with_what_comes()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        await using EventReader reader = await EventReader.OpenAsync(shop, "");
        (await reader.NextAsync()).EventType.ShouldBe("order.created");

        await shop.CancelAsync(order);

        SseItem<string> cancelled = await reader.NextAsync();
        JsonNode last = (await shop.EventsAsync()).Last();
        (cancelled.EventType, cancelled.EventId).ShouldBe(("order.cancelled", last.Id()));
        JsonNode.Parse(cancelled.Data)!.ToJsonString().ShouldBe(last.ToJsonString());
    }

    [Fact]
    public async Task A_stream_goes_on_behind_the_last_event_that_the_client_got()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenPaidAsync();
        JsonNode[] events = await shop.EventsAsync();

        await using EventReader resumed = await EventReader.OpenAsync(shop, $"?after={events[0].Id()}", lastEventId: events[1].Id());
        await using EventReader begun = await EventReader.OpenAsync(shop, $"?after={events[0].Id()}&types=order.*");

        (await resumed.NextAsync()).EventId.ShouldBe(events[2].Id());
        (await begun.NextAsync()).EventId.ShouldBe(events[3].Id());
    }

    [Fact]
    public async Task A_quiet_stream_sends_comments()
    {
        await using Shop shop = await Shop.OpenAsync();
        using HttpResponseMessage response = await EventReader.SendAsync(shop, "", lastEventId: null);
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        (await lines.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe(": open");
        (await lines.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("");

        shop.Clock.Advance(TimeSpan.FromSeconds(16));

        (await lines.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe(": heartbeat");
    }

    [Fact]
    public async Task A_wrong_cursor_or_type_is_refused_before_the_stream_begins()
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.AsMerchantAsync("/api/v1/events/stream?after=evt_x")).ShouldBeProblem(400, "unknown_cursor");
        (await shop.AsMerchantAsync("/api/v1/events/stream?types=yeti")).ShouldBeProblem(400, "validation_failed");
    }

    [Fact]
    public async Task One_key_can_have_only_so_many_streams_open()
    {
        await using Shop shop = await Shop.OpenAsync();
        List<EventReader> open = [];
        for (int place = 0; place < EventWatchers.MaxOfKey; place++)
        {
            open.Add(await EventReader.OpenAsync(shop, ""));
        }

        (await shop.AsMerchantAsync("/api/v1/events/stream")).ShouldBeProblem(429, "rate_limited");

        await open[0].DisposeAsync();
        await Shop.UntilAsync(async () =>
        {
            using HttpResponseMessage again = await EventReader.SendAsync(shop, "", lastEventId: null);
            return again.IsSuccessStatusCode;
        });
        foreach (EventReader reader in open)
        {
            await reader.DisposeAsync();
        }
    }

    private sealed class EventReader(HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> events) : IAsyncDisposable
    {
        internal static async Task<HttpResponseMessage> SendAsync(Shop shop, string query, string? lastEventId)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/events/stream" + query);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", MerchantApi.Key);
            if (lastEventId is not null)
            {
                request.Headers.Add("Last-Event-ID", lastEventId);
            }

            return await shop.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        }

        internal static async Task<EventReader> OpenAsync(Shop shop, string query, string? lastEventId = null)
        {
            HttpResponseMessage response = await SendAsync(shop, query, lastEventId);
            response.Content.Headers.ContentType?.MediaType.ShouldBe("text/event-stream");
            Stream stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            return new EventReader(
                response, SseParser.Create(stream).EnumerateAsync(TestContext.Current.CancellationToken)
                    .GetAsyncEnumerator(TestContext.Current.CancellationToken));
        }

        internal async Task<SseItem<string>> NextAsync()
        {
            (await events.MoveNextAsync()).ShouldBeTrue();
            return events.Current;
        }

        public ValueTask DisposeAsync()
        {
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
