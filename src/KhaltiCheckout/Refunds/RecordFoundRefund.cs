using System.Security.Claims;
using FluentValidation;
using Khalti.Client;
using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Refunds;

/// <summary>What was refunded in Khalti's dashboard.</summary>
/// <param name="Amount">Paisa, as the dashboard shows it.</param>
/// <param name="RefundedBefore">Paisa: what the shop knew of before as refunded of this payment. None: nothing. Another sum means that
/// somebody has recorded it meanwhile.</param>
public sealed record RecordFoundRefundRequest(Paisa Amount, string Note, Paisa? RefundedBefore = null)
{
    /// <summary>Who did it and why; kept in the timeline.</summary>
    public string Note { get; init; } = InputText.Line(Note);
}

internal sealed class RecordFoundRefundRules : AbstractValidator<RecordFoundRefundRequest>
{
    public RecordFoundRefundRules()
    {
        RuleFor(request => request.Amount).Must(amount => amount > Paisa.Zero).WithMessage("Paisa, more than 0.");
        RuleFor(request => request.Note).NotEmpty().WithMessage("Who made the refund, and why?").PlainText(500);
    }
}

/// <summary>Records a refund made in Khalti's dashboard whose amount Khalti's API does not tell. No money moves.</summary>
internal static class RecordFoundRefund
{
    internal static async Task<Results<Created<RefundView>, ProblemHttpResult>> Handle(
        string id, RecordFoundRefundRequest request, ClaimsPrincipal user, OrderStore orders, RefundProcessor processor,
        IdempotentResponse response,
        TimeProvider time, CancellationToken cancellationToken)
    {
        if (await orders.FindPaymentAsync(id, cancellationToken) is null)
        {
            return Problems.NotFound("payment");
        }

        // Only what Khalti does not deny: its ledger must show a part, and no sum of its own.
        LedgerSnapshot ledger = await processor.CompareAsync(id, Actor.Merchant, user.KeyName());
        if (ledger.State == LedgerState.Unanswered)
        {
            return Problems.KhaltiUnavailable();
        }

        if (ledger is not { State: LedgerState.RefundedInPart, Refunded: null })
        {
            return Problems.NotRefundable(
                "Khalti's books tell by themselves what was refunded of this payment, or that nothing was. Nothing was recorded.");
        }

        DateTimeOffset now = time.GetUtcNow();
        (ProblemHttpResult? refusal, Refund? recorded) = await orders.UpdateAsync(
            OrderQuery.OfPayment(id),
            found => Decide(found.Order!, found.Order!.PaymentOf(id), request, ledger, user.KeyName(), now),
            cancellationToken,
            (sql, decided) => decided.Recorded is { } refund
                ? response.SaveAsync(sql, StatusCodes.Status201Created, RefundView.Of(refund), LocationOf(refund))
                : Task.CompletedTask);
        return refusal is not null ? refusal : TypedResults.Created(LocationOf(recorded!), RefundView.Of(recorded!));
    }

    private static (ProblemHttpResult? Refusal, Refund? Recorded) Decide(
        Order order, Payment payment, RecordFoundRefundRequest request, LedgerSnapshot ledger, string? keyName, DateTimeOffset now)
    {
        if (payment.Status != PaymentStatus.PartiallyRefunded || payment.AmountReserved > Paisa.Zero)
        {
            return (Problems.NotRefundable("A refund of this payment is under way, or it is settled. Nothing was recorded."), null);
        }

        if (payment.AmountRefunded != (request.RefundedBefore ?? Paisa.Zero))
        {
            return (Problems.NotRefundable(
                $"The shop knows of {payment.AmountRefunded} refunded of this payment: somebody may have "
                + "recorded it already. Nothing was recorded."), null);
        }

        // Khalti says a part: all of it would be another state.
        return request.Amount >= payment.Refundable
            ? (Problems.RefundTooLarge(payment.Refundable), null)
            : (null, order.RecordFoundRefund(
                payment, request.Amount, RuleId.RecordedByStaff, request.Note, ledger.KhaltiState, Actor.Merchant, now, keyName));
    }

    private static string LocationOf(Refund refund) => $"/api/v1/admin/refunds/{refund.Id}";
}
