using KhaltiCheckout.Data;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Payments;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Reconciliation;

/// <summary>
/// One pass over what is open: payments whose outcome is not known are asked about, orders whose time is up expire.
/// Several processes may run it on one database; a lease in the row lets one of them ask.
/// </summary>
internal sealed partial class Reconciler(
    IServiceScopeFactory scopes, IOptions<KhaltiOptions> khalti, TimeProvider time, ILogger<Reconciler> logger)
{
    private const int MostPaymentsAPass = 100;
    private const int AskedAtOnce = 4;
    private const int MostOrdersAPass = 200;

    /// <summary>Gives back how many payments were asked about and how many orders expired.</summary>
    internal async Task<(int Asked, int Expired)> PassAsync(CancellationToken cancellationToken)
    {
        int asked = 0;
        List<string> due = await DuePaymentsAsync(cancellationToken);
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce, CancellationToken = cancellationToken },
            async (paymentId, token) =>
            {
                if (await CheckAsync(paymentId, token))
                {
                    Interlocked.Increment(ref asked);
                }
            });
        return (asked, await ExpireOrdersAsync(cancellationToken));
    }

    private async Task<List<string>> DuePaymentsAsync(CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        CheckoutDb db = scope.ServiceProvider.GetRequiredService<CheckoutDb>();
        DateTimeOffset now = time.GetUtcNow();
        return await db.Payments
            .Where(payment => payment.NextCheckAt <= now && (payment.LeasedUntil == null || payment.LeasedUntil <= now))
            .OrderBy(payment => payment.NextCheckAt)
            .Select(payment => payment.Id)
            .Take(MostPaymentsAPass)
            .ToListAsync(cancellationToken);
    }

    // One payment's trouble must not keep the others waiting.
    private async Task<bool> CheckAsync(string paymentId, CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        CheckoutDb db = scope.ServiceProvider.GetRequiredService<CheckoutDb>();
        try
        {
            if (!await LeaseAsync(db, paymentId, cancellationToken))
            {
                return false;
            }

            Payment payment = await db.Payments.AsNoTracking().SingleAsync(payment => payment.Id == paymentId, cancellationToken);
            await scope.ServiceProvider.GetRequiredService<Settlement>().CheckAsync(payment, Actor.Worker);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.CheckFailed(logger, failure, paymentId);
            return false;
        }
    }

    private Task<bool> LeaseAsync(CheckoutDb db, string paymentId, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset until = now + khalti.Value.Lease;
        return db.WriteAsync(
            async () => await db.Payments
                .Where(payment => payment.Id == paymentId && payment.NextCheckAt <= now
                    && (payment.LeasedUntil == null || payment.LeasedUntil <= now))
                .ExecuteUpdateAsync(set => set.SetProperty(payment => payment.LeasedUntil, until), cancellationToken) == 1,
            cancellationToken);
    }

    private async Task<int> ExpireOrdersAsync(CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        CheckoutDb db = scope.ServiceProvider.GetRequiredService<CheckoutDb>();
        DateTimeOffset now = time.GetUtcNow();
        List<string> due = await db.Orders
            .Where(order => order.Status == OrderStatus.Pending && order.ExpiresAt <= now
                && !order.Payments.Any(payment => payment.Status == PaymentStatus.Verifying || payment.Status == PaymentStatus.NeedsReview))
            .OrderBy(order => order.ExpiresAt)
            .Select(order => order.Id)
            .Take(MostOrdersAPass)
            .ToListAsync(cancellationToken);
        int expired = 0;
        foreach (string orderId in due)
        {
            expired += await db.WriteAsync(() => ExpireAsync(db, orderId, now, cancellationToken), cancellationToken);
        }

        return expired;
    }

    private static async Task<int> ExpireAsync(CheckoutDb db, string orderId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Order order = await db.Orders.Include(order => order.Payments).SingleAsync(order => order.Id == orderId, cancellationToken);
        if (!order.ShouldExpire(now))
        {
            return 0;
        }

        order.Expire(now);
        return 1;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Checking payment {PaymentId} failed; it is asked about again when its lease is over")]
        internal static partial void CheckFailed(ILogger logger, Exception failure, string paymentId);
    }
}
