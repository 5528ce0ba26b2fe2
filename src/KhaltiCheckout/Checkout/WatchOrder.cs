using System.Runtime.CompilerServices;
using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Checkout;

/// <summary>
/// Sends an order whenever it changes (server-sent events), so that a waiting page need not ask. A stream ends by itself
/// after a while and the browser opens another; where none can be had, the page polls.
/// </summary>
internal static class WatchOrder
{
    private static readonly TimeSpan MaxStreamDuration = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    internal static async Task<Results<ServerSentEventsResult<OrderView>, ProblemHttpResult>> Handle(
        string id, HttpContext http, OrderStore orders, OrderChanges changes, OrderWatchers watchers, TimeProvider time,
        IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        if (await orders.FindVersionAsync(id, cancellationToken) is null)
        {
            return Problems.NotFound("order");
        }

        if (HttpMethods.IsHead(http.Request.Method))
        {
            return TypedResults.ServerSentEvents(AsyncEnumerable.Empty<OrderView>(), eventType: "order");
        }

        if (watchers.TryEnter(ClientNetwork.Of(http), id) is not { } place)
        {
            return Problems.TooManyWatchers(http.Response);
        }

        // Also when the client is gone before the first event is asked for.
        http.Response.RegisterForDispose(place);
        return TypedResults.ServerSentEvents(
            WatchAsync(id, orders, changes, time, lifetime.ApplicationStopping, cancellationToken), eventType: "order");
    }

    private static async IAsyncEnumerable<OrderView> WatchAsync(
        string id, OrderStore orders, OrderChanges changes, TimeProvider time, CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        over.CancelAfter(MaxStreamDuration);
        int? seen = null;
        while (!over.IsCancellationRequested)
        {
            // Asked for before looking, so that a change in between is not missed.
            Task change = changes.WaitAsync(id, LookAgain, time, over.Token);
            int? version = await orders.FindVersionAsync(id, CancellationToken.None);
            if (version != seen && await orders.FindAsync(id, CancellationToken.None) is { } order)
            {
                seen = version;
                yield return OrderView.Of(order);
            }

            await change.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
