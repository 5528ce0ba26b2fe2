using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Tests.Payments;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>The merchant gives back a part, or all that is left, once or with several clicks at once.</summary>
/// <param name="Amount">Null for all that is left.</param>
internal sealed record RecordRefunded(int Order, long? Amount, int Times, bool Keyed) : Operation
{
    private static readonly TimeSpan KeysLive = TimeSpan.FromHours(24);

    internal override async Task DoAsync(World world)
    {
        if (world.Orders.Count == 0)
        {
            return;
        }

        string id = Pick(world.Orders, Order);
        Payment[] candidates = [.. world.Facts.Order(id).Payments.Where(CanGoBack)];
        bool isWell = world.KhaltiIsWell;
        string? key = Keyed ? World.RefundKey(id, Amount) : null;

        Answer[] answers = await RaceTests.AtOnceAsync(Times, _ => world.GiveBackAsync(id, Amount, key));

        (Facts before, Facts after) = await world.LookAsync();
        if (key is not null && Replay(world, key, answers))
        {
            (after.Count("refund"), Given(after, id)).ShouldBe((before.Count("refund"), Given(before, id)), "a replayed answer gave money back");
            return;
        }

        foreach (Answer answer in answers.Where(answer => !answer.Replayed))
        {
            Check(answer, after);
        }

        // What Khalti gave back is what we were told that it did, or may have. A refund that was there before, of a request with
        // the same key whose process died, is not sent now.
        long certain = Sum(answers, before, answer => answer.Status == 201);
        long possible = Sum(answers, before, answer => answer.Status is 201 or 202);
        (Given(after, id) - Given(before, id)).ShouldBeInRange(certain, possible, $"Khalti's books of order {id[^6..]}");
        if (Keyed)
        {
            answers.Where(answer => answer.Status < 300).Select(answer => (string?)answer.Body["id"]).Distinct().Count()
                .ShouldBeLessThanOrEqualTo(1, "one key gave money back twice");
        }

        if (isWell && Times == 1 && candidates.Length <= 1 && !world.HasDied(key))
        {
            Foretold(candidates.SingleOrDefault(), before).ShouldBe((answers[0].Status, answers[0].Code), $"order {id[^6..]}");
        }
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

        if (Amount is not null)
        {
            yield return this with { Amount = null };
        }

        if (Order > 0)
        {
            yield return this with { Order = 0 };
        }
    }

    public override string ToString() =>
        $"give back {(Amount is { } part ? $"{part} paisa" : "all that is left")} of order {Order}{(Keyed ? " with a key" : "")}{(Times > 1 ? $", {Times} times at once" : "")}";

    /// <summary>Money that came, and of which the shop knows how much went back.</summary>
    internal static bool CanGoBack(Payment payment) => payment is { TransactionId: not null, AmountPaid: not null }
        && (payment.Status == PaymentStatus.Completed
            || (payment.Status == PaymentStatus.PartiallyRefunded && (long)payment.AmountRefunded > 0)
            || (payment.Status == PaymentStatus.NeedsReview && payment.KhaltiState == "Completed"));

    // What is too much by our own books needs no look at Khalti's. They are read before anything goes back: what was given
    // back in the dashboard is not given back again.
    private (int Status, string? Code) Foretold(Payment? payment, Facts before)
    {
        if (payment is null || (long)payment.AmountReserved > 0)
        {
            return (409, "not_refundable");
        }

        if (Amount > (long)payment.AmountPaid! - (long)payment.AmountRefunded)
        {
            return (422, "refund_too_large");
        }

        long given = before.TransactionOf(payment)!.RefundedAmount;
        long left = (long)payment.AmountPaid - given;
        return left == 0 ? (409, "not_refundable")
            : Amount > left ? (422, "refund_too_large")

            // A part that was just found at Khalti may be the very part that is asked for: it is not given again.
            : Amount is not null && given != (long)payment.AmountRefunded ? (409, "not_refundable")
            : (201, null);
    }

    private static void Check(Answer answer, Facts after)
    {
        switch (answer.Status, answer.Code)
        {
            case (201 or 202, null):
                Refund refund = after.Refunds.Single(refund => refund.Id == (string)answer.Body["id"]!);
                refund.Status.ShouldBeOneOf(answer.Status == 201 ? [RefundStatus.Completed] : [RefundStatus.Requested, RefundStatus.Unknown, RefundStatus.Completed]);
                ((long)refund.Amount).ShouldBe((long)answer.Body["amount"]!);
                break;
            case (409, "not_refundable" or "idempotency_in_progress") or (422, "refund_too_large") or (503, "khalti_unavailable"):
                break;
            default:
                throw new InvalidOperationException($"A refund was answered {answer.Status} {answer.Code}.");
        }
    }

