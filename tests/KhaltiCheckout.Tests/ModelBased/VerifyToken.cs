using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Payments;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>The expected answer to a verify, from the snapshot before it.</summary>
/// <param name="AsksKhalti">Whether verify is called; null when that depends on the lookup of a link.</param>
internal sealed record ExpectedVerifyAnswer(bool? AsksKhalti, params (int Status, string? Code)[] Answers)
{
    private static readonly (int Status, string? Code)[] Anything =
        [(200, null), (202, null), (402, "payment_declined"), (409, "payment_in_progress"), (409, "order_not_payable")];

    internal static bool IsOpen(Payment payment) => payment.Status is PaymentStatus.Verifying or PaymentStatus.NeedsReview;

    internal static ExpectedVerifyAnswer Of(Snapshot snapshot, Order order, string token, long amount, bool isKhaltiHealthy)
    {
        if (amount != (long)order.Amount)
        {
            return new(false, (422, "amount_mismatch"));
        }

        if (snapshot.PaymentWith(token) is { } known)
        {
            return known.OrderId != order.Id ? new(false, (409, "token_already_used")) : new(false, Outcome(known));
        }

        return order switch
        {
            _ when order.Payments.Any(IsOpen) || order.HasUnmatchedMoney => new(false, (409, "payment_in_progress")),
            _ when order.Status != OrderStatus.Pending || snapshot.At >= order.ExpiresAt => new(false, (409, "order_not_payable")),
            _ when Links(snapshot, order).Any(link => !isKhaltiHealthy || HasOrMayMoveMoney(link)) =>
                new(null, isKhaltiHealthy && Links(
                    snapshot, order).Any(link => link.State == "Completed") ? [(409, "order_not_payable")] : Anything),
            _ when isKhaltiHealthy => new(true, AnswerFor(snapshot.TransactionOf(token), order)),
            _ => new(true, (200, null), (202, null), (402, "payment_declined")),
        };
    }

    private static bool HasOrMayMoveMoney(Transaction link) => link.HasMovedMoney || link.State == "Pending";

    /// <summary>The transactions of links that may have been paid without the shop's knowledge.</summary>
    internal static IEnumerable<Transaction> Links(Snapshot snapshot, Order order) =>
        order.Payments.Where(payment => payment.MayHaveSettled).Select(payment => snapshot.TransactionOf(payment)!);

    private static (int Status, string? Code) Outcome(Payment payment) => payment.Status switch
    {
        // In review and then refunded: it never paid the order.
        PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded when payment.CompletedAt is null => (402, "payment_declined"),
        PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded => (200, null),
        PaymentStatus.Failed => (402, "payment_declined"),
        _ => (202, null),
    };

    private static (int Status, string? Code) AnswerFor(Transaction? transaction, Order order) => transaction switch
    {
        { State: "Confirmed" } paid when paid.Amount == (long)order.Amount => paid.ProductIdentity == order.Id ? (200, null) : (202, null),
        { State: "Frozen" } undocumented when undocumented.Amount == (long)order.Amount => (202, null),
        _ => (402, "payment_declined"),
    };
}

/// <summary>Posts a token for its order or another one, once or with several parallel requests.</summary>
/// <param name="Widget">Number of the token; negative for an invented one.</param>
/// <param name="OrderOffset">0 for the order that the widget was opened for.</param>
internal sealed record VerifyToken(int Widget, int OrderOffset, long AmountDelta, int Times, bool WithKey) : Operation
{
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(24);

    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (Target(context, Widget, OrderOffset) is not { } target)
        {
            return;
        }

        Order order = context.Snapshot.Order(target.Order);
        long amount = (long)order.Amount + AmountDelta;
        ExpectedVerifyAnswer expected = ExpectedVerifyAnswer.Of(context.Snapshot, order, target.Token, amount, context.IsKhaltiHealthy);
        string? key = WithKey ? $"{target.Order} {target.Token} {amount}" : null;

        Answer[] answers = await RaceTests.AtOnceAsync(Times, _ => context.VerifyAsync(target.Order, target.Token, amount, key));

        (Snapshot before, Snapshot after) = await context.CheckInvariantsAsync();
        if (key is not null && Replay(context, key, answers))
        {
            after.Count("verify").ShouldBe(before.Count("verify"), "a replayed answer asked Khalti");
            return;
        }

