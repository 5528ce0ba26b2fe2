using KhaltiCheckout.Model;
using KhaltiCheckout.TransactionMatching;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>
/// The invariants at the end of a scenario: without faults and after enough time nothing is pending, and shop and Khalti agree
/// about every amount.
/// </summary>
internal static class FinalInvariants
{
    // The schedule has 29 checks; with six checks of each ended link and the expiry, no scenario needs more rounds.
    private const int MaxAttempts = 120;

    // So long back Khalti's list is read.
    private static readonly TimeSpan MatchedFor = TimeSpan.FromDays(3);

    internal static async Task CheckAsync(ModelContext context)
    {
        await context.MendAsync();
        await context.ReleaseAsync();
        await context.CheckInvariantsAsync();

        // Complete the payments that are pending at a bank.
        foreach (Transaction pending in context.Snapshot.Khalti.Where(transaction => transaction is { IsLink: true, State: "Pending" }))
        {
            await context.Shop.Sandbox.OutcomeAsync(pending.Handle, "completed");
        }

        await context.Shop.Sandbox.SwitchAsync(new { listLagSeconds = 0 });
        await context.RestartAsync();
        DateTimeOffset begun = context.Snapshot.At;
        await context.Shop.MatchForAsync(TimeSpan.FromMinutes(2));
        await context.CheckInvariantsAsync();
        for (int round = 0; Next(context.Snapshot) is { } next; round++)
        {
            round.ShouldBeLessThan(MaxAttempts, "the worker never runs out of work");
            // Links are checked every minute; fewer checks give the same result.
            TimeSpan wait = next - context.Snapshot.At;
            bool onlyLinks =
                !context.Snapshot.Payments.Any(payment => payment.NextCheckAt is not null && ExpectedVerifyAnswer.IsOpen(payment))
                && !context.Snapshot.Refunds.Any(refund => refund.Status.IsOpen())
                && !context.Snapshot.Unmatched.Any(IsUndecided);
            TimeSpan minWait = onlyLinks ? TimeSpan.FromMinutes(7) : TimeSpan.FromSeconds(1);
            await context.Shop.PassAfterAsync(wait > minWait ? wait + TimeSpan.FromSeconds(1) : minWait);
            await context.Shop.MatchAsync();
            await context.CheckInvariantsAsync();
        }

        foreach (Order order in context.Snapshot.Orders)
        {
            order.Payments.ShouldAllBe(
                payment => payment.Status != PaymentStatus.Verifying || WaitsForPerson(payment, context.Snapshot));
            CheckOrder(order, context.Snapshot);
        }

        foreach (Transaction transaction in context.Snapshot.Khalti)
        {
            // One that is older when the list is read is found by the night's comparison.
            bool isOld = context.LostTokens.TryGetValue(transaction.Idx, out DateTimeOffset taken) && begun - taken > MatchedFor;
            if (!isOld)
            {
                CheckAmounts(transaction, context.Snapshot);
            }

            CheckRefunds(transaction, context);
        }
    }

    // When the worker has to act next; null when nothing is due.
    private static DateTimeOffset? Next(Snapshot snapshot)
    {
        IEnumerable<DateTimeOffset> checks = snapshot.Payments
            .Where(payment => payment.NextCheckAt is not null && !WaitsForPerson(payment, snapshot))
            .Select(payment => payment.LeasedUntil > payment.NextCheckAt ? payment.LeasedUntil.Value : payment.NextCheckAt!.Value);
        IEnumerable<DateTimeOffset> expiries = snapshot.Orders
            .Where(order => order.Status == OrderStatus.Pending && !order.Payments.Any(ExpectedVerifyAnswer.IsOpen))
            .Select(order => order.ExpiresAt);

        // A stuck refund is checked forever, as no data of Khalti tells its outcome; so it is left out.
        IEnumerable<DateTimeOffset> refunds = snapshot.Refunds
            .Where(refund => refund.NextCheckAt is not null && !IsStuck(refund, snapshot))
            .Select(refund => refund.LeasedUntil > refund.NextCheckAt ? refund.LeasedUntil.Value : refund.NextCheckAt!.Value);
        IEnumerable<DateTimeOffset> matches = snapshot.Unmatched
            .Where(IsUndecided)
            .Select(transaction => transaction.LeasedUntil > transaction.NextCheckAt
                ? transaction.LeasedUntil.Value : transaction.NextCheckAt!.Value);
        return checks.Concat(expiries).Concat(refunds).Concat(matches).Select(at => (DateTimeOffset?)at).Min();
    }

