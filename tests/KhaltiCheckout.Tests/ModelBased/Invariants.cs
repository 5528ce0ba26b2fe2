using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>The invariants that hold after every step, whatever faults are active.</summary>
internal static class Invariants
{
    /// <param name="inFlight">Tokens whose verify call was suspended before Khalti: it may arrive at any later time.</param>
    internal static void Check(Snapshot before, Snapshot after, bool hasDeniedPayments, IReadOnlySet<string> inFlight)
    {
        ShouldBeUnique(
            after.Payments.Select(payment => payment.Token ?? payment.Pidx).Where(handle => handle is not null),
            "a token or link is on two payments");
        ShouldBeUnique(
            after.Payments.Select(payment => payment.TransactionId).Where(id => id is not null), "a transaction is on two payments");
        ShouldBeUnique(
            after.Payments.Where(payment => payment.CompletedAt is not null).Select(payment => after.TransactionOf(payment)?.Idx),
            "a transaction has completed two payments");
        before.Orders.Select(order => order.Id).Except(after.Orders.Select(order => order.Id)).ShouldBeEmpty("an order is gone");
        foreach (Order order in after.Orders)
        {
            Order? was = before.Orders.SingleOrDefault(was => was.Id == order.Id);
            CheckHistory(was, order);
            CheckAmounts(order);
            CheckRefunds(order, was);
            EventInvariants.Check(
                order, [.. after.Reasons.Where(reason => reason.OrderId == order.Id)],
                [.. after.Events.Where(one => one.OrderId == order.Id)]);
        }

        foreach (Payment payment in after.Payments)
        {
            CheckOutcome(payment, after, hasDeniedPayments);
            CheckRefunds(payment, before, after);
        }

        foreach (Refund refund in before.Refunds)
        {
            Refund now = after.Refunds.Single(one => one.Id == refund.Id);
            CanReach(refund.Status, now.Status).ShouldBeTrue($"refund {refund.Id} went from {refund.Status} to {now.Status}");
            (now.PaymentId, now.Origin, now.Amount).ShouldBe((refund.PaymentId, refund.Origin, refund.Amount));
        }

        foreach (string token in after.Khalti.Where(transaction => !transaction.IsLink).Select(transaction => transaction.Handle))
        {
            CheckVerifyCalls(token, before, after, inFlight.Contains(token));
        }

        foreach (IGrouping<string, Transaction> links in after.Khalti.Where(transaction => transaction.IsLink)
            .GroupBy(link => link.ProductIdentity))
        {
            after.Order(links.Key).Payments.Count(payment => payment.Method == PaymentMethod.Epayment)
                .ShouldBeGreaterThanOrEqualTo(links.Count(), "a link was made, and no payment was saved before");
            links.ShouldAllBe(link => link.Amount == (long)after.Order(links.Key).Amount);
        }
    }

    // Whether the lifecycle tables allow the change in any number of steps.
    private static bool CanReach(OrderStatus from, OrderStatus to) =>
        IsReachable(from, to, Enum.GetValues<OrderEvent>(), OrderLifecycle.After);

    private static bool CanReach(RefundStatus from, RefundStatus to) =>
        IsReachable(from, to, Enum.GetValues<RefundEvent>(), RefundLifecycle.After);

    // Some payment events are possible for links only.
    private static bool CanReach(PaymentMethod method, PaymentStatus from, PaymentStatus to) => IsReachable(
        from, to,
        method == PaymentMethod.Epayment
            ? Enum.GetValues<PaymentEvent>()
            : [PaymentEvent.Completed, PaymentEvent.Declined, PaymentEvent.Contradicted, PaymentEvent.PartRefunded,
                PaymentEvent.AllRefunded],
        PaymentLifecycle.After);

    private static bool IsReachable<TStatus, TEvent>(TStatus from, TStatus to, TEvent[] events, Func<TStatus, TEvent, TStatus?> after)
        where TStatus : struct, Enum
    {
        HashSet<TStatus> reached = [from];
        Queue<TStatus> open = new(reached);
        while (open.TryDequeue(out TStatus status))
        {
            foreach (TStatus next in events.Select(happened => after(status, happened)).OfType<TStatus>().Where(reached.Add))
            {
                open.Enqueue(next);
            }
        }

        return reached.Contains(to);
    }

