using KhaltiCheckout.Model;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>
/// However a story went: once Khalti is well and the shop has had its time, nothing is open, and shop and Khalti agree about
/// every paisa.
/// </summary>
internal static class Ending
{
    // The schedule has 29 checks; with six looks at each link that ended and the expiry no honest story needs more rounds.
    private const int MaxAttempts = 120;

    internal static async Task ComesAsync(World world)
    {
        await world.MendAsync();
        await world.ReleaseAsync();
        await world.LookAsync();

        // What is under way at a bank ends one day.
        foreach (Transaction pending in world.Facts.Khalti.Where(transaction => transaction is { IsLink: true, State: "Pending" }))
        {
            await world.Shop.Sandbox.OutcomeAsync(pending.Handle, "completed");
        }

        await world.RestartAsync();
        for (int round = 0; Next(world.Facts) is { } next; round++)
        {
            round.ShouldBeLessThan(MaxAttempts, "it never comes to rest");
            // Links are looked at every minute; a worker that comes later than that sees the same.
            TimeSpan wait = next - world.Facts.At;
            bool onlyLinks = !world.Facts.Payments.Any(payment => payment.NextCheckAt is not null && Expected.IsOpen(payment))
                && !world.Facts.Refunds.Any(refund => refund.Status.IsOpen());
            TimeSpan least = onlyLinks ? TimeSpan.FromMinutes(7) : TimeSpan.FromSeconds(1);
            await world.Shop.PassAfterAsync(wait > least ? wait + TimeSpan.FromSeconds(1) : least);
            await world.LookAsync();
        }

        foreach (Order order in world.Facts.Orders)
        {
            order.Payments.ShouldAllBe(payment => payment.Status != PaymentStatus.Verifying);
            Order(order, world.Facts);
        }

        foreach (Transaction transaction in world.Facts.Khalti)
        {
            Money(transaction, world.Facts);
            GivenBack(transaction, world);
        }
    }

    // When the worker owes something next; null when it owes nothing.
    private static DateTimeOffset? Next(Facts facts)
    {
        IEnumerable<DateTimeOffset> checks = facts.Payments
            .Where(payment => payment.NextCheckAt is not null)
            .Select(payment => payment.LeasedUntil > payment.NextCheckAt ? payment.LeasedUntil.Value : payment.NextCheckAt!.Value);
        IEnumerable<DateTimeOffset> expiries = facts.Orders
            .Where(order => order.Status == OrderStatus.Pending && !order.Payments.Any(Expected.IsOpen))
            .Select(order => order.ExpiresAt);

        // Of one that a person was called for, no book of Khalti's says what became of it: it is asked about for ever.
        IEnumerable<DateTimeOffset> refunds = facts.Refunds
            .Where(refund => refund.NextCheckAt is not null && !IsStuck(refund, facts))
            .Select(refund => refund.LeasedUntil > refund.NextCheckAt ? refund.LeasedUntil.Value : refund.NextCheckAt!.Value);
        return checks.Concat(expiries).Concat(refunds).Select(at => (DateTimeOffset?)at).Min();
    }

    private static void Order(Order order, Facts facts)
    {
        string name = $"order {order.Id}";
        Payment[] completed = [.. order.Payments.Where(payment => payment.CompletedAt is not null)];
        bool late = order.Timeline.Any(line => line.What is "order_expired" or "order_cancelled");
        switch (order.Status)
        {
            case OrderStatus.Paid or OrderStatus.PartiallyRefunded or OrderStatus.Refunded:
                completed.ShouldNotBeEmpty(name);
                IsTold(order, "paid_late").ShouldBe(late, $"{name}: told to be paid late");
                IsTold(order, "double_payment").ShouldBe(completed.Length > 1, $"{name}: told to be paid twice");
                break;
            case OrderStatus.Pending:
                order.Payments.ShouldContain(payment => payment.Status == PaymentStatus.NeedsReview, $"{name} waits for nothing");
                break;
            default:
                completed.ShouldBeEmpty(name);
                order.Attention.ShouldBeOneOf(null, AttentionReason.UnknownState, AttentionReason.RefundedAtKhalti, AttentionReason.Stuck);
                break;
        }

        if (order.Payments.Any(payment => payment.Status == PaymentStatus.NeedsReview))
        {
            order.Attention.ShouldNotBeNull($"{name} has a payment for a person to look at, and nobody is told");
        }

        foreach (Payment ended in order.Payments.Where(payment =>
            payment.Status is PaymentStatus.Cancelled or PaymentStatus.Expired or PaymentStatus.Failed))
        {
            (ended.LastAskUnanswered && !IsTold(order, "stuck"))
                .ShouldBeFalse($"{name} has a payment whose last look was not answered, and nobody is told");
        }

        foreach (Payment payment in completed.Where(payment => payment.TransactionId is not null))
        {
            payment.TransactionId.ShouldBe(facts.TransactionOf(payment)!.Idx);
        }
    }

