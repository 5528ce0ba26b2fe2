using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Refunds;

internal static class ShowRefund
{
    internal static async Task<Results<Ok<RefundView>, ProblemHttpResult>> Handle(
        string id, CheckoutDb db, CancellationToken cancellationToken) =>
        await FindAsync(db, id, cancellationToken) is { } refund ? TypedResults.Ok(refund) : Problems.NotFound("refund");

    internal static async Task<RefundView?> FindAsync(CheckoutDb db, string id, CancellationToken cancellationToken) =>
        await db.Refunds.AsNoTracking().SingleOrDefaultAsync(refund => refund.Id == id, cancellationToken) is { } refund
            ? RefundView.Of(refund)
            : null;
}
