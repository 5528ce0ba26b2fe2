using KhaltiCheckout.Data;
using KhaltiCheckout.Http;
using KhaltiCheckout.Orders;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Refunds;

/// <summary>Looks into Khalti's books now, for a refund whose outcome is not known.</summary>
internal static class CheckRefund
{
    internal static async Task<Results<Ok<RefundView>, ProblemHttpResult>> Handle(
        string id, CheckoutDb db, RefundSettlement settlement, CancellationToken cancellationToken)
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

        return await settlement.CheckAloneAsync(id, Actor.Merchant, dueOrNot: true, cancellationToken) is null
            ? Problems.CheckInProgress()
            : TypedResults.Ok((await ShowRefund.FindAsync(db, id, CancellationToken.None))!);
    }
}