    private static void Money(Transaction transaction, Facts facts)
    {
        string name = $"{transaction.Flow} {transaction.Handle}, {transaction.State}";
        Payment? payment = facts.PaymentWith(transaction.Handle);
        if (!transaction.MoneyMoved)
        {
            payment?.Status.ShouldNotBeOneOf(PaymentStatus.Completed, PaymentStatus.PartiallyRefunded, PaymentStatus.Refunded);
            return;
        }

        payment.ShouldNotBeNull($"{name}: money that the shop knows nothing of");
        Order order = facts.Order(payment.OrderId);
        transaction.Amount.ShouldBe((long)order.Amount, name);
        if (transaction.ProductIdentity != order.Id)
        {
            (payment.Status == PaymentStatus.NeedsReview || WasReturned(payment)).ShouldBeTrue($"{name}: paid for something else");
            (IsTold(order, "unknown_state") || IsTold(order, "refunded_at_khalti")).ShouldBeTrue(name);
        }
        else if (payment.Status == PaymentStatus.NeedsReview && AnotherIsLikeIt(transaction, facts))
        {
            // Both answers were lost and Khalti does not name the token: nobody but a person can tell which is which.
            IsTold(order, "unknown_state").ShouldBeTrue(name);
        }
        else if (transaction.State == "Completed")
        {
            payment.Status.ShouldBe(PaymentStatus.Completed, name);

            // What is kept pays the order, unless it is the second time: after the first was given back.
            (order.Status == OrderStatus.Paid || order.Payments.Count(one => one.CompletedAt is not null) > 1).ShouldBeTrue(name);
        }
        else
        {
            // Given back before the shop knew that it had been paid: for a person. Afterwards: paid, until it is looked at.
            payment.Status.ShouldBeOneOf([PaymentStatus.Completed, PaymentStatus.PartiallyRefunded, PaymentStatus.Refunded, PaymentStatus.NeedsReview], name);
            (payment.Status != PaymentStatus.NeedsReview || IsTold(order, "refunded_at_khalti") || IsTold(order, "unknown_state")).ShouldBeTrue(name);
        }
    }

    // Both books say the same, but for what was given back in the dashboard and not looked at since.
    private static void GivenBack(Transaction transaction, World world)
    {
        string name = $"{transaction.Flow} {transaction.Handle}, {transaction.State}";
        Payment? payment = world.Facts.PaymentWith(transaction.Handle);
        Refund[] refunds = [.. world.Facts.Refunds.Where(refund => refund.PaymentId == payment?.Id)];
        refunds.Where(refund => refund.Status.IsOpen()).ShouldAllBe(refund => IsStuck(refund, world.Facts));
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

        unseen.ShouldBeInRange(1, world.Dashboard.GetValueOrDefault(transaction.Idx), $"{name}: given back, and the shop does not know");
    }

    private static bool IsStuck(Refund refund, Facts facts) => facts.Order(refund.OrderId).Timeline
        .Any(line => line.What == "refund_still_unknown" && line.Note!.Contains(refund.Id, StringComparison.Ordinal))
        && IsTold(facts.Order(refund.OrderId), "stuck");

    private static bool WasReturned(Payment payment) =>
        payment is { CompletedAt: null, Status: PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded };

    // Confirmed for the same order and spent on another: by its answers Khalti does not let them be told apart, unless one of
    // them is known.
    private static bool AnotherIsLikeIt(Transaction transaction, Facts facts) => facts.Khalti.Any(other =>
        other.MoneyMoved && other.Handle != transaction.Handle && other.ProductIdentity == transaction.ProductIdentity
        && facts.PaymentWith(other.Handle)?.TransactionId is null);

    private static bool IsTold(Order order, string attention) =>
        order.Timeline.Any(line => line.What == "attention" && line.Note == attention);
}