        // Of several at once, one may find a link unanswered and be refused, and the next be answered and pay.
        bool areAllRefused = answers.All(answer => answer.Status is 409 or 422);
        foreach (Answer answer in answers)
        {
            Check(answer, expected, order, target.Token, before, after, areAllRefused);
        }

        int asked = after.Count("verify") - before.Count("verify");
        asked.ShouldBe(expected.AsksKhalti is { } expectsCall ? (expectsCall ? 1 : 0) : Math.Min(asked, 1), "calls of verify");
    }

    internal static (string Order, string Token)? Target(ModelContext context, int widget, int orderOffset)
    {
        if (context.Orders.Count == 0 || (widget >= 0 && context.Widgets.Count == 0))
        {
            return null;
        }

        Widget opened = widget >= 0 ? Pick(context.Widgets, widget) : new Widget($"MadeUpToken{-widget}", -widget);
        return (Pick(context.Orders, opened.Order + orderOffset), opened.Token);
    }

    internal override IEnumerable<Operation> Shrink()
    {
        if (Times > 1)
        {
            yield return this with { Times = 1 };
        }

        if (WithKey)
        {
            yield return this with { WithKey = false };
        }

        if (AmountDelta != 0)
        {
            yield return this with { AmountDelta = 0 };
        }

        if (OrderOffset != 0)
        {
            yield return this with { OrderOffset = 0 };
        }

        for (int smaller = 0; smaller < Widget; smaller++)
        {
            yield return this with { Widget = smaller };
        }
    }

    public override string ToString() =>
        $"verify {(Widget < 0 ? $"made-up token {-Widget}" : $"token {Widget}")}"
        + $"{(OrderOffset != 0 ? $" for the order {OrderOffset} further on" : "")}"
        + $"{(AmountDelta != 0 ? $" with {AmountDelta} paisa too many" : "")}{(WithKey ? " with a key" : "")}"
        + $"{(Times > 1 ? $", {Times} times at once" : "")}";

    // Parallel requests with the same key are refused; later ones get the first answer, for a day.
    private static bool Replay(ModelContext context, string key, Answer[] answers)
    {
        bool known = context.IdempotentAnswers.TryGetValue(key, out (Answer First, DateTimeOffset At) stored)
            && context.Snapshot.At < stored.At + KeyLifetime;
        Answer first = known ? stored.First : answers.First(answer => !answer.Replayed && answer.Code != "idempotency_in_progress");
        context.IdempotentAnswers[key] = known ? stored : (first, context.Snapshot.At);
        foreach (Answer again in answers.Where(answer => known || answer.Replayed))
        {
            again.Replayed.ShouldBeTrue("the same key and body again");
            (again.Status, again.Code, again.Body.ToJsonString()).ShouldBe((first.Status, first.Code, first.Body.ToJsonString()));
        }

        return known;
    }

    private void Check(
        Answer answer, ExpectedVerifyAnswer expected, Order order, string token, Snapshot before, Snapshot after, bool areAllRefused)
    {
        if (Times > 1 && (answer.Replayed || (WithKey && answer.Code == "idempotency_in_progress")))
        {
            return;
        }

        // Of several parallel requests, the later ones find the payment of the first.
        (int Status, string? Code)[] allowed = expected.AsksKhalti != false && Times > 1
            ? [.. expected.Answers, (202, null)] : expected.Answers;
        allowed.ShouldContain((answer.Status, answer.Code), $"order {order.Id[^6..]}, token {token}");
        Payment? payment = after.PaymentWith(token);
        switch (answer.Status)
        {
            case 200:
                payment!.Status.ShouldBeOneOf(PaymentStatus.Completed, PaymentStatus.PartiallyRefunded, PaymentStatus.Refunded);
                Invariants.WasPaid(after.Order(order.Id)).ShouldBeTrue();
                break;
            case 402:
                (payment is { Status: PaymentStatus.Failed }
                    or { CompletedAt: null, Status: PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded })
                    .ShouldBeTrue($"declined, and the payment is {payment?.Status}");
                break;
            case 409 or 422:
                if (expected.AsksKhalti is not null || areAllRefused)
                {
                    after.Khalti.ShouldBe(before.Khalti, "a refusal of ours moved something at Khalti");
                }

                if (expected.AsksKhalti is not null)
                {
                    after.Payments.Select(one => (one.Id, one.Status)).ShouldBe(before.Payments.Select(one => (one.Id, one.Status)));
                }

                break;
        }
    }
}
