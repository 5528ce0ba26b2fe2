using System.Security.Claims;
using KhaltiCheckout.Data;
using KhaltiCheckout.Http;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Payments;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Admin;

/// <summary>Asks Khalti now what became of a payment, because a person wants to know.</summary>
internal static class CheckPayment
{
    internal static async Task<Results<Ok<AdminOrderView>, ProblemHttpResult>> Handle(
        string id, CheckoutDb db, Settlement settlement, ClaimsPrincipal user, TimeProvider time, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        string? orderId = await db.WriteAsync(
            async () =>
            {
                Order? order = await db.Orders.SingleOrDefaultAsync(order => order.Payments.Any(payment => payment.Id == id), cancellationToken);
                order?.Tell("check_requested", Actor.Merchant, now, paymentId: id, keyName: user.KeyName());
                return order?.Id;
            },
            cancellationToken);
        if (orderId is null)
        {
            return Problems.NotFound("payment");
        }

        if (await settlement.CheckAloneAsync(id, Actor.Merchant, dueOrNot: true, cancellationToken) is null)
        {
            return Problems.CheckInProgress();
        }

        return TypedResults.Ok((await AdminOrderView.FindAsync(db, orderId, CancellationToken.None))!);
    }
}