    // One that was reported is looked at again, in case its order's other payment ends.
    private static bool IsUndecided(UnmatchedTransaction transaction) =>
        transaction is { Status: UnmatchedStatus.Waiting, NextCheckAt: not null };

    private static void CheckOrder(Order order, Snapshot snapshot)
    {
        string name = $"order {order.Id}";
        Payment[] completed = [.. order.Payments.Where(payment => payment.CompletedAt is not null)];
        bool late = order.Timeline.Any(line => line.What is "order_expired" or "order_cancelled");
        switch (order.Status)
        {
            case OrderStatus.Paid or OrderStatus.PartiallyRefunded or OrderStatus.Refunded:
                completed.ShouldNotBeEmpty(name);
                HasAttentionEntry(order, "paid_late").ShouldBe(late, $"{name}: told to be paid late");
                HasAttentionEntry(order, "double_payment").ShouldBe(completed.Length > 1, $"{name}: told to be paid twice");
                break;
            case OrderStatus.Pending:
                order.Payments.ShouldContain(
                    payment => payment.Status == PaymentStatus.NeedsReview || WaitsForPerson(payment, snapshot),
                    $"{name} waits for nothing");
                break;
            default:
                completed.ShouldBeEmpty(name);
                order.Attention.ShouldBeOneOf(
                    null, AttentionReason.UnknownState, AttentionReason.RefundedAtKhalti, AttentionReason.Stuck,
                    AttentionReason.UnmatchedTransaction);
                break;
        }

        if (order.Payments.Any(payment => payment.Status == PaymentStatus.NeedsReview))
        {
            order.Attention.ShouldNotBeNull($"{name} has a payment for a person to look at, and nobody is told");
        }

        foreach (Payment ended in order.Payments.Where(payment =>
            payment.Status is PaymentStatus.Cancelled or PaymentStatus.Expired or PaymentStatus.Failed))
        {
            (ended.LastAskUnanswered && !HasAttentionEntry(order, "stuck"))
                .ShouldBeFalse($"{name} has a payment whose last look was not answered, and nobody is told");
        }

        foreach (Payment payment in completed.Where(payment => payment.TransactionId is not null))
        {
            payment.TransactionId.ShouldBe(snapshot.TransactionOf(payment)!.Idx);
        }
    }

    private static void CheckAmounts(Transaction transaction, Snapshot snapshot)
    {
        string name = $"{transaction.Flow} {transaction.Handle}, {transaction.State}";
        Payment? payment = snapshot.PaymentOf(transaction);
        if (!transaction.HasMovedMoney)
        {
            payment?.Status.ShouldNotBeOneOf(PaymentStatus.Completed, PaymentStatus.PartiallyRefunded, PaymentStatus.Refunded);
            return;
        }

        if (payment is null && snapshot.Orders.Any(one => one.Reasons.Any(reason => reason.TransactionId == transaction.Idx)))
        {
            return; // a person decides
        }

        payment.ShouldNotBeNull($"{name}: money that the shop knows nothing of");
        Order order = snapshot.Order(payment.OrderId);
        transaction.Amount.ShouldBe((long)order.Amount, name);
        if (transaction.ProductIdentity != order.Id)
        {
            (payment.Status == PaymentStatus.NeedsReview || WasRefundedBeforeCompletion(payment))
                .ShouldBeTrue($"{name}: paid for something else");
            (HasAttentionEntry(order, "unknown_state") || HasAttentionEntry(order, "refunded_at_khalti")).ShouldBeTrue(name);
        }
        else if (payment.Status == PaymentStatus.NeedsReview && IsAmbiguous(transaction, snapshot))
        {
            // Both answers were lost and Khalti does not name the token: only a manual review can tell them apart.
            HasAttentionEntry(order, "unknown_state").ShouldBeTrue(name);
        }
        else if (transaction.State == "Completed")
        {
            payment.Status.ShouldBe(PaymentStatus.Completed, name);

            // A completed payment pays its order, unless it is a second payment after a refund of the first.
            (order.Status == OrderStatus.Paid || order.Payments.Count(one => one.CompletedAt is not null) > 1).ShouldBeTrue(name);
        }
        else
        {
            // Refunded before the shop knew of the payment: review. Refunded later: completed until the next check.
            payment.Status.ShouldBeOneOf(
                [PaymentStatus.Completed, PaymentStatus.PartiallyRefunded, PaymentStatus.Refunded, PaymentStatus.NeedsReview], name);
            (payment.Status != PaymentStatus.NeedsReview || HasAttentionEntry(order, "refunded_at_khalti")
                || HasAttentionEntry(order, "unknown_state")).ShouldBeTrue(name);
        }
    }

