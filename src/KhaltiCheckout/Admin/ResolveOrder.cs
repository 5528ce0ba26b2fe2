using System.Security.Claims;
using FluentValidation;
using KhaltiCheckout.Data;
using KhaltiCheckout.Http;
using KhaltiCheckout.Orders;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Admin;

/// <summary>A person has looked at an order.</summary>
/// <param name="Note">What came of it. Stays in the order's timeline.</param>
/// <param name="Attention">The reason that was looked at. When another one has come up since, nothing is resolved.</param>
/// <param name="ClosePayments">Whether payments that wait for a review are over, also when Khalti says that they were paid: for
/// those that can't be given back from here and were seen to at Khalti.</param>
public sealed record ResolveOrderRequest(string Note, Attention? Attention = null, bool ClosePayments = false);

internal sealed class ResolveOrderRules : AbstractValidator<ResolveOrderRequest>
{
    internal const int LongestNote = 500;

    public ResolveOrderRules()
    {
        RuleLevelCascadeMode = CascadeMode.Stop;
        RuleFor(request => request.Note).NotEmpty().WithMessage("What came of it?").PlainText(LongestNote);
    }
}

/// <summary>Takes an order off the list of those that a person should look at.</summary>
internal static class ResolveOrder
{
    internal static async Task<Results<Ok<AdminOrderView>, ProblemHttpResult>> Handle(
        string id, ResolveOrderRequest request, CheckoutDb db, ClaimsPrincipal user, TimeProvider time, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        ProblemHttpResult? refusal = await db.WriteAsync<ProblemHttpResult?>(
            async () =>
            {
                Order? order = await db.Orders.Include(order => order.Payments).SingleOrDefaultAsync(order => order.Id == id, cancellationToken);
                switch (order)
                {
                    case null:
                        return Problems.NotFound("order");
                    case { Attention: null } when !request.ClosePayments:
                        return Problems.NothingToResolve();
                    case { Attention: { } reason } when request.Attention is { } seen && seen != reason:
                        return Problems.AttentionChanged(SnakeCase.Of(reason));
                    default:
                        order.Resolve(request.Note.Trim(), request.ClosePayments, user.KeyName(), now);
                        return null;
                }
            },
            cancellationToken);
        return refusal is not null ? refusal : TypedResults.Ok((await AdminOrderView.FindAsync(db, id, CancellationToken.None))!);
    }
}
