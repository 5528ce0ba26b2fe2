using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>What holds after every step, whatever is wrong at the moment.</summary>
internal static class Always
{
    /// <param name="inFlight">Tokens whose verify stood still on its way to Khalti: it arrives whatever has happened since.</param>
    internal static void Holds(Facts before, Facts after, bool khaltiHasLied, IReadOnlySet<string> inFlight)
    {
        Unique(after.Payments.Select(payment => payment.Token ?? payment.Pidx).Where(handle => handle is not null), "a token or link is on two payments");
        Unique(after.Payments.Select(payment => payment.TransactionId).Where(id => id is not null), "a transaction is on two payments");
        before.Orders.Select(order => order.Id).Except(after.Orders.Select(order => order.Id)).ShouldBeEmpty("an order is gone");
        foreach (Order order in after.Orders)
        {
            Order? was = before.Orders.SingleOrDefault(was => was.Id == order.Id);
            Story(was, order);
            Money(order);
            GivenBack(order, was);
        }

        foreach (Payment payment in after.Payments)
        {
            Outcome(payment, after, khaltiHasLied);
            GivenBack(payment, before, after);
        }

        foreach (Refund refund in before.Refunds)
        {
            Refund now = after.Refunds.Single(one => one.Id == refund.Id);
            MayBecome(refund.Status, now.Status).ShouldBeTrue($"refund {refund.Id} went from {refund.Status} to {now.Status}");
            (now.PaymentId, now.Origin, now.Amount).ShouldBe((refund.PaymentId, refund.Origin, refund.Amount));
        }

        foreach (string token in after.Khalti.Where(transaction => !transaction.IsLink).Select(transaction => transaction.Handle))
        {
            CheckTrigger(token, before, after, inFlight.Contains(token));
        }

        foreach (IGrouping<string, Transaction> links in after.Khalti.Where(transaction => transaction.IsLink).GroupBy(link => link.ProductIdentity))
        {
            after.Order(links.Key).Payments.Count(payment => payment.Method == PaymentMethod.Epayment)
                .ShouldBeGreaterThanOrEqualTo(links.Count(), "a link was made, and no payment was saved before");
            links.ShouldAllBe(link => link.Amount == (long)after.Order(links.Key).Amount);
        }
    }

    // What may become of it in any number of steps, as the shop's own tables say: a shop that goes past them is found out here.
    private static bool MayBecome(OrderStatus from, OrderStatus to) => IsReached(from, to, Enum.GetValues<OrderEvent>(), OrderLifecycle.After);

    private static bool MayBecome(RefundStatus from, RefundStatus to) => IsReached(from, to, Enum.GetValues<RefundEvent>(), RefundLifecycle.After);

    // What only happens to links does not happen to a token.
    private static bool MayBecome(PaymentMethod method, PaymentStatus from, PaymentStatus to) => IsReached(
        from, to,
        method == PaymentMethod.Epayment
            ? Enum.GetValues<PaymentEvent>()
            : [PaymentEvent.Completed, PaymentEvent.Declined, PaymentEvent.Contradicted, PaymentEvent.PartRefunded, PaymentEvent.AllRefunded],
        PaymentLifecycle.After);

    private static bool IsReached<TStatus, TEvent>(TStatus from, TStatus to, TEvent[] events, Func<TStatus, TEvent, TStatus?> after)
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

    /// <summary>Whether its money came, whatever went back since.</summary>
    internal static bool WasPaid(Order order) => order.Status is OrderStatus.Paid or OrderStatus.PartiallyRefunded or OrderStatus.Refunded;

    private static void Story(Order? was, Order order)
    {
        string[] lines = [.. order.Timeline.Select(Line)];
        order.Timeline[0].What.ShouldBe("order_placed");
        if (was is not null)
        {
            MayBecome(was.Status, order.Status).ShouldBeTrue($"order {order.Id} went from {was.Status} to {order.Status}");
            lines.Take(was.Timeline.Count).ShouldBe(was.Timeline.Select(Line), "the timeline is append-only");
            ((long)order.Amount).ShouldBe((long)was.Amount);
            foreach (Payment payment in was.Payments)
            {
                Payment now = order.Payments.Single(one => one.Id == payment.Id);
                MayBecome(payment.Method, payment.Status, now.Status).ShouldBeTrue($"payment {payment.Id} went from {payment.Status} to {now.Status}");
                (now.Token, now.Amount).ShouldBe((payment.Token, payment.Amount));
            }
        }

        foreach (TimelineEntry entry in order.Timeline)
        {
            IEnumerable<string> facts = entry.Facts is null ? [] : JsonNode.Parse(entry.Facts)!.AsObject().Select(fact => fact.Key);
            TimelineVocabulary.FactsOf(SnakeCase.Read<TimelineEvent>(entry.What)).Except(facts).ShouldBeEmpty($"{entry.What} with {entry.Facts}");
        }

        // A line for each change of status, and no line without one.
        Has(order, "order_expired").ShouldBe(order.Status == OrderStatus.Expired || PaidAfter(order, "order_expired"));
        Has(order, "order_cancelled").ShouldBe(order.Status == OrderStatus.Cancelled || PaidAfter(order, "order_cancelled"));
        Has(order, "payment_completed").ShouldBe(WasPaid(order));
        Has(order, "order_refunded").ShouldBe(order.Status == OrderStatus.Refunded);
        foreach (Payment payment in order.Payments)
        {
            bool widget = payment.Method == PaymentMethod.Widget;
            Has(order, widget ? "payment_verifying" : "payment_link_requested", payment).ShouldBeTrue();
            string[] ends = [.. order.Timeline.Where(line => line.PaymentId == payment.Id && Ends(line.What, payment) is not null).Select(line => line.What)];
            (ends.Length > 0 ? Ends(ends[^1], payment) : widget ? PaymentStatus.Verifying : PaymentStatus.Initiated).ShouldBe(payment.Status, $"the last line of payment {payment.Id}");
        }
    }

