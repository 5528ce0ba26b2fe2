using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>What a shopper was told.</summary>
internal sealed record AnsweredOrder(string OrderId, long Amount, bool IsPaid);

/// <summary>Shoppers who order one after the other, every second of them paying, and remember each answer.</summary>
internal sealed class Rush : IAsyncDisposable
{
    private const int Shoppers = 6;

    private static readonly string[] Products = ["ilam-tea", "prayer-flags", "timur-pepper"];

    private readonly HttpClient _shop;
    private readonly SandboxDriver _sandbox;
    private readonly ConcurrentQueue<AnsweredOrder> _answered = new();
    private readonly SemaphoreSlim _news = new(0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _all;

    internal Rush(HttpClient shop, SandboxDriver sandbox)
    {
        (_shop, _sandbox) = (shop, sandbox);
        _all = Task.WhenAll(Enumerable.Range(0, Shoppers).Select(ShopAsync));
    }

    /// <summary>The answered orders so far.</summary>
    internal AnsweredOrder[] Answered => [.. _answered];

    /// <summary>Waits for so many more answers.</summary>
    internal async Task MoreAsync(int answers)
    {
        for (int answer = 0; answer < answers; answer++)
        {
            Task<bool> next = _news.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            await await Task.WhenAny(next, _all);
            (await next).ShouldBeTrue();
        }
    }

    /// <summary>They finish what they are at, and go. Fails if one of them was not served.</summary>
    internal async Task EndAsync()
    {
        await _closing.CancelAsync();
        await _all;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await ((Task)_all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
        _news.Dispose();
    }

    private async Task ShopAsync(int shopper)
    {
        for (int visit = shopper; !_closing.IsCancellationRequested; visit++)
        {
            JsonNode order = await PostAsync(
                201, "/api/v1/orders",
                new { items = new[] { new { productId = Products[visit % Products.Length], quantity = 1 + (visit % 3) } } });
            long amount = (long)order["amount"]!;
            Record(new AnsweredOrder(order.Id(), amount, IsPaid: false));
            if (visit % 2 == 0)
            {
                string token = await _sandbox.ConfirmedTokenAsync(amount, order.Id());
                await PostAsync(200, "/api/v1/payments/verify", new { orderId = order.Id(), token, amount });
                Record(new AnsweredOrder(order.Id(), amount, IsPaid: true));
            }
        }
    }

    private async Task<JsonNode> PostAsync(int expected, string path, object body)
    {
        using HttpResponseMessage answer = await _shop.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).ShouldBe(expected, text);
        return JsonNode.Parse(text)!;
    }

    private void Record(AnsweredOrder answered)
    {
        _answered.Enqueue(answered);
        _news.Release();
    }
}
