using Khalti.Client;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Refunds;

/// <summary>
/// The one door through which money goes back. A refund is sent once, when its row is saved; after that Khalti's books are
/// read, outside any transaction, until they tell what became of it. The merchant's request, the worker and the day's close
/// come through here alike.
/// </summary>
internal sealed partial class RefundProcessor(
    OrderStore orders, RefundGateway gateway, KhaltiHealth health, IOptions<KhaltiOptions> khalti, TimeProvider time,
    Random random, ILogger<RefundProcessor> logger)
{
    /// <summary>Sends a refund that was just saved, and no other.</summary>
    /// <returns>The refund as it is then, and Khalti's refusal where that is what came of it.</returns>
    internal async Task<(Refund Refund, Refusal? Refusal)> SendAsync(Refund refund, Payment payment, string? mobile)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (now >= refund.LeasedUntil)
        {
            // This process stood still for so long that another may have judged the refund: then it must not go out any more.
            return (await SaveAsync(refund.Id, (order, current, asked) =>
                order.FailRefund(
                    asked, current, RefundFailures.NotMade, RuleId.RefundNotSent, "it was not sent in time", Actor.Worker, now)), null);
        }

        Reply<RefundConfirmation> reply = await gateway.RefundAsync(payment, refund, mobile);
        now = time.GetUtcNow();
        Refund saved;
        switch (reply)
        {
            case Reply<RefundConfirmation>.Answered:
                saved = await SaveAsync(refund.Id, (order, current, asked) =>
                    order.CompleteRefund(
                        asked, current, RuleId.RefundConfirmed, "Khalti said that it is done", khaltiState: null, Actor.Khalti, now));

                // Khalti's word names neither amount nor state. Its books do, if not at once: what they lack is no alarm yet.
                await CompareAsync(payment.Id, Actor.Khalti, alarm: false);
                return (saved, null);
            case Reply<RefundConfirmation>.Refused(var refusal):
                saved = await SaveAsync(refund.Id, (order, current, asked) =>
                    order.FailRefund(
                        asked, current, Failures.RefusedByKhalti, RuleId.RefundRefused, $"Khalti refused: {refusal}", Actor.Khalti, now));

                // Refused may mean that the money has gone back another way.
                await CompareAsync(payment.Id, Actor.Khalti, alarm: false);
                return (saved, refusal);
            case Reply<RefundConfirmation>.Unknown lost:
                Finding finding = GatewayFindings.Lost(lost);
                health.Record(payment.Method, finding, now);
                saved = await SaveAsync(refund.Id, (order, current, _) =>
                {
                    if (current.Status == RefundStatus.Requested)
                    {
                        order.MarkRefundUnknown(
                            current, finding.RuleId, finding.Rule, Actor.Khalti, now,
                            CheckSchedule.Next(0, finding.RetryAfter, now, random.NextDouble()));
                    }
                });
                return (saved, null);
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
    internal async Task<LedgerSnapshot?> CheckWithLeaseAsync(
        string refundId, Actor by, CheckTrigger trigger, CancellationToken cancellationToken, string? keyName = null)
    {
        if (await orders.LeaseRefundAsync(refundId, trigger, time.GetUtcNow(), khalti.Value.Lease, cancellationToken) is not { } payment)
        {
            return null;
        }

        LedgerSnapshot books = await ReadAsync(payment);
        DateTimeOffset now = time.GetUtcNow();
        await SaveAsync(refundId, (order, refund, current) => Apply(order, refund, current, books, by, now, keyName));
        return books;
    }

    /// <summary>Compares a paid payment with Khalti's books and records what went back without our doing. While a refund of it
    /// is open, its own check does that.</summary>
    internal async Task<LedgerSnapshot> CompareAsync(string paymentId, Actor by, string? keyName = null, bool alarm = true)
    {
        Payment payment = (await orders.FindPaymentAsync(paymentId, CancellationToken.None))!;
        LedgerSnapshot books = await ReadAsync(payment);
        DateTimeOffset now = time.GetUtcNow();
        await orders.UpdateAsync(
            OrderQuery.OfPayment(paymentId),
            found =>
            {
                Payment current = found.Order!.PaymentOf(paymentId);
                if (current.Version == payment.Version)
                {
                    found.Order.Apply(RefundPolicy.Compare(current, books), current, books, by, now, keyName, alarm);
                }

                return true;
            },
            CancellationToken.None);
        return books;
    }

    /// <summary>A person has looked into Khalti's dashboard and says what became of a refund. Khalti's own books are read first:
    /// what they contradict is not believed, and that it was not made, not before Khalti has had time to make it.</summary>
    internal async Task<ManualSettlementResult> SettleAsync(Refund asked, bool completed, string note, string? keyName)
    {
        LedgerSnapshot books = await ReadAsync((await orders.FindPaymentAsync(asked.PaymentId, CancellationToken.None))!);
        DateTimeOffset now = time.GetUtcNow();
        ManualSettlementResult word = default;
        await SaveAsync(asked.Id, (order, refund, payment) =>
        {
            word = RefundPolicy.DecideManually(refund, payment, books, completed, now);
            if (word == ManualSettlementResult.Taken)
            {
                string rule = $"a person looked at Khalti: {note}";
                RefundTransition transition = completed
                    ? new RefundTransition.Complete(RuleId.RecordedByStaff, rule, KhaltiState: null)
                    : new RefundTransition.Fail(RefundFailures.NotMade, RuleId.RecordedByStaff, rule);
                order.Apply(transition, refund, payment, Actor.Merchant, now, keyName);
            }
        }, otherwise: () => word = ManualSettlementResult.TooLate);
        return word;
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

    // Saved even when the merchant has hung up or the host is stopping. A refund that was settled meanwhile stays as it is.
    private async Task<Refund> SaveAsync(string refundId, Action<Order, Refund, Payment> change, Action? otherwise = null)
    {
        Refund saved = await orders.UpdateAsync(
            OrderQuery.OfRefund(refundId),
            found =>
            {
                Refund refund = found.Order!.Refunds.Single(refund => refund.Id == refundId);
                if (refund.Status.IsOpen())
                {
                    change(found.Order, refund, found.Order.PaymentOf(refund.PaymentId));
                }
                else
                {
                    otherwise?.Invoke();
                }

                return refund;
            },
            CancellationToken.None);
        Log.Saved(logger, refundId, saved.Status);
        return saved;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Refund {RefundId}: now {Status}")]
        internal static partial void Saved(ILogger logger, string refundId, RefundStatus status);
    }
}
