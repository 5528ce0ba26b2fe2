using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Tests.Payments;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>The merchant requests a partial or full refund, once or with several parallel requests.</summary>
/// <param name="Amount">Null for all that is left.</param>
internal sealed record RequestRefund(int Order, long? Amount, int Times, bool WithKey) : Operation
{
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(24);

    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (context.Orders.Count == 0)
        {
            return;
        }

        string id = Pick(context.Orders, Order);
        Payment[] candidates = [.. context.Snapshot.Order(id).Payments.Where(IsRefundable)];
        bool isHealthy = context.IsKhaltiHealthy;
        string? key = WithKey ? ModelContext.RefundKey(id, Amount) : null;

        Answer[] answers = await RaceTests.AtOnceAsync(Times, _ => context.RefundAsync(id, Amount, key));

        (Snapshot before, Snapshot after) = await context.CheckInvariantsAsync();
        if (key is not null && Replay(context, key, answers))
        {
            (after.Count("refund"), RefundedAmount(after, id))
                .ShouldBe((before.Count("refund"), RefundedAmount(before, id)), "a replayed answer refunded money");
            return;
        }

        foreach (Answer answer in answers.Where(answer => !answer.Replayed))
        {
            Check(answer, after);
        }

        // Khalti refunded at least the amounts answered with 201, at most those with 201 or 202. An earlier refund of a killed
        // process with the same key is not sent again.
        long certain = Sum(answers, before, answer => answer.Status == 201);
        long possible = Sum(answers, before, answer => answer.Status is 201 or 202);
        (RefundedAmount(after, id) - RefundedAmount(before, id)).ShouldBeInRange(certain, possible, $"Khalti's books of order {id[^6..]}");
        if (WithKey)
        {
            answers.Where(answer => answer.Status < 300).Select(answer => (string?)answer.Body["id"]).Distinct().Count()
                .ShouldBeLessThanOrEqualTo(1, "one key refunded twice");
        }

        if (isHealthy && Times == 1 && candidates.Length <= 1 && !context.WasKilledDuring(key))
        {
            Predict(candidates.SingleOrDefault(), before).ShouldBe((answers[0].Status, answers[0].Code), $"order {id[^6..]}");
        }
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
        $"refund {(Amount is { } part ? $"{part} paisa" : "all that is left")} of order "
        + $"{Order}{(WithKey ? " with a key" : "")}{(Times > 1 ? $", {Times} times at once" : "")}";

    /// <summary>Whether the payment can be refunded: its money was received and its refunded amount is known.</summary>
    internal static bool IsRefundable(Payment payment) => payment is { TransactionId: not null, AmountPaid: not null }
        && (payment.Status == PaymentStatus.Completed
            || (payment.Status == PaymentStatus.PartiallyRefunded && (long)payment.AmountRefunded > 0)
            || (payment.Status == PaymentStatus.NeedsReview && payment.KhaltiState == "Completed"));

    // The amount is checked against the shop's data first, then against Khalti's, so that a refund in the dashboard is not made
    // again.
    private (int Status, string? Code) Predict(Payment? payment, Snapshot before)
    {
        if (payment is null || (long)payment.AmountReserved > 0)
        {
            return (409, "not_refundable");
        }

        if (Amount > (long)payment.AmountPaid! - (long)payment.AmountRefunded)
        {
            return (422, "refund_too_large");
        }

        long refunded = before.TransactionOf(payment)!.RefundedAmount;
        long left = (long)payment.AmountPaid - refunded;
        return left == 0 ? (409, "not_refundable")
            : Amount > left ? (422, "refund_too_large")

            // A refund just found at Khalti may be the requested one, so it is not made again.
            : Amount is not null && refunded != (long)payment.AmountRefunded ? (409, "not_refundable")
            : (201, null);
    }

    private static void Check(Answer answer, Snapshot after)
    {
        switch (answer.Status, answer.Code)
        {
            case (201 or 202, null):
                Refund refund = after.Refunds.Single(refund => refund.Id == (string)answer.Body["id"]!);
                refund.Status.ShouldBeOneOf(
                    answer.Status == 201
                    ? [RefundStatus.Completed] : [RefundStatus.Requested, RefundStatus.Unknown, RefundStatus.Completed]);
                ((long)refund.Amount).ShouldBe((long)answer.Body["amount"]!);
                break;
            case (409, "not_refundable" or "idempotency_in_progress") or (422, "refund_too_large") or (503, "khalti_unavailable"):
                break;
            default:
                throw new InvalidOperationException($"A refund was answered {answer.Status} {answer.Code}.");
        }
    }

