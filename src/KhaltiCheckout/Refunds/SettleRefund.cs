using System.Security.Claims;
using FluentValidation;
using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Refunds;

/// <summary>What a person saw in Khalti's dashboard.</summary>
/// <param name="Outcome">Whether the money went back.</param>
public sealed record SettleRefundRequest(RefundOutcome Outcome, string Note)
{
    /// <summary>How that was found out; kept in the timeline.</summary>
    public string Note { get; init; } = InputText.Line(Note);
}

public enum RefundOutcome
{
    Completed,
    Failed,
}

internal sealed class SettleRefundRules : AbstractValidator<SettleRefundRequest>
{
    public SettleRefundRules() => RuleFor(request => request.Note).NotEmpty().WithMessage("How was that found out?").PlainText(500);
}

/// <summary>Ends a refund whose answer was lost and about which Khalti's books say nothing certain: of several parts they do not.</summary>
internal static class SettleRefund
{
    internal static async Task<Results<Ok<RefundView>, ProblemHttpResult>> Handle(
        string id, SettleRefundRequest request, ClaimsPrincipal user, OrderStore orders, RefundProcessor processor,
        CancellationToken cancellationToken)
    {
        Refund? refund = await orders.FindRefundAsync(id, cancellationToken);
        if (refund is null)
        {
            return Problems.NotFound("refund");
        }

        // While it is being sent, Khalti's own answer is on its way.
        if (refund.Status != RefundStatus.Unknown)
        {
            return Problems.NotUnknown();
        }

        return await processor.SettleAsync(refund, request.Outcome == RefundOutcome.Completed, request.Note, user.KeyName()) switch
        {
            ManualSettlementResult.Taken => TypedResults.Ok(RefundView.Of((await orders.FindRefundAsync(id, CancellationToken.None))!)),
            ManualSettlementResult.TooEarly => Problems.NotSettleable(
                "Khalti may still be making this refund. That it was not made can be said when it is a quarter of an hour old."),
            ManualSettlementResult.Contradicted => Problems.NotSettleable(
                "Khalti's own books say the opposite just now. Nothing was changed; the refund is asked about on."),
            _ => Problems.NotUnknown(),
        };
    }
}