    /// <summary>Whether the order was paid, also if it was refunded later.</summary>
    internal static bool WasPaid(Order order) => order.Status is OrderStatus.Paid or OrderStatus.PartiallyRefunded or OrderStatus.Refunded;

    private static void CheckHistory(Order? was, Order order)
    {
        string[] lines = [.. order.Timeline.Select(Line)];
        order.Timeline[0].What.ShouldBe("order_placed");
        if (was is not null)
        {
            CanReach(was.Status, order.Status).ShouldBeTrue($"order {order.Id} went from {was.Status} to {order.Status}");
            lines.Take(was.Timeline.Count).ShouldBe(was.Timeline.Select(Line), "the timeline is append-only");
            ((long)order.Amount).ShouldBe((long)was.Amount);
            foreach (Payment payment in was.Payments)
            {
                Payment now = order.Payments.Single(one => one.Id == payment.Id);
                CanReach(payment.Method, payment.Status, now.Status)
                    .ShouldBeTrue($"payment {payment.Id} went from {payment.Status} to {now.Status}");
                (now.Token, now.Amount).ShouldBe((payment.Token, payment.Amount));
            }
        }

        foreach (TimelineEntry entry in order.Timeline)
        {
            IEnumerable<string> facts = entry.Facts is null ? [] : JsonNode.Parse(entry.Facts)!.AsObject().Select(fact => fact.Key);
            TimelineVocabulary.FactsOf(SnakeCase.Read<TimelineEvent>(entry.What)).Except(facts)
                .ShouldBeEmpty($"{entry.What} with {entry.Facts}");
        }

        // One timeline entry for each change of status.
        HasEntry(order, "order_expired").ShouldBe(order.Status == OrderStatus.Expired || PaidAfter(order, "order_expired"));
        HasEntry(order, "order_cancelled").ShouldBe(order.Status == OrderStatus.Cancelled || PaidAfter(order, "order_cancelled"));
        HasEntry(order, "payment_completed").ShouldBe(WasPaid(order));
        HasEntry(order, "order_refunded").ShouldBe(order.Status == OrderStatus.Refunded);
        foreach (Payment payment in order.Payments)
        {
            bool widget = payment.Method == PaymentMethod.Widget;
            HasEntry(
                order,
                Snapshot.IsMatched(payment) ? "transaction_matched" : widget ? "payment_verifying" : "payment_link_requested",
                payment).ShouldBeTrue();
            string[] ends = [
                .. order.Timeline.Where(line => line.PaymentId == payment.Id && StatusAfter(line.What, payment) is not null)
                .Select(line => line.What)];
            (ends.Length > 0 ? StatusAfter(ends[^1], payment) : widget ? PaymentStatus.Verifying : PaymentStatus.Initiated)
                .ShouldBe(payment.Status, $"the last line of payment {payment.Id}");
        }
    }

    private static void CheckAmounts(Order order)
    {
        Payment[] completed = [.. order.Payments.Where(payment => payment.CompletedAt is not null)];
        completed.ShouldAllBe(
            payment => payment.Status == PaymentStatus.Completed || payment.Status == PaymentStatus.PartiallyRefunded
            || payment.Status == PaymentStatus.Refunded);
        order.Payments.ShouldAllBe(payment => payment.Status != PaymentStatus.Completed || payment.CompletedAt != null);
        WasPaid(order).ShouldBe(completed.Length > 0, $"order {order.Id} is {order.Status} with {completed.Length} completed payments");
        order.PaidAt.HasValue.ShouldBe(WasPaid(order));
        if (completed.Length > 1)
        {
            order.Timeline.ShouldContain(
                line => line.What == "attention" && line.Note == "double_payment", "two completed payments, and nobody was told");
            order.Attention.ShouldNotBeNull();
        }

        order.Attention.ShouldBe(
            order.OpenReasons is [var first, ..] ? first.Reason : null, $"order {order.Id} shows its most urgent open reason");
        order.OpenReasons.Select(reason => (reason.Reason, reason.PaymentId, reason.RefundId, reason.TransactionId))
            .ShouldBeUnique("a reason is open twice for one cause");
        foreach (RaisedReason stuck in order.OpenReasons.Where(reason => reason.Reason == AttentionReason.Stuck))
        {
            (order.Refunds.Any(refund => refund.Id == stuck.RefundId && refund.Status.IsOpen())
                || (stuck.RefundId is null
                    && order.Payments.Any(payment => payment.Id == stuck.PaymentId && ExpectedVerifyAnswer.IsOpen(payment))))
                .ShouldBeTrue($"order {order.Id} is stuck because of something that is settled");
        }

        order.Payments.Count(payment => payment is { Status: PaymentStatus.Verifying, Method: PaymentMethod.Widget })
            .ShouldBeLessThanOrEqualTo(1);
        order.Payments.Count(payment => payment is { Status: PaymentStatus.Initiated, Pidx: null }).ShouldBeLessThanOrEqualTo(1);
        order.Payments.ShouldAllBe(payment => payment.Amount == order.Amount);
    }