    // Refunded amounts agree, except for refunds in the dashboard since the last check.
    private static void CheckRefunds(Transaction transaction, ModelContext context)
    {
        string name = $"{transaction.Flow} {transaction.Handle}, {transaction.State}";
        Payment? payment = context.Snapshot.PaymentOf(transaction);
        Refund[] refunds = [.. context.Snapshot.Refunds.Where(refund => refund.PaymentId == payment?.Id)];
        refunds.Where(refund => refund.Status.IsOpen()).ShouldAllBe(refund => IsStuck(refund, context.Snapshot));
        if (payment?.CompletedAt is null || refunds.Any(refund => refund.Status.IsOpen()))
        {
            return;
        }

        long unseen = transaction.RefundedAmount - (long)payment.AmountRefunded;
        if (unseen == 0)
        {
            payment.Status.ShouldBe(
                transaction.RefundedAmount == 0 ? PaymentStatus.Completed
                : transaction.RefundedAmount == transaction.Amount ? PaymentStatus.Refunded
                : PaymentStatus.PartiallyRefunded, name);
            return;
        }

        unseen.ShouldBeInRange(1, context.Dashboard.GetValueOrDefault(transaction.Idx), $"{name}: refunded, and the shop does not know");
    }

    private static bool IsStuck(Refund refund, Snapshot snapshot) => snapshot.Order(refund.OrderId).Timeline
        .Any(line => line.What == "refund_still_unknown" && line.Note!.Contains(refund.Id, StringComparison.Ordinal))
        && HasAttentionEntry(snapshot.Order(refund.OrderId), "stuck");

    // A confirmed token is not verified while Khalti has other money of the order that a person has to look at. It is asked about once
    // a day, and the person is told of it as well.
    private static bool WaitsForPerson(Payment payment, Snapshot snapshot)
    {
        Order order = snapshot.Order(payment.OrderId);
        return payment.Status == PaymentStatus.Verifying && order.HasUnmatchedMoney
            && snapshot.TransactionOf(payment) is { State: "Confirmed" }
            && order.Timeline.Any(line => line.What == "payment_still_unknown" && line.PaymentId == payment.Id)
            && HasAttentionEntry(order, "stuck");
    }

    private static bool WasRefundedBeforeCompletion(Payment payment) =>
        payment is { CompletedAt: null, Status: PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded };

    // Two payments for the same order, one of them used for another order or never told of: of a completed token, Khalti's status does not
    // name the transaction. A link names its own, and what was refunded is held for that.
    private static bool IsAmbiguous(Transaction transaction, Snapshot snapshot) =>
        transaction is { IsLink: false, State: "Completed" } && snapshot.Khalti.Any(other =>
        other.HasMovedMoney && other.Handle != transaction.Handle && other.ProductIdentity == transaction.ProductIdentity
        && snapshot.PaymentWith(other.Handle)?.TransactionId is null);

    private static bool HasAttentionEntry(Order order, string attention) =>
        order.Timeline.Any(line => line.What == "attention" && line.Note == attention);
}
