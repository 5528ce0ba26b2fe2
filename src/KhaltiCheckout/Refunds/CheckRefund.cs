using System.Security.Claims;
using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Refunds;

/// <summary>Looks into Khalti's books now, for a refund whose outcome is not known.</summary>
internal static class CheckRefund
{
    internal static async Task<Results<Ok<RefundView>, ProblemHttpResult>> Handle(
        string id, CheckoutDb db, RefundProcessor settlement, ClaimsPrincipal user, TimeProvider time, CancellationToken cancellationToken)
    {
        RefundView? before = await ShowRefund.FindAsync(db, id, cancellationToken);
        if (before is null)
        {
            return Problems.NotFound("refund");
        }

        if (!before.Status.IsOpen())
        {
            return TypedResults.Ok(before);
        }

        DateTimeOffset now = time.GetUtcNow();
        await db.WriteAsync(
            async () =>
            {
                Order order = await db.Orders.SingleAsync(order => order.Id == before.OrderId, cancellationToken);
                order.Tell("check_requested", Actor.Merchant, now, id, before.PaymentId, user.KeyName());
                return true;
            },
            cancellationToken);
        return await settlement.CheckWithLeaseAsync(id, Actor.Merchant, dueOrNot: true, cancellationToken, user.KeyName()) is null
            ? Problems.CheckInProgress()
            : TypedResults.Ok((await ShowRefund.FindAsync(db, id, CancellationToken.None))!);
    }
}