    // The order's refunded amount is that of its payments, up to the order's amount: a refund of a second payment does not count.
    private static void CheckRefunds(Order order, Order? was)
    {
        Payment[] completed = [.. order.Payments.Where(payment => payment.CompletedAt is not null)];
        long stored = completed.Sum(payment => (long)payment.AmountPaid! - (long)payment.AmountRefunded);
        long refunded = completed.Length == 0 ? 0 : Math.Max(0, (long)order.Amount - stored);
        long before = (long)(was?.AmountRefunded ?? default);
        long said = (long)order.AmountRefunded;
        if (was is null || was.Payments.Count(payment => payment.CompletedAt is not null) == completed.Length)
        {
            said.ShouldBe(Math.Max(before, refunded), $"refunded of order {order.Id}");
        }

        said.ShouldBeInRange(Math.Max(before, refunded), (long)order.Amount, $"refunded of order {order.Id}");
        (said == (long)order.Amount)
            .ShouldBe(order.Status == OrderStatus.Refunded, $"order {order.Id} is {order.Status} with {said} refunded");
        if (said > 0)
        {
            order.Status.ShouldNotBe(OrderStatus.Paid, $"{said} of order {order.Id} were refunded");
        }
    }

    // Completed and possible refunds never exceed the amount paid, each is sent once, one at a time, and none is completed here
    // that Khalti has not made.
    private static void CheckRefunds(Payment payment, Snapshot before, Snapshot after)
    {
        Refund[] refunds = [.. after.Refunds.Where(refund => refund.PaymentId == payment.Id)];
        Refund[] open = [.. refunds.Where(refund => refund.Status.IsOpen())];
        long completed = refunds.Where(refund => refund.Status == RefundStatus.Completed).Sum(refund => (long)refund.Amount);
        open.Length.ShouldBeLessThanOrEqualTo(1, $"open refunds of payment {payment.Id}");
        ((long)payment.AmountRefunded, (long)payment.AmountReserved)
            .ShouldBe((completed, open.Sum(refund => (long)refund.Amount)), $"payment {payment.Id} and its refunds");
        (completed + (long)payment.AmountReserved)
            .ShouldBeLessThanOrEqualTo((long)(payment.AmountPaid ?? default), $"payment {payment.Id} refunds more than was paid");
        if (payment.Status == PaymentStatus.Refunded)
        {
            payment.AmountRefunded.ShouldBe(payment.AmountPaid!.Value);
        }

        if (after.TransactionOf(payment) is not { } transaction)
        {
            refunds.ShouldBeEmpty();
            return;
        }

        completed.ShouldBeLessThanOrEqualTo(transaction.RefundedAmount, $"payment {payment.Id}: Khalti has not refunded that");
        int calls = after.RefundCalls(transaction.Idx);
        calls.ShouldBeLessThanOrEqualTo(
            refunds.Count(refund => refund.Origin == RefundOrigin.Merchant), $"refunds of payment {payment.Id} that were sent");

        // While a refund is open, neither it nor another one is sent again.
        Refund[] sent = [.. before.Refunds.Where(refund => refund.PaymentId == payment.Id && refund.Origin == RefundOrigin.Merchant)];
        if (open is [var one] && sent.Any(refund => refund.Id == one.Id))
        {
            calls.ShouldBe(before.RefundCalls(transaction.Idx), $"a refund of payment {payment.Id} was sent while {one.Id} was open");
        }
    }

