using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Payments;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>What the shop must answer to a verify, from the facts before it.</summary>
/// <param name="AsksKhalti">Whether Khalti is asked to move money; null when that depends on what Khalti says of a link.</param>
internal sealed record Expected(bool? AsksKhalti, params (int Status, string? Code)[] Answers)
{
    private static readonly (int Status, string? Code)[] Anything =
        [(200, null), (202, null), (402, "payment_declined"), (409, "payment_in_progress"), (409, "order_not_payable")];

    internal static bool IsOpen(Payment payment) => payment.Status is PaymentStatus.Verifying or PaymentStatus.NeedsReview;

    internal static Expected Of(Facts facts, Order order, string token, long amount, bool khaltiIsWell)
    {
        if (amount != (long)order.Amount)
        {
            return new(false, (422, "amount_mismatch"));
        }

        if (facts.PaymentWith(token) is { } known)
        {
            return known.OrderId != order.Id ? new(false, (409, "token_already_used")) : new(false, Outcome(known));
        }

        return order switch
        {
            _ when order.Payments.Any(IsOpen) => new(false, (409, "payment_in_progress")),
            _ when order.Status != OrderStatus.Pending || facts.At >= order.ExpiresAt => new(false, (409, "order_not_payable")),
            _ when Links(facts, order).Any(link => !khaltiIsWell || HasMoney(link)) =>
                new(null, khaltiIsWell && Links(facts, order).Any(link => link.State == "Completed") ? [(409, "order_not_payable")] : Anything),
            _ when khaltiIsWell => new(true, ByTheBooks(facts.TransactionOf(token), order)),
            _ => new(true, (200, null), (202, null), (402, "payment_declined")),
        };
    }

    private static bool HasMoney(Transaction link) => link.MoneyMoved || link.State == "Pending";

    /// <summary>How the links that may have been paid without our knowing stand at Khalti.</summary>
    internal static IEnumerable<Transaction> Links(Facts facts, Order order) =>
        order.Payments.Where(payment => payment.MayHaveSettled).Select(payment => facts.TransactionOf(payment)!);

    private static (int Status, string? Code) Outcome(Payment payment) => payment.Status switch
    {
        // Held, and given back: it never paid the order.
        PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded when payment.CompletedAt is null => (402, "payment_declined"),
        PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded => (200, null),
        PaymentStatus.Failed => (402, "payment_declined"),
        _ => (202, null),
    };

    private static (int Status, string? Code) ByTheBooks(Transaction? transaction, Order order) => transaction switch
    {
        { State: "Confirmed" } paid when paid.Amount == (long)order.Amount => paid.ProductIdentity == order.Id ? (200, null) : (202, null),
        { State: "Frozen" } strange when strange.Amount == (long)order.Amount => (202, null),
        _ => (402, "payment_declined"),
    };
}

/// <summary>The page posts a token: the widget's, for its order or another, once or several times at once.</summary>
/// <param name="Widget">Which token; below zero one that was made up.</param>
/// <param name="Shift">0 for the order that the widget was opened for.</param>
internal sealed record Verify(int Widget, int Shift, long Tweak, int Times, bool Keyed) : Operation
{
    private static readonly TimeSpan KeysLive = TimeSpan.FromHours(24);

    internal override async Task DoAsync(World world)
    {
        if (Target(world, Widget, Shift) is not { } target)
        {
            return;
        }

        Order order = world.Facts.Order(target.Order);
        long amount = (long)order.Amount + Tweak;
        Expected expected = Expected.Of(world.Facts, order, target.Token, amount, world.KhaltiIsWell);
        string? key = Keyed ? $"{target.Order} {target.Token} {amount}" : null;

        Answer[] answers = await RaceTests.AtOnceAsync(Times, _ => world.VerifyAsync(target.Order, target.Token, amount, key));

        (Facts before, Facts after) = await world.LookAsync();
        if (key is not null && Replay(world, key, answers))
        {
            after.Count("verify").ShouldBe(before.Count("verify"), "a replayed answer asked Khalti");
            return;
        }

        foreach (Answer answer in answers)
        {
            Check(answer, expected, order, target.Token, before, after);
        }

        int asked = after.Count("verify") - before.Count("verify");
        asked.ShouldBe(expected.AsksKhalti is { } asks ? (asks ? 1 : 0) : Math.Min(asked, 1), "calls of verify");
    }

