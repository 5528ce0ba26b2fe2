using System.Runtime.CompilerServices;
using KhaltiCheckout.Data;
using KhaltiCheckout.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Orders;

/// <summary>
/// Sends an order whenever it changes (server-sent events), so that a waiting page need not ask. A stream ends by itself
/// after a while and the browser opens another; where none can be had, the page polls.
/// </summary>
internal static class WatchOrder
{
    private const int MostStreams = 500;

    private static readonly TimeSpan LongestStream = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private static int _open;

    internal static async Task<Results<ServerSentEventsResult<OrderView>, ProblemHttpResult>> Handle(
        string id, HttpRequest request, CheckoutStore store, OrderChanges changes, TimeProvider time, IHostApplicationLifetime lifetime,
        CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(sql => sql.FindVersionAsync(id), cancellationToken) is null)
        {
            return Problems.NotFound("order");
        }

        if (HttpMethods.IsHead(request.Method))
        {
            return TypedResults.ServerSentEvents(AsyncEnumerable.Empty<OrderView>(), eventType: "order");
        }

        return Volatile.Read(ref _open) >= MostStreams
            ? Problems.TooManyWatchers()
            : TypedResults.ServerSentEvents(
                WatchAsync(id, store, changes, time, lifetime.ApplicationStopping, cancellationToken), eventType: "order");
    }

    private static async IAsyncEnumerable<OrderView> WatchAsync(
        string id, CheckoutStore store, OrderChanges changes, TimeProvider time, CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _open);
        try
        {
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
            over.CancelAfter(LongestStream);
            int? seen = null;
            while (!over.IsCancellationRequested)
            {
                // Asked for before looking, so that a change in between is not missed.
                Task change = changes.WaitAsync(id, LookAgain, time, over.Token);
                int? version = await store.ReadAsync(sql => sql.FindVersionAsync(id), CancellationToken.None);
                if (version != seen && await GetOrder.FindAsync(store, id, CancellationToken.None) is { } order)
                {
                    seen = version;
                    yield return order;
                }

                await change.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
