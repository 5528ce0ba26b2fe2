using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Http;

/// <summary>HEAD, which monitors and link previews send.</summary>
public sealed class HeadRequestTests(SharedShop shared) : IClassFixture<SharedShop>
{
    private readonly Shop _shop = shared.Shop;

    [Fact]
    public async Task Every_GET_of_the_API_answers_HEAD_with_the_same_status_and_no_body()
    {
        string id = (await _shop.GivenOrderAsync()).Id();
        JsonNode paths = (await _shop.AskAsync("/openapi/v1.json")).Json["paths"]!;
        string[] reads = [
            .. paths.AsObject().Where(path => path.Value!["get"] is not null)
            .Select(path => path.Key.Replace("{id}", id, StringComparison.Ordinal))];

        reads.Length.ShouldBeGreaterThan(10);
        foreach (string path in reads.Append("/health/live").Append("/health/ready").Append("/openapi/v1.json").Append("/order.html")
            .Append("/").Append("/js/shop.js"))
        {
            if (path.EndsWith("/events", StringComparison.Ordinal))
            {
                continue;
            }

            Answer get = await _shop.AskAsync(path);
            Answer head = await _shop.AskAsync(HttpMethod.Head, path);

            head.Status.ShouldBe(get.Status, path);
            head.MediaType.ShouldBe(get.MediaType, path);
            head.Text.ShouldBeEmpty(path);
        }
    }

    [Fact]
    public async Task HEAD_of_an_event_stream_is_answered_at_once()
    {
        string id = (await _shop.GivenOrderAsync()).Id();

        // The connection is closed when the request is over, which it is only if nothing goes on waiting for changes.
        string answer =
            await RawHttp.SendAsync(_shop, $"HEAD /api/v1/orders/{id}/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        RawHttp.StatusOf(answer).ShouldBe(200);
        answer.ShouldContain("text/event-stream");
    }

    [Fact]
    public async Task The_OpenAPI_document_has_no_HEAD_operations()
    {
        JsonNode paths = (await _shop.AskAsync("/openapi/v1.json")).Json["paths"]!;

        paths.AsObject().ShouldAllBe(path => path.Value!["head"] == null);
    }
}
