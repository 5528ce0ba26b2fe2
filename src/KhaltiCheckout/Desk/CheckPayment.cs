using System.Security.Claims;
using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Model;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Refunds;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Desk;

/// <summary>Asks Khalti now what became of a payment, because a person wants to know.</summary>
internal static class CheckPayment
{
    internal static async Task<Results<Ok<AdminOrderView>, ProblemHttpResult>> Handle(
        string id, CheckoutDb db, PaymentProcessor settlement, RefundProcessor refunds, ClaimsPrincipal user, TimeProvider time, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        string? orderId = await db.WriteAsync(
            async () =>
            {
                string? of = await db.Payments.Where(payment => payment.Id == id).Select(payment => payment.OrderId).SingleOrDefaultAsync(cancellationToken);
                Order? order = await db.Orders.SingleOrDefaultAsync(order => order.Id == of, cancellationToken);
                order?.Tell("check_requested", Actor.Merchant, now, paymentId: id, keyName: user.KeyName());
                return order?.Id;
            },
            cancellationToken);
        if (orderId is null)
        {
            return Problems.NotFound("payment");
        }

        switch (await AskAsync(id, db, settlement, refunds, user, cancellationToken))
        {
            case Answer.None:
                return Problems.CheckInProgress();
            case Answer.Silence:

                // Nothing else would tell the person who asked that they know no more than before.
                await db.WriteAsync(
                    async () =>
                    {
                        Order order = await db.Orders.SingleAsync(order => order.Id == orderId);
                        order.Tell("check_unanswered", Actor.Khalti, time.GetUtcNow(), paymentId: id);
                        return true;
                    },
                    CancellationToken.None);
                break;
        }

        return TypedResults.Ok((await AdminOrderView.FindAsync(db, orderId, CancellationToken.None))!);
    }

    private enum Answer
    {
        None,
        Silence,
        Given,
    }

    // What was paid stays paid; Khalti is asked what has become of it since.
    private static async Task<Answer> AskAsync(
        string id, CheckoutDb db, PaymentProcessor settlement, RefundProcessor refunds, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        PaymentStatus status = await db.Payments.Where(payment => payment.Id == id).Select(payment => payment.Status).SingleAsync(cancellationToken);
        if (status is PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded)
        {
            LedgerSnapshot books = await refunds.CompareAsync(id, Actor.Merchant, user.KeyName());
            return books.State == LedgerState.Unanswered ? Answer.Silence : Answer.Given;
        }

        Answer answer = await settlement.CheckWithLeaseAsync(id, Actor.Merchant, CheckTrigger.Manual, cancellationToken) switch
        {
            null => Answer.None,
            { Kind: FindingKind.Unanswered } => Answer.Silence,
            _ => Answer.Given,
        };

        // Money that came otherwise than expected may have gone back since.
        Payment payment = await db.Payments.AsNoTracking().SingleAsync(payment => payment.Id == id, CancellationToken.None);
        if (answer == Answer.Given && payment.Status == PaymentStatus.NeedsReview && RefundRules.CanBeCompared(payment))
        {
            await refunds.CompareAsync(id, Actor.Merchant, user.KeyName(), alarm: false);
        }

        return answer;
    }
}