    internal static (string Order, string Token)? Target(World world, int widget, int shift)
    {
        if (world.Orders.Count == 0 || (widget >= 0 && world.Widgets.Count == 0))
        {
            return null;
        }

        Widget opened = widget >= 0 ? Pick(world.Widgets, widget) : new Widget($"MadeUpToken{-widget}", -widget);
        return (Pick(world.Orders, opened.Order + shift), opened.Token);
    }

    internal override IEnumerable<Operation> Simpler()
    {
        if (Times > 1)
        {
            yield return this with { Times = 1 };
        }

        if (Keyed)
        {
            yield return this with { Keyed = false };
        }

        if (Tweak != 0)
        {
            yield return this with { Tweak = 0 };
        }

        if (Shift != 0)
        {
            yield return this with { Shift = 0 };
        }

        for (int less = 0; less < Widget; less++)
        {
            yield return this with { Widget = less };
        }
    }

    public override string ToString() =>
        $"verify {(Widget < 0 ? $"made-up token {-Widget}" : $"token {Widget}")}{(Shift != 0 ? $" for the order {Shift} further on" : "")}"
        + $"{(Tweak != 0 ? $" with {Tweak} paisa too many" : "")}{(Keyed ? " with a key" : "")}{(Times > 1 ? $", {Times} times at once" : "")}";

    // While the first of several runs, the others are told so. Afterwards all get the first answer, for a day.
    private static bool Replay(World world, string key, Answer[] answers)
    {
        bool known = world.Kept.TryGetValue(key, out (Answer First, DateTimeOffset At) kept) && world.Facts.At < kept.At + KeysLive;
        Answer first = known ? kept.First : answers.First(answer => !answer.Replayed && answer.Code != "idempotency_in_progress");
        world.Kept[key] = known ? kept : (first, world.Facts.At);
        foreach (Answer again in answers.Where(answer => known || answer.Replayed))
        {
            again.Replayed.ShouldBeTrue("the same key and body again");
            (again.Status, again.Code, again.Body.ToJsonString()).ShouldBe((first.Status, first.Code, first.Body.ToJsonString()));
        }

        return known;
    }

    private void Check(Answer answer, Expected expected, Order order, string token, Facts before, Facts after)
    {
        if (Times > 1 && (answer.Replayed || (Keyed && answer.Code == "idempotency_in_progress")))
        {
            return;
        }

        // Of several at once, the later ones meet the payment that the first one made.
        (int Status, string? Code)[] allowed = expected.AsksKhalti != false && Times > 1 ? [.. expected.Answers, (202, null)] : expected.Answers;
        allowed.ShouldContain((answer.Status, answer.Code), $"order {order.Id[^6..]}, token {token}");
        Payment? payment = after.PaymentWith(token);
        switch (answer.Status)
        {
            case 200:
                payment!.Status.ShouldBeOneOf(PaymentStatus.Completed, PaymentStatus.PartiallyRefunded, PaymentStatus.Refunded);
                Always.WasPaid(after.Order(order.Id)).ShouldBeTrue();
                break;
            case 402:
                (payment is { Status: PaymentStatus.Failed } or { CompletedAt: null, Status: PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded })
                    .ShouldBeTrue($"declined, and the payment is {payment?.Status}");
                break;
            case 409 or 422:
                after.Khalti.ShouldBe(before.Khalti, "a refusal of ours moved something at Khalti");
                if (expected.AsksKhalti is not null)
                {
                    after.Payments.Select(one => (one.Id, one.Status)).ShouldBe(before.Payments.Select(one => (one.Id, one.Status)));
                }

                break;
        }
    }
}