    private static void Money(Order order)
    {
        Payment[] completed = [.. order.Payments.Where(payment => payment.CompletedAt is not null)];
        completed.ShouldAllBe(payment => payment.Status == PaymentStatus.Completed || payment.Status == PaymentStatus.PartiallyRefunded || payment.Status == PaymentStatus.Refunded);
        order.Payments.ShouldAllBe(payment => payment.Status != PaymentStatus.Completed || payment.CompletedAt != null);
        WasPaid(order).ShouldBe(completed.Length > 0, $"order {order.Id} is {order.Status} with {completed.Length} completed payments");
        order.PaidAt.HasValue.ShouldBe(WasPaid(order));
        if (completed.Length > 1)
        {
            order.Timeline.ShouldContain(line => line.What == "attention" && line.Note == "double_payment", "two completed payments, and nobody was told");
            order.Attention.ShouldNotBeNull();
        }

        order.Attention.ShouldBe(order.OpenReasons is [var first, ..] ? first.Reason : null, $"order {order.Id} shows its most urgent open reason");
        order.OpenReasons.Select(reason => (reason.Reason, reason.PaymentId, reason.RefundId)).ShouldBeUnique("a reason is open twice for one cause");
        foreach (RaisedReason stuck in order.OpenReasons.Where(reason => reason.Reason == AttentionReason.Stuck))
        {
            (order.Refunds.Any(refund => refund.Id == stuck.RefundId && refund.Status.IsOpen())
                || (stuck.RefundId is null && order.Payments.Any(payment => payment.Id == stuck.PaymentId && Expected.IsOpen(payment))))
                .ShouldBeTrue($"order {order.Id} is stuck because of something that is settled");
        }

        order.Payments.Count(payment => payment is { Status: PaymentStatus.Verifying, Method: PaymentMethod.Widget }).ShouldBeLessThanOrEqualTo(1);
        order.Payments.Count(payment => payment is { Status: PaymentStatus.Initiated, Pidx: null }).ShouldBeLessThanOrEqualTo(1);
        order.Payments.ShouldAllBe(payment => payment.Amount == order.Amount);
    }

    // The order says what its payments gave back as far as they paid for it: of an order that was paid twice, what was paid
    // too much is not part of it.
    private static void GivenBack(Order order, Order? was)
    {
        Payment[] completed = [.. order.Payments.Where(payment => payment.CompletedAt is not null)];
        long kept = completed.Sum(payment => (long)payment.AmountPaid! - (long)payment.AmountRefunded);
        long refunded = completed.Length == 0 ? 0 : Math.Max(0, (long)order.Amount - kept);
        long before = (long)(was?.AmountRefunded ?? default);
        long said = (long)order.AmountRefunded;
        if (was is null || was.Payments.Count(payment => payment.CompletedAt is not null) == completed.Length)
        {
            said.ShouldBe(Math.Max(before, refunded), $"given back of order {order.Id}");
        }

        said.ShouldBeInRange(Math.Max(before, refunded), (long)order.Amount, $"given back of order {order.Id}");
        (said == (long)order.Amount).ShouldBe(order.Status == OrderStatus.Refunded, $"order {order.Id} is {order.Status} with {said} given back");
        if (said > 0)
        {
            order.Status.ShouldNotBe(OrderStatus.Paid, $"{said} of order {order.Id} were given back");
        }
    }