    private static void CheckOutcome(Payment payment, Snapshot snapshot, bool hasDeniedPayments)
    {
        Transaction? transaction = snapshot.TransactionOf(payment);
        bool moved = transaction is { HasMovedMoney: true };
        if (payment.Status is PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded)
        {
            moved.ShouldBeTrue($"payment {payment.Id} is {payment.Status}, and at Khalti nothing was");
            transaction!.Amount.ShouldBe((long)payment.Amount);
        }

        if (payment.Method == PaymentMethod.Epayment && payment.Status is PaymentStatus.Cancelled or PaymentStatus.Expired)
        {
            moved.ShouldBeFalse($"payment {payment.Id} is {payment.Status}, and its money has moved");
        }

        // Repeated false not-found answers may have failed the payment.
        if (payment.Status == PaymentStatus.Failed && !(hasDeniedPayments && payment.Failure == "never_confirmed"))
        {
            moved.ShouldBeFalse($"payment {payment.Id} failed, and its money has moved");
        }
    }

    // Verify is called once, and again only after a status call. It moves money only for a pending order without another payment
    // in review and without a paid or pending link.
    private static void CheckVerifyCalls(string token, Snapshot before, Snapshot after, bool isInFlight)
    {
        int verifies = after.Count("verify", token);
        if (verifies == before.Count("verify", token))
        {
            return;
        }

        Payment payment = after.PaymentWith(token).ShouldNotBeNull($"token {token} was verified, and no payment was kept");
        verifies.ShouldBeLessThanOrEqualTo(1 + after.Count("status", token), $"verifies of token {token}");
        bool hasMovedMoney = before.TransactionOf(token) is { HasMovedMoney: false }
            && after.TransactionOf(token) is { HasMovedMoney: true };
        if (hasMovedMoney && !isInFlight)
        {
            Order then = before.Order(payment.OrderId);
            then.Status.ShouldBe(OrderStatus.Pending, $"token {token} was verified for an order that takes no payment");
            then.Payments.ShouldAllBe(other => other.Token == token || other.Status != PaymentStatus.NeedsReview);
            then.HasUnmatchedMoney.ShouldBeFalse($"token {token} was verified for an order with unmatched money");
            before.Khalti.Where(link => link.IsLink && link.ProductIdentity == then.Id && (link.HasMovedMoney || link.State == "Pending"))
                .ShouldBeEmpty($"token {token} was verified for an order whose link was paid");
        }
    }

    private static PaymentStatus? StatusAfter(string what, Payment payment) => what switch
    {
        "refund_completed" or "refund_found" =>
            payment.AmountRefunded == payment.AmountPaid ? PaymentStatus.Refunded : PaymentStatus.PartiallyRefunded,
        "payment_completed" or "payment_completed_again" => PaymentStatus.Completed,
        "payment_failed" => PaymentStatus.Failed,
        "payment_held" => PaymentStatus.NeedsReview,
        "payment_cancelled" => PaymentStatus.Cancelled,
        "payment_expired" => PaymentStatus.Expired,
        "payment_pending" => PaymentStatus.Verifying,
        "payment_waiting" => PaymentStatus.Initiated,
        _ => null,
    };

    private static bool PaidAfter(Order order, string what) =>
        WasPaid(order) && order.Timeline.SkipWhile(line => line.What != what).Any(line => line.What == "payment_completed");

    private static bool HasEntry(Order order, string what, Payment? payment = null) =>
        order.Timeline.Count(line => line.What == what && (payment is null || line.PaymentId == payment.Id)) == 1;

    private static string Line(TimelineEntry line) => $"{line.Id} {line.At:O} {line.What} {line.By} {line.PaymentId} {line.Note}";

    private static void ShouldBeUnique(IEnumerable<string?> values, string message) =>
        values.GroupBy(value => value).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty(message);
}
