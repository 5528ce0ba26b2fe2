using System.Security.Claims;
using FluentValidation;
using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Desk;

/// <summary>A person has looked at an order.</summary>
/// <param name="ReasonId">Which of the open `reasons` was looked at. Needed when more than one is open.</param>
/// <param name="Attention">What that reason said. When it is another, nothing is resolved.</param>
/// <param name="ClosePayments">Whether payments that wait for a review are over, also when Khalti says that they were paid: for
/// those that can't be refunded from here and were seen to at Khalti.</param>
public sealed record ResolveOrderRequest(
    string Note, string? ReasonId = null, AttentionReason? Attention = null, bool ClosePayments = false)
{
    /// <summary>What came of it. Stays in the order's timeline.</summary>
    public string Note { get; init; } = InputText.Line(Note);
}

internal sealed class ResolveOrderRules : AbstractValidator<ResolveOrderRequest>
{
    internal const int MaxNoteLength = 500;

    public ResolveOrderRules()
    {
        RuleLevelCascadeMode = CascadeMode.Stop;
        RuleFor(request => request.Note).NotEmpty().WithMessage("What came of it?").PlainText(MaxNoteLength);
        RuleFor(request => request.ReasonId).Must(id => id is null || TypeId.IsOne(TypeId.Reason, id))
            .WithMessage("The id of one of the order's reasons.");
    }
}

/// <summary>Closes one reason for which a person should look at an order.</summary>
internal static class ResolveOrder
{
    internal static async Task<Results<Ok<AdminOrderView>, ProblemHttpResult>> Handle(
        string id, ResolveOrderRequest request, OrderStore orders, CheckoutDb db, ClaimsPrincipal user, TimeProvider time,
        CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        ProblemHttpResult? refusal = await orders.UpdateAsync(
            OrderQuery.ById(id),
            found => found.Order is { } order ? Decide(order, request, user.KeyName(), now) : Problems.NotFound("order"),
            cancellationToken);
        return refusal is not null ? refusal : TypedResults.Ok((await AdminOrders.FindAsync(db, id, CancellationToken.None))!);
    }

    private static ProblemHttpResult? Decide(Order order, ResolveOrderRequest request, string? keyName, DateTimeOffset now)
    {
        order.KeepUnrecordedReason(now);
        IReadOnlyList<RaisedReason> open = order.OpenReasons;
        if (open.Count == 0 && (request.ReasonId is not null || !request.ClosePayments))
        {
            return Problems.NothingToResolve();
        }

        // Without an id it is clear which is meant while only one is open.
        RaisedReason? meant = request.ReasonId is { } reasonId ? open.SingleOrDefault(reason => reason.Id == reasonId)
            : open.Count == 1 ? open[0] : null;
        if (open.Count > 0 && (meant is null || meant.Reason != (request.Attention ?? meant.Reason)))
        {
            return Problems.AttentionChanged(open.Select(reason => SnakeCase.Of(reason.Reason)));
        }

        if (meant is not null && order.IsLastOfHeldPayment(meant, request.ClosePayments))
        {
            return Problems.PaymentStillHeld();
        }

        order.Resolve(meant, request.Note, request.ClosePayments, keyName, now);
        return null;
    }
}
