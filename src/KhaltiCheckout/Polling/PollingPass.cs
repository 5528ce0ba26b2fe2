using System.Data.Common;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Refunds;
using KhaltiCheckout.Storage;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Polling;

/// <summary>
/// One pass over what is open: payments whose outcome is not known are asked about, orders whose time is up expire.
/// Several processes may run it on one database; a lease in the row lets one of them ask.
/// </summary>
internal sealed partial class PollingPass(
    IServiceScopeFactory scopes, OrderStore orders, DueWorkQueries due, KhaltiHealth health, UnreadableOrders unreadable,
    IOptions<PollingOptions> options, TimeProvider time, ILogger<PollingPass> logger)
{
    private const int MaxBatchSize = 100;
    private const int AskedAtOnce = 4;
    private const int MaxOrdersPerPass = 200;
    private const int MaxPurgedPerPass = 1000;
    private const int IndexedBatchSize = 50;
    private const int MaxIndexedBatches = 20;

    private static readonly TimeSpan BetweenAlignments = TimeSpan.FromMinutes(5);

    private readonly Dictionary<PaymentMethod, LookupRate> _rates =
        Enum.GetValues<PaymentMethod>().ToDictionary(method => method, _ => new LookupRate(options.Value.LookupsPerMinute));

    private DateTimeOffset _nextAlignment;

    /// <summary>Returns how many payments and refunds were asked about and how many orders expired.</summary>
    internal async Task<(int Asked, int Expired)> PassAsync(CancellationToken cancellationToken)
    {
        await RescheduleSkewedChecksAsync(cancellationToken);
        await CloseAbandonedAsync(cancellationToken);
        int[] asked = await Task.WhenAll(Enum.GetValues<PaymentMethod>().Select(method => AskAsync(method, cancellationToken)));
        await due.PurgeExpiredAsync(time.GetUtcNow(), MaxPurgedPerPass, cancellationToken);
        await AlignAttentionAsync(cancellationToken);
        await FillSearchIndexAsync(cancellationToken);
        return (asked.Sum(), await ExpireOrdersAsync(cancellationToken));
    }

    // A clock that was a day ahead and was set right: what it put off is asked about now.
    private async Task RescheduleSkewedChecksAsync(CancellationToken cancellationToken)
    {
        int rescheduled = await due.RescheduleSkewedChecksAsync(time.GetUtcNow(), cancellationToken);
        if (rescheduled > 0)
        {
            Log.Rescheduled(logger, rescheduled);
        }
    }

    // Links whose process ended before it received them. Closing them needs no call to Khalti.
    private async Task CloseAbandonedAsync(CancellationToken cancellationToken)
    {
        List<string> abandoned = await due.ListAbandonedLinksAsync(time.GetUtcNow(), MaxBatchSize, cancellationToken);
        foreach (string paymentId in abandoned)
        {
            await CheckAsync(paymentId, cancellationToken, CheckTrigger.Scheduled);
        }
    }

    // Each of Khalti's products has a health of its own: one that is down does not delay the other's payments.
    private async Task<int> AskAsync(PaymentMethod method, CancellationToken cancellationToken)
    {
        GatewayHealth gateway = health.Of(method);
        await ExpediteAsync(method, cancellationToken);
        int asked = 0;
        if (!gateway.IsFine)
        {
            asked += await ProbeAsync(method, cancellationToken);
        }

        LookupRate rate = _rates[method];
        while (gateway.IsFine)
        {
            // Shoppers wait for the outcome of these: the rate is for the links after them, and they use it up.
            List<string> payments = await due.ListDuePaymentsAsync(method, time.GetUtcNow(), MaxBatchSize, cancellationToken);
            int open = payments.Count;
            rate.Take(open, time.GetUtcNow());
            int left = rate.TakeUpTo(MaxBatchSize - open, time.GetUtcNow());
            List<string> links = left == 0 ? [] : await due.ListDueLinksAsync(method, time.GetUtcNow(), left, cancellationToken);
            rate.PutBack(left - links.Count);
            payments.AddRange(links);
            int before = asked;
            await Parallel.ForEachAsync(
                payments,
                new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce, CancellationToken = cancellationToken },
                async (paymentId, token) =>
                {
                    if (gateway.IsFine && await CheckAsync(paymentId, token))
                    {
                        Interlocked.Increment(ref asked);
                    }
                });

            // Nothing left, only what another process has leased, or the rate is used up.
            if (payments.Count < MaxBatchSize || asked == before)
            {
                break;
            }

            await ExpediteAsync(method, cancellationToken);
        }

        return asked + await AskAboutRefundsAsync(method, CheckTrigger.Due, cancellationToken);
    }

    private async Task<int> AskAboutRefundsAsync(PaymentMethod method, CheckTrigger trigger, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        List<string> refunds = trigger == CheckTrigger.Due
            ? await due.ListDueRefundsAsync(method, now, MaxBatchSize, cancellationToken)
            : await due.ListRefundToProbeAsync(method, now, cancellationToken);
        int asked = 0;
        foreach (string refundId in refunds)
        {
            if (trigger != CheckTrigger.Due || health.Of(method).IsFine)
            {
                asked += await CheckRefundAsync(refundId, trigger, cancellationToken) ? 1 : 0;
            }
        }

        return asked;
    }

    private async Task<bool> CheckRefundAsync(string refundId, CheckTrigger trigger, CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        try
        {
            return await scope.ServiceProvider.GetRequiredService<RefundProcessor>()
                .CheckWithLeaseAsync(refundId, Actor.Worker, trigger, cancellationToken) is not null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.CheckFailed(logger, failure, refundId);
            await unreadable.RecordIfUnreadableAsync(refundId, cancellationToken);
            return false;
        }
    }

    // A program older than the reasons' table may run beside this one, and writes the attention of its orders alone.
    private async Task AlignAttentionAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (now < _nextAlignment && _nextAlignment - now <= BetweenAlignments)
        {
            return;
        }

        _nextAlignment = now + BetweenAlignments;
        await due.AlignAttentionAsync(now, cancellationToken);
    }

    // Orders of a version without numbers and search index, placed before this one started or beside it. In batches that keep no shopper
    // waiting for long; where the pass ends, the next one goes on.
    private async Task FillSearchIndexAsync(CancellationToken cancellationToken)
    {
        for (int batch = 0; batch < MaxIndexedBatches; batch++)
        {
            if (await due.IndexOrdersAsync(IndexedBatchSize, cancellationToken) < IndexedBatchSize)
            {
                return;
            }
        }
    }

    // What waits for an hour only because Khalti did not answer is due as soon as Khalti does again. And an order that
    // should expire has its open payment asked about once more first.
    private async Task ExpediteAsync(PaymentMethod method, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        await due.ExpediteExpiringPaymentsAsync(method, now, cancellationToken);
        if (health.Of(method).TakeRecovery())
        {
            await due.ExpediteUnansweredAsync(method, now, cancellationToken);
        }
    }

    // While Khalti is unavailable one payment is checked, due or not; when it answers, the others follow.
    private async Task<int> ProbeAsync(PaymentMethod method, CancellationToken cancellationToken)
    {
        if (!health.Of(method).TakeProbe(time.GetUtcNow()))
        {
            return 0;
        }

        List<string> payment = await due.ListPaymentToProbeAsync(method, time.GetUtcNow(), cancellationToken);
        return payment is not [var paymentId] ? await AskAboutRefundsAsync(method, CheckTrigger.Scheduled, cancellationToken)
            : await CheckAsync(paymentId, cancellationToken, CheckTrigger.Scheduled) ? 1 : 0;
    }

    // A payment whose check fails must not delay the others.
    private async Task<bool> CheckAsync(string paymentId, CancellationToken cancellationToken, CheckTrigger asking = CheckTrigger.Due)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        PaymentProcessor settlement = scope.ServiceProvider.GetRequiredService<PaymentProcessor>();
        try
        {
            return await settlement.CheckWithLeaseAsync(paymentId, Actor.Worker, asking, cancellationToken) is not null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.CheckFailed(logger, failure, paymentId);
            await unreadable.RecordIfUnreadableAsync(paymentId, cancellationToken);
            return false;
        }
    }

    private async Task<int> ExpireOrdersAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        List<string> overdue = await due.ListOrdersToExpireAsync(now, MaxOrdersPerPass, cancellationToken);
        int expired = 0;
        foreach (string orderId in overdue)
        {
            expired += await TryExpireAsync(orderId, now, cancellationToken);
        }

        return expired;
    }

    // One order that can't be read must not keep the others from expiring. A database that is away ends the pass.
    private async Task<int> TryExpireAsync(string orderId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            return await orders.UpdateAsync(OrderQuery.ById(orderId), found => Expire(found.Order!, now), cancellationToken);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or DbException or StoreBusyException))
        {
            Log.ExpiryFailed(logger, failure, orderId);
            await unreadable.RecordIfUnreadableAsync(orderId, cancellationToken);
            return 0;
        }
    }

    private static int Expire(Order order, DateTimeOffset now)
    {
        if (!order.ShouldExpire(now))
        {
            return 0;
        }

        order.Expire(now);
        return 1;
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Count} checks lay further ahead than any is put off, as if this clock had been ahead: they are made now")]
        internal static partial void Rescheduled(ILogger logger, int count);

        [LoggerMessage(Level = LogLevel.Error, Message = "Order {OrderId} could not expire")]
        internal static partial void ExpiryFailed(ILogger logger, Exception failure, string orderId);

        [LoggerMessage(
            Level = LogLevel.Error,
            Message = "Checking {Id} failed; if it is still open it is asked about again, at the latest when its lease is over")]
        internal static partial void CheckFailed(ILogger logger, Exception failure, string id);
    }
}