    private static long RefundedAmount(Snapshot snapshot, string order) =>
        snapshot.Order(order).Payments.Sum(payment => snapshot.TransactionOf(payment)?.RefundedAmount ?? 0);

    private static long Sum(Answer[] answers, Snapshot before, Func<Answer, bool> which) =>
        answers.Where(which).DistinctBy(answer => (string?)answer.Body["id"])
            .Where(answer => before.Refunds.All(refund => refund.Id != (string?)answer.Body["id"]))
            .Sum(answer => (long)answer.Body["amount"]!);

    // Every answer is stored for a day, except that Khalti is unavailable.
    private static bool Replay(ModelContext context, string key, Answer[] answers)
    {
        bool known = context.IdempotentAnswers.TryGetValue(key, out (Answer First, DateTimeOffset At) stored)
            && context.Snapshot.At < stored.At + KeyLifetime;
        Answer? first = known ? stored.First
            : answers.FirstOrDefault(answer => !answer.Replayed && answer.Status < 500 && answer.Code != "idempotency_in_progress");
        if (first is null)
        {
            return false;
        }

        context.IdempotentAnswers[key] = known ? stored : (first, context.Snapshot.At);
        foreach (Answer again in answers.Where(answer => known || answer.Replayed))
        {
            again.Replayed.ShouldBeTrue("the same key and body again");
            (again.Status, again.Code, again.Body.ToJsonString()).ShouldBe((first.Status, first.Code, first.Body.ToJsonString()));
        }

        return known;
    }
}

/// <summary>Kills the process during a refund call.</summary>
internal sealed record KillDuringRefund(int Order, long? Amount, bool AfterCall, bool WithKey) : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        if (context.Orders.Count == 0)
        {
            return;
        }

        string id = Pick(context.Orders, Order);
        if (await context.StallRefundAsync(id, Amount, WithKey ? ModelContext.RefundKey(id, Amount) : null, AfterCall))
        {
            await context.KillAsync();
        }
    }

    internal override IEnumerable<Operation> Shrink()
    {
        if (WithKey)
        {
            yield return this with { WithKey = false };
        }

        for (int smaller = 0; smaller < Order; smaller++)
        {
            yield return this with { Order = smaller };
        }
    }

    public override string ToString() =>
        $"refund {(Amount is { } part ? $"{part} paisa" : "all that is left")} of order {Order}{(WithKey ? " with a key" : "")}, and the "
        + $"shop is killed {(AfterCall ? "after" : "before")} Khalti acted; it is restarted";
}

/// <summary>The merchant does not wait for the worker.</summary>
internal sealed record CheckRefund(int Number) : Operation
{
    internal override async Task ExecuteAsync(ModelContext context)
    {
        Refund[] refunds = [.. context.Snapshot.Refunds.OrderBy(refund => refund.Status.IsOpen() ? 0 : 1)];
        if (refunds.Length == 0)
        {
            return;
        }

        Refund asked = Pick(
            refunds, refunds.Any(refund => refund.Status.IsOpen()) ? Number % refunds.Count(refund => refund.Status.IsOpen()) : Number);
        bool isHealthy = context.IsKhaltiHealthy;

        Answer answer = await context.PostAsync($"/api/v1/admin/refunds/{asked.Id}/check", null);

        (Snapshot before, Snapshot after) = await context.CheckInvariantsAsync();
        after.Khalti.ShouldBe(before.Khalti, "looking moved something at Khalti");
        bool isTaken = asked.Status.IsOpen() && asked.LeasedUntil > before.At;
        (answer.Status, answer.Code).ShouldBe(isTaken ? (409, "check_in_progress") : (200, null));
        if (answer.Status != 200)
        {
            return;
        }

        Refund now = after.Refunds.Single(refund => refund.Id == asked.Id);
        ((string?)answer.Body["status"]).ShouldBe(SnakeCase.Of(now.Status));
        if (asked.Status.IsOpen() && isHealthy)
        {
            long refunded = after.TransactionOf(after.Payments.Single(payment => payment.Id == asked.PaymentId))!.RefundedAmount;
            bool shown = refunded >= (long)asked.RefundedBefore + (long)asked.Amount;
            (now.Status == RefundStatus.Completed).ShouldBe(shown, "Khalti's books were read");
        }
    }

    internal override IEnumerable<Operation> Shrink() => Enumerable.Range(0, Number).Select(smaller => this with { Number = smaller });

    public override string ToString() => $"ask about refund {Number} now";
}
