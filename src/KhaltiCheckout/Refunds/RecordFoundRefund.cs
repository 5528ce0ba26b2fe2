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
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Refunds;

/// <summary>What was given back in Khalti's dashboard.</summary>
/// <param name="Amount">Paisa, as the dashboard shows it.</param>
/// <param name="RefundedBefore">Paisa: what the shop knew of before as given back of this payment. None: nothing. Another sum means that somebody
/// has recorded it meanwhile.</param>
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
        RuleFor(request => request.Note).NotEmpty().WithMessage("Who gave it back, and why?").PlainText(500);
    }
}

/// <summary>Records a refund made in Khalti's dashboard whose amount Khalti's API does not tell. No money moves.</summary>
internal static class RecordFoundRefund
{
    internal static async Task<Results<Created<RefundView>, ProblemHttpResult>> Handle(
        string id, RecordFoundRefundRequest request, ClaimsPrincipal user, CheckoutDb db, RefundProcessor settlement, ReceiptBook receipts,
        IdempotentResponse answer, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!await db.Payments.AnyAsync(payment => payment.Id == id, cancellationToken))
        {
            return Problems.NotFound("payment");
        }

        // Only what Khalti does not deny: its books must show a part, and no sum of their own.
        LedgerSnapshot books = await settlement.CompareAsync(id, Actor.Merchant, user.KeyName());
        if (books.State == LedgerState.Unanswered)
        {
            return Problems.KhaltiUnavailable();
        }

        if (books is not { State: LedgerState.RefundedInPart, Refunded: null })
        {
            return Problems.NotRefundable("Khalti's books tell by themselves what was given back of this payment, or that nothing was. Nothing was recorded.");
        }

        DateTimeOffset now = time.GetUtcNow();
        (ProblemHttpResult? refusal, RefundView? recorded) = await db.WriteAsync(
            async () =>
            {
                string orderId = await db.Payments.Where(payment => payment.Id == id).Select(payment => payment.OrderId).SingleAsync(cancellationToken);
                Order order = await db.Orders.Include(order => order.Payments).SingleAsync(order => order.Id == orderId, cancellationToken);
                Payment payment = order.Payments.Single(payment => payment.Id == id);
                if (payment.Status != PaymentStatus.PartiallyRefunded || payment.AmountReserved > Paisa.Zero)
                {
                    return (Problems.NotRefundable("A refund of this payment is under way, or it is settled. Nothing was recorded."), null);
                }

                if (payment.AmountRefunded != (request.RefundedBefore ?? Paisa.Zero))
                {
                    return (Problems.NotRefundable($"The shop knows of {payment.AmountRefunded} given back of this payment: somebody may have recorded it already. Nothing was recorded."), null);
                }

                // Khalti says a part: all of it would be another state.
                if (request.Amount >= payment.Refundable)
                {
                    return (Problems.RefundTooLarge(payment.Refundable), null);
                }

                Refund found = order.RecordFoundRefund(
                    payment, request.Amount, request.Note, books.KhaltiState, Actor.Merchant, now, user.KeyName());
                await receipts.NumberCreditNotesAsync(db, order, now);
                RefundView view = RefundView.Of(found);
                await answer.KeepAsync(db, StatusCodes.Status201Created, view, LocationOf(view));
                return ((ProblemHttpResult?)null, (RefundView?)view);
            },
            cancellationToken);
        return refusal is not null ? refusal : TypedResults.Created(LocationOf(recorded!), recorded!);
    }

    private static string LocationOf(RefundView refund) => $"/api/v1/admin/refunds/{refund.Id}";
}
