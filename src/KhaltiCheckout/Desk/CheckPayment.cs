using System.Security.Claims;
using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Model;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Refunds;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Desk;

/// <summary>Asks Khalti now what became of a payment, on request of the staff.</summary>
internal static class CheckPayment
{
    internal static async Task<Results<Ok<AdminOrderView>, ProblemHttpResult>> Handle(
        string id, OrderStore orders, CheckoutDb db, PaymentProcessor payments, RefundProcessor refunds, ClaimsPrincipal user,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        Payment? payment = await RecordAsync(order =>
            order.Record(TimelineEvent.CheckRequested, Actor.Merchant, now, facts: null, paymentId: id, keyName: user.KeyName()));
        if (payment is null)
        {
            return Problems.NotFound("payment");
        }

        switch (await AskAsync(payment, orders, payments, refunds, user, cancellationToken))
        {
            case Answer.None:
                return Problems.CheckInProgress();
            case Answer.Silence:

                // Nothing else would tell the merchant that they know no more than before.
                await RecordAsync(order =>
                    order.Record(TimelineEvent.CheckUnanswered, Actor.Khalti, time.GetUtcNow(), facts: null, paymentId: id));
                break;
        }

        return TypedResults.Ok((await AdminOrders.FindAsync(db, payment.OrderId, CancellationToken.None))!);

        Task<Payment?> RecordAsync(Action<Order> record) => orders.UpdateAsync(
            OrderQuery.OfPayment(id),
            found =>
            {
                if (found.Order is not null)
                {
                    record(found.Order);
                }

                return found.Order?.PaymentOf(id);
            },
            CancellationToken.None);
    }

    private enum Answer
    {
        None,
        Silence,
        Given,
    }

    // A completed payment stays completed; the check reads its current state at Khalti.
    private static async Task<Answer> AskAsync(
        Payment payment, OrderStore orders, PaymentProcessor payments, RefundProcessor refunds, ClaimsPrincipal user,
        CancellationToken cancellationToken)
    {
        if (payment.Status is PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded)
        {
            LedgerSnapshot ledger = await refunds.CompareAsync(payment.Id, Actor.Merchant, user.KeyName());
            return ledger.State == LedgerState.Unanswered ? Answer.Silence : Answer.Given;
        }

        Answer answer = await payments.CheckWithLeaseAsync(payment.Id, Actor.Merchant, CheckTrigger.Manual, cancellationToken) switch
        {
            null => Answer.None,
            { Kind: FindingKind.Unanswered } => Answer.Silence,
            _ => Answer.Given,
        };

        // Money that came otherwise than expected may have gone back since.
        Payment checkedNow = (await orders.FindPaymentAsync(payment.Id, CancellationToken.None))!;
        if (answer == Answer.Given && checkedNow.Status == PaymentStatus.NeedsReview && RefundRules.CanBeCompared(checkedNow))
        {
            await refunds.CompareAsync(payment.Id, Actor.Merchant, user.KeyName(), alarm: false);
        }

        return answer;
    }
}
