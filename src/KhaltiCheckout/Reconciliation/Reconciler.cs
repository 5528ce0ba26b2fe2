using KhaltiCheckout.Data;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Refunds;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Reconciliation;

/// <summary>
/// One pass over what is open: payments whose outcome is not known are asked about, orders whose time is up expire.
/// Several processes may run it on one database; a lease in the row lets one of them ask.
/// </summary>
internal sealed partial class Reconciler(
    IServiceScopeFactory scopes, KhaltiHealth health, TimeProvider time, ILogger<Reconciler> logger)
{
    private const int MostAtATime = 100;
    private const int AskedAtOnce = 4;
    private const int MostOrdersAPass = 200;
    private const int MostForgottenAPass = 1000;

    /// <summary>Gives back how many payments and refunds were asked about and how many orders expired.</summary>
    internal async Task<(int Asked, int Expired)> PassAsync(CancellationToken cancellationToken)
    {
        await CloseAbandonedAsync(cancellationToken);
        int[] asked = await Task.WhenAll(Enum.GetValues<PaymentMethod>().Select(method => AskAsync(method, cancellationToken)));
        await ForgetOldAsync(cancellationToken);
        return (asked.Sum(), await ExpireOrdersAsync(cancellationToken));
    }

    // Links that a process asked for and did not live to get: no question for Khalti, so no trouble of Khalti's keeps them.
    private async Task CloseAbandonedAsync(CancellationToken cancellationToken)
    {
        List<string> abandoned;
        await using (AsyncServiceScope scope = scopes.CreateAsyncScope())
        {
            DateTimeOffset now = time.GetUtcNow();
            abandoned = await scope.ServiceProvider.GetRequiredService<CheckoutDb>().Payments
                .Where(payment => payment.Status == PaymentStatus.Initiated && payment.Pidx == null && payment.LeasedUntil <= now)
                .OrderBy(payment => payment.LeasedUntil)
                .Select(payment => payment.Id)
                .Take(MostAtATime)
                .ToListAsync(cancellationToken);
        }

        foreach (string paymentId in abandoned)
        {
            await CheckAsync(paymentId, cancellationToken, Asking.WhenOwed);
        }
    }

    // Khalti's two products have trouble of their own: one of them down does not keep the other's payments waiting.
    private async Task<int> AskAsync(PaymentMethod method, CancellationToken cancellationToken)
    {
        GatewayHealth gateway = health.Of(method);
        await BringForwardAsync(method, cancellationToken);
        int asked = 0;
        if (!gateway.IsFine)
        {
            asked += await ProbeAsync(method, cancellationToken);
        }

        while (gateway.IsFine)
        {
            List<string> due = await DuePaymentsAsync(method, cancellationToken);
            int before = asked;
            await Parallel.ForEachAsync(
                due,
                new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce, CancellationToken = cancellationToken },
                async (paymentId, token) =>
                {
                    if (gateway.IsFine && await CheckAsync(paymentId, token))
                    {
                        Interlocked.Increment(ref asked);
                    }
                });

            // Nothing left, or only what another process has leased.
            if (due.Count < MostAtATime || asked == before)
            {
                break;
            }

            await BringForwardAsync(method, cancellationToken);
        }

        return asked + await AskAboutRefundsAsync(method, dueOrNot: false, cancellationToken);
    }

    private async Task<int> AskAboutRefundsAsync(PaymentMethod method, bool dueOrNot, CancellationToken cancellationToken)
    {
        int asked = 0;
        foreach (string refundId in await DueRefundsAsync(method, dueOrNot, cancellationToken))
        {
            if (dueOrNot || health.Of(method).IsFine)
            {
                asked += await CheckRefundAsync(refundId, dueOrNot, cancellationToken) ? 1 : 0;
            }
        }

        return asked;
    }

    private async Task<List<string>> DueRefundsAsync(PaymentMethod method, bool dueOrNot, CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        CheckoutDb db = scope.ServiceProvider.GetRequiredService<CheckoutDb>();
        DateTimeOffset now = time.GetUtcNow();
        return await db.Refunds
            .Where(refund => refund.NextCheckAt != null && (dueOrNot || refund.NextCheckAt <= now) && refund.Method == method
                && (refund.LeasedUntil == null || refund.LeasedUntil <= now))
            .OrderBy(refund => refund.NextCheckAt)
            .Select(refund => refund.Id)
            .Take(dueOrNot ? 1 : MostAtATime)
            .ToListAsync(cancellationToken);
    }

    private async Task<bool> CheckRefundAsync(string refundId, bool dueOrNot, CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        try
        {
            return await scope.ServiceProvider.GetRequiredService<RefundSettlement>()
                .CheckAloneAsync(refundId, Actor.Worker, dueOrNot, cancellationToken) is not null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.CheckFailed(logger, failure, refundId);
            return false;
        }
    }

    // Answers that nobody may ask for again, and sign-ins that are over. So many a pass and no more: after a busy day, or a
    // night without a worker, the shoppers' writes do not wait behind a long one.
    private async Task ForgetOldAsync(CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        CheckoutDb db = scope.ServiceProvider.GetRequiredService<CheckoutDb>();
        DateTimeOffset now = time.GetUtcNow();
        await ForgetAsync(db, db.IdempotentRequests.Where(request => request.ExpiresAt <= now).OrderBy(request => request.ExpiresAt), cancellationToken);
        await ForgetAsync(db, db.AdminSessions.Where(session => session.ExpiresAt <= now).OrderBy(session => session.ExpiresAt), cancellationToken);
    }

    private static async Task ForgetAsync<T>(CheckoutDb db, IQueryable<T> old, CancellationToken cancellationToken)
    {
        if (await old.AnyAsync(cancellationToken))
        {
            await db.WriteAsync(() => old.Take(MostForgottenAPass).ExecuteDeleteAsync(cancellationToken), cancellationToken);
        }
    }

    // What waits for an hour only because Khalti did not answer is due as soon as Khalti does again. And an order that
    // should expire has its open payment asked about once more first.
    private async Task BringForwardAsync(PaymentMethod method, CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        CheckoutDb db = scope.ServiceProvider.GetRequiredService<CheckoutDb>();
        DateTimeOffset now = time.GetUtcNow();
        IQueryable<Payment> waiting = db.Payments.Where(payment =>
            payment.Method == method && (payment.Token != null || payment.Pidx != null)
            && payment.NextCheckAt > now && payment.LeasedUntil == null);
        IQueryable<Payment> expiring = waiting.Where(payment =>
            (payment.Status == PaymentStatus.Verifying || payment.Status == PaymentStatus.Initiated)
            && db.Orders.Any(order => order.Id == payment.OrderId && order.ExpiresAt <= now
                && (payment.LastAskedAt == null || payment.LastAskedAt < order.ExpiresAt)));
        if (await expiring.AnyAsync(cancellationToken))
        {
            await db.WriteAsync(
                () => expiring.ExecuteUpdateAsync(set => set.SetProperty(payment => payment.NextCheckAt, now), cancellationToken),
                cancellationToken);
        }

        if (health.Of(method).TakeRecovery())
        {
            await db.WriteAsync(
                () => waiting.Where(payment => payment.LastAskUnanswered)
                    .ExecuteUpdateAsync(set => set.SetProperty(payment => payment.NextCheckAt, now), cancellationToken),
                cancellationToken);
            IQueryable<Refund> refunds = db.Refunds.Where(refund => refund.Method == method && refund.LastAskUnanswered && refund.NextCheckAt > now && refund.LeasedUntil == null);
            await db.WriteAsync(
                () => refunds.ExecuteUpdateAsync(set => set.SetProperty(refund => refund.NextCheckAt, now), cancellationToken),
                cancellationToken);
        }
    }

    // A Khalti in trouble is asked about one payment, due or not; when it answers, the others follow.
    private async Task<int> ProbeAsync(PaymentMethod method, CancellationToken cancellationToken)
    {
        if (!health.Of(method).TakeProbe(time.GetUtcNow()))
        {
            return 0;
        }

        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        CheckoutDb db = scope.ServiceProvider.GetRequiredService<CheckoutDb>();
        DateTimeOffset now = time.GetUtcNow();
        string? paymentId = await db.Payments
            .Where(payment => payment.Method == method && payment.NextCheckAt != null && (payment.Token != null || payment.Pidx != null)
                && (payment.LeasedUntil == null || payment.LeasedUntil <= now))
            .OrderBy(payment => payment.LastAskedAt)
            .Select(payment => payment.Id)
            .FirstOrDefaultAsync(cancellationToken);
        return paymentId is null ? await AskAboutRefundsAsync(method, dueOrNot: true, cancellationToken)
            : await CheckAsync(paymentId, cancellationToken, Asking.WhenOwed) ? 1 : 0;
    }

    private async Task<List<string>> DuePaymentsAsync(PaymentMethod method, CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        CheckoutDb db = scope.ServiceProvider.GetRequiredService<CheckoutDb>();
        DateTimeOffset now = time.GetUtcNow();
        return await db.Payments
            .Where(payment => payment.Method == method && payment.NextCheckAt <= now && (payment.Token != null || payment.Pidx != null) && (payment.LeasedUntil == null || payment.LeasedUntil <= now))
            .OrderBy(payment => payment.NextCheckAt)
            .Select(payment => payment.Id)
            .Take(MostAtATime)
            .ToListAsync(cancellationToken);
    }

    // One payment's trouble must not keep the others waiting.
    private async Task<bool> CheckAsync(string paymentId, CancellationToken cancellationToken, Asking asking = Asking.WhenDue)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        Settlement settlement = scope.ServiceProvider.GetRequiredService<Settlement>();
        try
        {
            return await settlement.CheckAloneAsync(paymentId, Actor.Worker, asking, cancellationToken) is not null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.CheckFailed(logger, failure, paymentId);
            return false;
        }
    }

    private async Task<int> ExpireOrdersAsync(CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        CheckoutDb db = scope.ServiceProvider.GetRequiredService<CheckoutDb>();
        DateTimeOffset now = time.GetUtcNow();
        List<string> due = await db.Orders
            .Where(order => order.Status == OrderStatus.Pending && order.ExpiresAt <= now
                && !order.Payments.Any(payment => payment.Status == PaymentStatus.Verifying || payment.Status == PaymentStatus.NeedsReview
                    || (payment.Status == PaymentStatus.Initiated && payment.Pidx == null)
                    || (payment.Pidx != null && payment.Status == PaymentStatus.Initiated
                        && (payment.LastAnsweredAt == null || payment.LastAnsweredAt < order.ExpiresAt))))
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
        [LoggerMessage(Level = LogLevel.Error, Message = "Checking {Id} failed; it is asked about again when its lease is over")]
        internal static partial void CheckFailed(ILogger logger, Exception failure, string id);
    }
}
