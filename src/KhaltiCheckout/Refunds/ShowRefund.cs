using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Refunds;

/// <summary>Shows one refund.</summary>
internal static class ShowRefund
{
    internal static async Task<Results<Ok<RefundView>, ProblemHttpResult>> Handle(
        string id, OrderStore orders, CancellationToken cancellationToken) =>
        await orders.FindRefundAsync(id, cancellationToken) is { } refund
            ? TypedResults.Ok(RefundView.Of(refund)) : Problems.NotFound("refund");
}
