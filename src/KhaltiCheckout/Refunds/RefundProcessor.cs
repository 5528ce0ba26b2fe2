using Khalti.Client;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Refunds;

/// <summary>
/// The one door through which money goes back. A refund is sent once, when its row is saved; after that Khalti's books are
/// read, outside any transaction, until they tell what became of it. The merchant's request, the worker and the day's close
/// come through here alike.
/// </summary>
internal sealed partial class RefundProcessor(
    CheckoutDb db, RefundGateway gateway, ReceiptBook receipts, KhaltiHealth health, IOptions<KhaltiOptions> khalti, TimeProvider time,
    Random random, ILogger<RefundProcessor> logger)
{
    /// <summary>Sends a refund that was just saved, and no other. Gives back Khalti's refusal, if that is what came of it.</summary>
    internal async Task<Refusal?> SendAsync(Refund refund, Payment payment, string? mobile)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (now >= refund.LeasedUntil)
        {
            // This process stood still for so long that another may have judged the refund: then it must not go out any more.
            await SaveAsync(refund.Id, (order, current, asked) =>
                order.FailRefund(asked, current, RefundFailures.NotMade, "it was not sent in time", Actor.Worker, now));
            return null;
        }

        Reply<RefundConfirmation> reply = await gateway.RefundAsync(payment, refund, mobile);
        now = time.GetUtcNow();
        switch (reply)
        {
            case Reply<RefundConfirmation>.Answered:
                await SaveAsync(refund.Id, (order, current, asked) =>
                    order.CompleteRefund(asked, current, "Khalti said that it is done", khaltiState: null, Actor.Khalti, now));

                // Khalti's word names neither amount nor state. Its books do, if not at once: what they lack is no alarm yet.
                await CompareAsync(payment.Id, Actor.Khalti, alarm: false);
                return null;
            case Reply<RefundConfirmation>.Refused(var refusal):
                await SaveAsync(refund.Id, (order, current, asked) =>
                    order.FailRefund(asked, current, Failures.RefusedByKhalti, $"Khalti refused: {refusal}", Actor.Khalti, now));

                // Refused may mean that the money has gone back another way.
                await CompareAsync(payment.Id, Actor.Khalti, alarm: false);
                return refusal;
            case Reply<RefundConfirmation>.Unknown lost:
                Finding finding = GatewayFindings.Lost(lost);
                health.Record(payment.Method, finding, now);
                await SaveAsync(refund.Id, (order, current, _) =>
                {
                    if (current.Status == RefundStatus.Requested)
                    {
                        order.MarkRefundUnknown(current, finding.Rule, Actor.Khalti, now, CheckSchedule.Next(0, finding.RetryAfter, now, random.NextDouble()));
                    }
                });
                return null;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>What Khalti's books say of the payment now.</summary>
    internal async Task<LedgerSnapshot> ReadAsync(Payment payment)
    {
        LedgerSnapshot books = await gateway.ReadAsync(payment);
        health.Record(payment.Method, books.ToFinding(), time.GetUtcNow());
        return books;
    }

    /// <summary>Finds out what became of a refund whose answer was lost. One process at a time: the lease in the row goes to
    /// whoever comes first. Null for the others, and for a refund that is settled.</summary>
    /// <param name="dueOrNot">Also when no check is owed yet.</param>
    internal async Task<LedgerSnapshot?> CheckWithLeaseAsync(
        string refundId, Actor by, bool dueOrNot, CancellationToken cancellationToken, string? keyName = null)
    {
        if (!await LeaseAsync(refundId, dueOrNot, cancellationToken))
        {
            return null;
        }

        LedgerSnapshot books = await ReadAsync(await PaymentOfAsync(refundId));
        DateTimeOffset now = time.GetUtcNow();
        await SaveAsync(refundId, (order, refund, current) => Apply(order, refund, current, books, by, now, keyName));
        return books;
    }

    /// <summary>Compares a paid payment with Khalti's books and records what went back without our doing. While a refund of it
    /// is open, its own check does that.</summary>
    internal async Task<LedgerSnapshot> CompareAsync(string paymentId, Actor by, string? keyName = null, bool alarm = true)
    {
        Payment payment = await db.Payments.AsNoTracking().SingleAsync(payment => payment.Id == paymentId);
        LedgerSnapshot books = await ReadAsync(payment);
        DateTimeOffset now = time.GetUtcNow();
        await db.WriteAsync(
            async () =>
            {
                (Order order, Payment current) = await FindAsync(paymentId);
                if (current.Version == payment.Version)
                {
                    order.Apply(RefundPolicy.Compare(current, books), current, books, by, now, keyName, alarm);
                    await receipts.NumberCreditNotesAsync(db, order, now);
                }

                return true;
            },
            CancellationToken.None);
        return books;
    }

    /// <summary>A person has looked into Khalti's dashboard and says what became of a refund. Khalti's own books are read first:
    /// what they contradict is not believed, and that it was not made, not before Khalti has had time to make it.</summary>
    internal async Task<ManualSettlementResult> SettleAsync(string refundId, bool completed, string note, string? keyName)
    {
        LedgerSnapshot books = await ReadAsync(await PaymentOfAsync(refundId));
        DateTimeOffset now = time.GetUtcNow();
        ManualSettlementResult word = default;
        bool wasOpen = await SaveAsync(refundId, (order, refund, payment) =>
        {
            word = RefundPolicy.DecideManually(refund, payment, books, completed, now);
            if (word == ManualSettlementResult.Taken)
            {
                string rule = $"a person looked at Khalti: {note}";
                RefundTransition transition = completed
                    ? new RefundTransition.Complete(rule, KhaltiState: null)
                    : new RefundTransition.Fail(RefundFailures.NotMade, rule);
                order.Apply(transition, refund, payment, Actor.Merchant, now, keyName);
            }
        });

        // What a round that lost had made of it counts for nothing: in the one that won, somebody else had settled it.
        return wasOpen ? word : ManualSettlementResult.TooLate;
    }

    private void Apply(
        Order order, Refund refund, Payment payment, LedgerSnapshot ledger, Actor by, DateTimeOffset now, string? keyName)
    {
        order.Apply(RefundPolicy.Decide(refund, payment, ledger, by, now, random.NextDouble()), refund, payment, by, now, keyName);
        if (!refund.Status.IsOpen())
        {
            order.Apply(RefundPolicy.Compare(payment, ledger), payment, ledger, by, now, keyName);
        }
    }

    private Task<bool> LeaseAsync(string refundId, bool dueOrNot, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset until = now + khalti.Value.Lease;
        DateTimeOffset latest = now + CheckSchedule.MaxLease + ClockSkew.Tolerance;
        return db.WriteAsync(
            async () => await db.Refunds
                .Where(refund => refund.Id == refundId && (refund.Status == RefundStatus.Requested || refund.Status == RefundStatus.Unknown)
                    && (dueOrNot || refund.NextCheckAt <= now) && (refund.LeasedUntil == null || refund.LeasedUntil <= now || refund.LeasedUntil > latest))
                .ExecuteUpdateAsync(
                    set => set.SetProperty(refund => refund.LeasedUntil, until).SetProperty(refund => refund.Version, refund => refund.Version + 1),
                    cancellationToken) == 1,
            cancellationToken);
    }

    // Saved even when the merchant has hung up or the host is stopping. A refund that somebody else has settled meanwhile
    // stays as it is.
    private async Task<bool> SaveAsync(string refundId, Action<Order, Refund, Payment> change)
    {
        (RefundStatus Status, bool Changed) outcome = await db.WriteAsync(
            async () =>
            {
                string orderId = await db.Refunds.Where(refund => refund.Id == refundId).Select(refund => refund.OrderId).SingleAsync();
                Order order = await db.Orders.Include(order => order.Payments).Include(order => order.Refunds)
                    .SingleAsync(order => order.Id == orderId);
                Refund refund = order.Refunds.Single(refund => refund.Id == refundId);
                bool isOpen = refund.Status.IsOpen();
                if (isOpen)
                {
                    change(order, refund, order.Payments.Single(payment => payment.Id == refund.PaymentId));
                    await receipts.NumberCreditNotesAsync(db, order, time.GetUtcNow());
                }

                return (refund.Status, isOpen);
            },
            CancellationToken.None);
        Log.Saved(logger, refundId, outcome.Status);
        return outcome.Changed;
    }

    private async Task<Payment> PaymentOfAsync(string refundId)
    {
        string paymentId = await db.Refunds.Where(refund => refund.Id == refundId).Select(refund => refund.PaymentId).SingleAsync();
        return await db.Payments.AsNoTracking().SingleAsync(payment => payment.Id == paymentId);
    }

    private async Task<(Order Order, Payment Payment)> FindAsync(string paymentId)
    {
        string orderId = await db.Payments.Where(payment => payment.Id == paymentId).Select(payment => payment.OrderId).SingleAsync();
        Order order = await db.Orders.Include(order => order.Payments).SingleAsync(order => order.Id == orderId);
        return (order, order.Payments.Single(payment => payment.Id == paymentId));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Refund {RefundId}: now {Status}")]
        internal static partial void Saved(ILogger logger, string refundId, RefundStatus status);
    }
}
