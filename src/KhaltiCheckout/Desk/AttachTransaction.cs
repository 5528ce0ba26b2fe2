using System.Security.Claims;
using FluentValidation;
using KhaltiCheckout.Access;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Http;
using KhaltiCheckout.Model;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.TransactionMatching;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Desk;

/// <summary>A transaction that Khalti's dashboard shows and that no payment here has.</summary>
/// <param name="TransactionId">Khalti's id of it (`idx`).</param>
public sealed record AttachTransactionRequest(string TransactionId, string Note)
{
    /// <summary>How it was found out that it belongs to this order; kept in the timeline.</summary>
    public string Note { get; init; } = InputText.Line(Note);
}

internal sealed class AttachTransactionRules : AbstractValidator<AttachTransactionRequest>
{
    public AttachTransactionRules()
    {
        RuleLevelCascadeMode = CascadeMode.Stop;
        RuleFor(request => request.TransactionId).NotEmpty().WithMessage("Khalti's id of the transaction.")
            .MaximumLength(UnmatchedTransactionMapping.MaxIdLength).WithMessage("At most 100 characters.")
            .Must(id => id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            .WithMessage("Letters, digits, - and _ only.");
        RuleFor(request => request.Note).NotEmpty().WithMessage("How was that found out?").PlainText(ResolveOrderRules.MaxNoteLength);
    }
}

/// <summary>
/// Pays an order with a transaction that Khalti knows and the shop does not. Khalti is asked first; what it says decides, and a
/// transaction pays one order at most. Of a paid order this is a second payment, which can then be refunded.
/// </summary>
internal static class AttachTransaction
{
    internal static async Task<Results<Created<AdminOrderView>, Ok<AdminOrderView>, ProblemHttpResult>> Handle(
        string id, AttachTransactionRequest request, OrderStore orders, CheckoutDb db, TransactionGateway gateway,
        PaymentProcessor payments, ClaimsPrincipal user, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await orders.FindAsync(id, cancellationToken) is not { } order)
        {
            return Problems.NotFound("order");
        }

        TransactionAnswer answer = await gateway.ReadAsync(request.TransactionId, cancellationToken);
        if (await RefuseAsync(order, answer, orders, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        // It no longer matters whether the merchant is still there.
        DateTimeOffset now = StorageFormat.Now(time);
        MatchResult result = await payments.MatchAsync(
            id, answer, new Attachment(request.Note, user.KeyName()), reportWaiting: false,
            (sql, decided) => decided.Outcome == MatchOutcome.Paid
                ? UnmatchedRows.SetMatchedAsync(sql, answer.Id, id, now)
                : Task.CompletedTask,
            CancellationToken.None);
        return result switch
        {
            { Outcome: MatchOutcome.Paid } => TypedResults.Created($"/api/v1/admin/orders/{id}", await ViewAsync()),

            // Also the same request again, whose process died before it had answered.
            { Outcome: MatchOutcome.Known } when result.OrderId == id => TypedResults.Ok(await ViewAsync()),
            { Outcome: MatchOutcome.Known } => Problems.TransactionAlreadyUsed(),
            { Outcome: MatchOutcome.Waiting } => Problems.AttachmentInProgress(),
            { Rule: RuleId.PaymentInReview } => Problems.NotAttachable(
                "A payment of this order waits for a review and may be this transaction. Settle it first; nothing was done."),
            { Rule: RuleId.AmountDiffers } => Problems.NotAttachable(
                $"{answer.Said}; the order costs {order.Amount}. Nothing was done."),
            _ => Problems.NotAttachable($"{answer.Said}: only a completed transaction pays an order. Nothing was done."),
        };

        async Task<AdminOrderView> ViewAsync() => (await AdminOrders.FindAsync(db, id, CancellationToken.None))!;
    }

    // What needs no look at the order's payments.
    private static async Task<ProblemHttpResult?> RefuseAsync(
        Order order, TransactionAnswer answer, OrderStore orders, CancellationToken cancellationToken) => answer switch
        {
            { IsAnswered: false } => Problems.KhaltiUnavailable(),
            { IsKnown: false } => Problems.NotAttachable("Khalti knows no such transaction. Nothing was done."),
            { IsMoneyHere: false } => Problems.NotAttachable(
                $"{answer.Said}: only a completed transaction pays an order. Nothing was done."),
            { ProductIdentity: { } identity }
                when identity != order.Id && await orders.FindVersionAsync(identity, cancellationToken) is not null =>
                Problems.NotAttachable("Khalti says that this transaction was paid for another order. Nothing was done."),
            _ => null,
        };
}