    // Refunds are promises to pay: those made and those that may be made never exceed what came, each is sent once, one at a
    // time, and nothing is called given back that Khalti has not given.
    private static void GivenBack(Payment payment, Facts before, Facts after)
    {
        Refund[] refunds = [.. after.Refunds.Where(refund => refund.PaymentId == payment.Id)];
        Refund[] open = [.. refunds.Where(refund => refund.Status.IsOpen())];
        long completed = refunds.Where(refund => refund.Status == RefundStatus.Completed).Sum(refund => (long)refund.Amount);
        open.Length.ShouldBeLessThanOrEqualTo(1, $"open refunds of payment {payment.Id}");
        ((long)payment.AmountRefunded, (long)payment.AmountReserved).ShouldBe((completed, open.Sum(refund => (long)refund.Amount)), $"payment {payment.Id} and its refunds");
        (completed + (long)payment.AmountReserved).ShouldBeLessThanOrEqualTo((long)(payment.AmountPaid ?? default), $"payment {payment.Id} gives back more than came");
        if (payment.Status == PaymentStatus.Refunded)
        {
            payment.AmountRefunded.ShouldBe(payment.AmountPaid!.Value);
        }

        if (after.TransactionOf(payment) is not { } transaction)
        {
            refunds.ShouldBeEmpty();
            return;
        }

        completed.ShouldBeLessThanOrEqualTo(transaction.RefundedAmount, $"payment {payment.Id}: Khalti has not given that back");
        int calls = after.RefundCalls(transaction.Idx);
        calls.ShouldBeLessThanOrEqualTo(refunds.Count(refund => refund.Origin == RefundOrigin.Merchant), $"refunds of payment {payment.Id} that were sent");

        // Of one that is open and was sent, no second is sent, nor another beside it.
        Refund[] sent = [.. before.Refunds.Where(refund => refund.PaymentId == payment.Id && refund.Origin == RefundOrigin.Merchant)];
        if (open is [var one] && sent.Any(refund => refund.Id == one.Id))
        {
            calls.ShouldBe(before.RefundCalls(transaction.Idx), $"a refund of payment {payment.Id} was sent while {one.Id} was open");
        }
    }

    private static void Outcome(Payment payment, Facts facts, bool khaltiHasLied)
    {
        Transaction? transaction = facts.TransactionOf(payment);
        bool moved = transaction is { MoneyMoved: true };
        if (payment.Status is PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded)
        {
            moved.ShouldBeTrue($"payment {payment.Id} is {payment.Status}, and at Khalti nothing was");
            transaction!.Amount.ShouldBe((long)payment.Amount);
        }

        if (payment.Method == PaymentMethod.Epayment && payment.Status is PaymentStatus.Cancelled or PaymentStatus.Expired)
        {
            moved.ShouldBeFalse($"payment {payment.Id} is {payment.Status}, and its money has moved");
        }

        // Khalti saying again and again that it knows no such payment is believed for a while.
        if (payment.Status == PaymentStatus.Failed && !(khaltiHasLied && payment.Failure == "never_confirmed"))
        {
            moved.ShouldBeFalse($"payment {payment.Id} failed, and its money has moved");
        }
    }

    // Verify moves the money. It is called once, and again only after Khalti's status has been asked; the worker's verify, too,
    // moves money only for a pending order of which no other payment is in review and no link was or is being paid.
    private static void CheckTrigger(string token, Facts before, Facts after, bool isInFlight)
    {
        int verifies = after.Count("verify", token);
        if (verifies == before.Count("verify", token))
        {
            return;
        }

        Payment payment = after.PaymentWith(token).ShouldNotBeNull($"token {token} was verified, and no payment was kept");
        verifies.ShouldBeLessThanOrEqualTo(1 + after.Count("status", token), $"verifies of token {token}");
        bool movedTheMoney = before.TransactionOf(token) is { MoneyMoved: false } && after.TransactionOf(token) is { MoneyMoved: true };
        if (movedTheMoney && !isInFlight)
        {
            Order then = before.Order(payment.OrderId);
            then.Status.ShouldBe(OrderStatus.Pending, $"token {token} was verified for an order that takes no payment");
            then.Payments.ShouldAllBe(other => other.Token == token || other.Status != PaymentStatus.NeedsReview);
            before.Khalti.Where(link => link.IsLink && link.ProductIdentity == then.Id && (link.MoneyMoved || link.State == "Pending"))
                .ShouldBeEmpty($"token {token} was verified for an order whose link was paid");
        }
    }

    private static PaymentStatus? Ends(string what, Payment payment) => what switch
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

    private static bool Has(Order order, string what, Payment? payment = null) =>
        order.Timeline.Count(line => line.What == what && (payment is null || line.PaymentId == payment.Id)) == 1;

    private static string Line(TimelineEntry line) => $"{line.Id} {line.At:O} {line.What} {line.By} {line.PaymentId} {line.Note}";

    private static void Unique(IEnumerable<string?> values, string otherwise) =>
        values.GroupBy(value => value).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty(otherwise);
}
