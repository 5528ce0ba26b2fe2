using System.Security.Claims;
using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Refunds;

/// <summary>Reads Khalti's ledger now, for a refund whose outcome is not known.</summary>
internal static class CheckRefund
{
    internal static async Task<Results<Ok<RefundView>, ProblemHttpResult>> Handle(
        string id, OrderStore orders, RefundProcessor processor, ClaimsPrincipal user, TimeProvider time,
        CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        Refund? before = await orders.UpdateAsync(
            OrderQuery.OfRefund(id),
            found =>
            {
                Refund? refund = found.Order?.Refunds.Single(refund => refund.Id == id);
                if (refund?.Status.IsOpen() == true)
                {
                    found.Order!.Record(
                        TimelineEvent.CheckRequested, Actor.Merchant, now, new TimelineFacts(RefundId: id), id, refund.PaymentId,
                        user.KeyName());
                }

                return refund;
            },
            cancellationToken);
        if (before is null)
        {
            return Problems.NotFound("refund");
        }

        if (!before.Status.IsOpen())
        {
            return TypedResults.Ok(RefundView.Of(before));
        }

        return await processor.CheckWithLeaseAsync(id, Actor.Merchant, CheckTrigger.Scheduled, cancellationToken, user.KeyName()) is null
            ? Problems.CheckInProgress()
            : TypedResults.Ok(RefundView.Of((await orders.FindRefundAsync(id, CancellationToken.None))!));
    }
}