    private static long Given(Facts facts, string order) =>
        facts.Order(order).Payments.Sum(payment => facts.TransactionOf(payment)?.RefundedAmount ?? 0);

    private static long Sum(Answer[] answers, Facts before, Func<Answer, bool> which) =>
        answers.Where(which).DistinctBy(answer => (string?)answer.Body["id"])
            .Where(answer => before.Refunds.All(refund => refund.Id != (string?)answer.Body["id"]))
            .Sum(answer => (long)answer.Body["amount"]!);

    // Khalti being away is no answer to keep; every other is, for a day.
    private static bool Replay(World world, string key, Answer[] answers)
    {
        bool known = world.Kept.TryGetValue(key, out (Answer First, DateTimeOffset At) kept) && world.Facts.At < kept.At + KeysLive;
        Answer? first = known ? kept.First : answers.FirstOrDefault(answer => !answer.Replayed && answer.Status < 500 && answer.Code != "idempotency_in_progress");
        if (first is null)
        {
            return false;
        }

        world.Kept[key] = known ? kept : (first, world.Facts.At);
        foreach (Answer again in answers.Where(answer => known || answer.Replayed))
        {
            again.Replayed.ShouldBeTrue("the same key and body again");
            (again.Status, again.Code, again.Body.ToJsonString()).ShouldBe((first.Status, first.Code, first.Body.ToJsonString()));
        }

        return known;
    }
}

/// <summary>The process dies while Khalti is being asked to give money back.</summary>
internal sealed record KillWhileGivingBack(int Order, long? Amount, bool AfterKhaltiActed, bool Keyed) : Operation
{
    internal override async Task DoAsync(World world)
    {
        if (world.Orders.Count == 0)
        {
            return;
        }

        string id = Pick(world.Orders, Order);
        if (await world.StallRefundAsync(id, Amount, Keyed ? World.RefundKey(id, Amount) : null, AfterKhaltiActed))
        {
            await world.KillAsync();
        }
    }

    internal override IEnumerable<Operation> Simpler()
    {
        if (Keyed)
        {
            yield return this with { Keyed = false };
        }

        for (int less = 0; less < Order; less++)
        {
            yield return this with { Order = less };
        }
    }

    public override string ToString() =>
        $"give back {(Amount is { } part ? $"{part} paisa" : "all that is left")} of order {Order}{(Keyed ? " with a key" : "")}, and the shop is killed {(AfterKhaltiActed ? "after" : "before")} Khalti acted; it starts anew";
}

/// <summary>The merchant does not wait for the worker.</summary>
internal sealed record CheckTheRefund(int Number) : Operation
{
    internal override async Task DoAsync(World world)
    {
        Refund[] refunds = [.. world.Facts.Refunds.OrderBy(refund => refund.Status.IsOpen() ? 0 : 1)];
        if (refunds.Length == 0)
        {
            return;
        }

        Refund asked = Pick(refunds, refunds.Any(refund => refund.Status.IsOpen()) ? Number % refunds.Count(refund => refund.Status.IsOpen()) : Number);
        bool isWell = world.KhaltiIsWell;

        Answer answer = await world.PostAsync($"/api/v1/admin/refunds/{asked.Id}/check", null);

        (Facts before, Facts after) = await world.LookAsync();
        after.Khalti.ShouldBe(before.Khalti, "looking moved something at Khalti");
        bool isTaken = asked.Status.IsOpen() && asked.LeasedUntil > before.At;
        (answer.Status, answer.Code).ShouldBe(isTaken ? (409, "check_in_progress") : (200, null));
        if (answer.Status != 200)
        {
            return;
        }

        Refund now = after.Refunds.Single(refund => refund.Id == asked.Id);
        ((string?)answer.Body["status"]).ShouldBe(SnakeCase.Of(now.Status));
        if (asked.Status.IsOpen() && isWell)
        {
            long given = after.TransactionOf(after.Payments.Single(payment => payment.Id == asked.PaymentId))!.RefundedAmount;
            bool shown = given >= (long)asked.RefundedBefore + (long)asked.Amount;
            (now.Status == RefundStatus.Completed).ShouldBe(shown, "Khalti's books were read");
        }
    }

    internal override IEnumerable<Operation> Simpler() => Enumerable.Range(0, Number).Select(less => this with { Number = less });

    public override string ToString() => $"ask about refund {Number} now";
}
