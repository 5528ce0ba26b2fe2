using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Gateway;

/// <summary>
/// Bounds how many questions about one order's links shoppers can have this process ask Khalti. The worker's own questions are
/// bounded by its schedule. Without budget a link counts as not answered.
/// </summary>
internal sealed class LookupBudget(IOptions<KhaltiOptions> options) : IDisposable
{
    // Only orders with links get a partition, and the limiter drops one that has not been used for a while.
    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(orderId =>
        RateLimitPartition.GetTokenBucketLimiter(orderId, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.Value.EPayment.LookupsPerMinute,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / options.Value.EPayment.LookupsPerMinute,
        }));

    internal bool TryTake(string orderId)
    {
        using RateLimitLease lease = _limiter.AttemptAcquire(orderId);
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();
}
