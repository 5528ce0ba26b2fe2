using KhaltiCheckout.Settings;
using KhaltiCheckout.Storage;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Polling;

/// <summary>Removes orders that expired unpaid long ago, piece by piece: one in a pass, by one process.</summary>
internal sealed partial class PruningPass(
    UnpaidOrders orders, WorkCursors cursors, IOptions<StoreOptions> store, TimeProvider time, ILogger<PruningPass> logger)
{
    private const string Cursor = "unpaid_orders";

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    // Between a round through all expired orders and the next.
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromHours(1);

    // So that an idle pass asks the database no more than once in this time.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(1);

    private DateTimeOffset _nextLook;

    /// <summary>Returns how many were removed.</summary>
    internal async Task<int> PassAsync(CancellationToken cancellationToken)
    {
        if (store.Value.KeepUnpaidFor == TimeSpan.Zero)
        {
            return 0;
        }

        DateTimeOffset now = time.GetUtcNow();
        if (now < _nextLook && _nextLook - now <= BetweenLooks)
        {
            return 0;
        }

        if (await cursors.TryBeginAsync(Cursor, now, Lease, cancellationToken) is not { } step)
        {
            _nextLook = now + BetweenLooks;
            return 0;
        }

        (string? last, int removed) = await orders.RemovePieceAsync(step.Position, now - store.Value.KeepUnpaidFor, cancellationToken);
        await cursors.EndAsync(step, last ?? "", last is null ? now + BetweenRounds : now, cancellationToken);
        if (removed > 0)
        {
            Log.Removed(logger, removed);
        }

        return removed;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Count} orders were removed that had expired without a payment")]
        internal static partial void Removed(ILogger logger, int count);
    }
}
