using System.Security.Claims;
using FluentValidation;
using Khalti.Client;
using KhaltiCheckout.Access;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Refunds;

/// <summary>The refund that is asked for.</summary>
/// <param name="Amount">Paisa; null for all that is left.</param>
/// <param name="PaymentId">Which payment, of an order that was paid more than once. By default the last one that can be refunded.</param>
public sealed record RefundOrderRequest(Paisa? Amount = null, string? Mobile = null, string? Reason = null, string? PaymentId = null)
{
    /// <summary>The Khalti number of ten digits that receives the money: needed when the payment came from a bank, refused when it
    /// came from a wallet. Where Khalti does not say which, it takes a key of scope `admin`.</summary>
    public string? Mobile { get; init; } = InputText.Mobile(Mobile);

    /// <summary>Why, for the order's timeline.</summary>
    public string? Reason { get; init; } = InputText.Line(Reason);
}

internal sealed class RefundOrderRules : AbstractValidator<RefundOrderRequest>
{
    internal const int MaxReasonLength = 200;

    public RefundOrderRules()
    {
        RuleFor(request => request.Amount).Must(amount => amount is null || amount > Paisa.Zero)
            .WithMessage("Paisa, more than 0; leave it out for all that is left.");
        RuleFor(request => request.Mobile).Matches(@"^9[0-9]{9}\z").WithMessage("A Khalti number of ten digits, such as 9800000000.")
            .When(request => request.Mobile is not null);
        RuleFor(request => request.Reason).PlainText(MaxReasonLength);
        RuleFor(request => request.PaymentId).MaximumLength(100).WithMessage("At most 100 characters.");
    }
}

/// <summary>
/// Refunds a payment. Khalti's books are read first; then the refund's row and its claim on the payment are saved; then Khalti
/// is asked, once. From that moment the answer is 201, 202 or Khalti's own no.
/// </summary>
internal static class RefundOrder
{
    // Each round reads Khalti's books again because ours have changed meanwhile.
    private const int MaxAttempts = 3;

    internal static async Task<Results<Created<RefundView>, Accepted<RefundView>, ProblemHttpResult>> Handle(
        string id, RefundOrderRequest request, ClaimsPrincipal user, OrderStore orders, RefundProcessor processor, RefundGateway gateway,
        IdempotentResponse response, IOptions<KhaltiOptions> khalti, TimeProvider time, HttpContext http, SecurityLog security,
        CancellationToken cancellationToken)
    {
        RefundCommand command = new(
            request.Mobile, string.IsNullOrWhiteSpace(request.Reason) ? null : request.Reason, user.KeyName(), response.RequestId);

        // A process that died after it had saved the refund leaves it under the request's key: the same request never makes a second.
        DateTimeOffset since = time.GetUtcNow() - IdempotentRequest.Lifetime;
        if (command.RequestId is { } requestId && await orders.FindRefundByRequestAsync(requestId, since, cancellationToken) is { } known)
        {
            return AnswerOf(known, refusal: null);
        }

        string? chosenId = null;
        for (int round = 1; round <= MaxAttempts; round++)
        {
            Choice choice = await orders.FindAsync(id, cancellationToken) is { } order
                ? Choose(order, request, chosenId)
                : new Choice(Problems.NotFound("order"));
            if (choice.Refusal is not null)
            {
                return choice.Refusal;
            }

            Payment seen = choice.Payment!;
            chosenId = seen.Id;
            LedgerSnapshot ledger = await processor.ReadAsync(seen);
            if (ledger.State == LedgerState.Unanswered)
            {
                return Problems.KhaltiUnavailable();
            }

            PaymentChannel channel = ledger.Channel == PaymentChannel.Unknown && request.Mobile is not null
                ? await gateway.ReadChannelAsync(seen)
                : ledger.Channel;
            Claim claim = await orders.UpdateAsync(
                OrderQuery.ById(id) with { RefundRequestId = command.RequestId, RefundRequestSince = since },
                found => Decide(
                    found, request, command, ledger, seen, RefuseMobile(request.Mobile, channel, user), time.GetUtcNow(),
                    khalti.Value.Lease),
                cancellationToken);
            if (claim.Refusal is not null)
            {
                return claim.Refusal;
            }

            if (claim.Known is not null)
            {
                return AnswerOf(claim.Known, refusal: null);
            }

            // It no longer matters whether the merchant is still there.
            if (claim.Started is { } started)
            {
                if (started.Mobile is { } masked)
                {
                    security.RefundToNumber(http, started.Id, started.OrderId, masked, channel.ToString());
                }

                (Refund refund, Refusal? refusal) = await processor.SendAsync(started, claim.Payment!, request.Mobile);
                return AnswerOf(refund, refusal);
            }
        }

        return Problems.NotRefundable("This payment is being refunded by somebody else just now. Look at the order before you try again.");
    }

    // Of an order that was paid more than once, one request never refunds two payments, nor another than the one it has checked.
    private static Choice Choose(Order order, RefundOrderRequest request, string? chosenId)
    {
        Payment? payment = request.PaymentId is { } wanted
            ? order.Payments.SingleOrDefault(payment => payment.Id == wanted)
            : order.Payments.Where(RefundRules.CanBeRefunded)
                .OrderBy(payment => payment.CompletedAt is null ? 0 : 1)
                .ThenBy(payment => payment.CompletedAt ?? payment.CreatedAt)
                .LastOrDefault();
        return payment switch
        {
            null when request.PaymentId is not null => new Choice(Problems.NotFound("payment of this order")),
            null => new Choice(Problems.NotRefundable("No payment of this order can be refunded. Nothing was done.")),
            _ when chosenId is not null && payment.Id != chosenId => new Choice(Problems.NotRefundable(
                "The order has changed, look again: the payment that was to be refunded is no longer the one. Nothing was done.")),
            { Status: PaymentStatus.PartiallyRefunded } when payment.AmountRefunded == Paisa.Zero => new Choice(Problems.NotRefundable(
                "Part of this payment was refunded at Khalti, and the shop does not know how much. Record "
                    + "that first; nothing was done.")),
            _ when !RefundRules.CanBeRefunded(payment) => new Choice(Problems.NotRefundable(
                $"The payment is {SnakeCase.Of(payment.Status)}: there is nothing to refund. Nothing was done.")),
            { AmountReserved: var reserved } when reserved > Paisa.Zero => new Choice(Problems.NotRefundable(
                "A refund of this payment is under way and its outcome is not known yet. Do not send another before it is.")),
            _ when request.Amount > payment.Refundable => new Choice(Problems.RefundTooLarge(payment.Refundable)),
            _ => new Choice(Payment: payment),
        };
    }

    // The payment's version, its check constraint and the unique index on open refunds see to it that of any number of requests at once
    // one gets past this.
    private static Claim Decide(
        FoundOrder found, RefundOrderRequest request, RefundCommand command, LedgerSnapshot ledger, Payment seen,
        ProblemHttpResult? wrongMobile,
        DateTimeOffset now, TimeSpan lease)
    {
        if (found.OfRequest is { } known)
        {
            return new Claim(null, Known: known);
        }

        // Refunds that Khalti made without us are recorded before more is refunded.
        Order order = found.Order!;
        if (order.PaymentOf(seen.Id) is { } current && current.Version == seen.Version)
        {
            order.Apply(RefundPolicy.Compare(current, ledger), current, ledger, Actor.Merchant, now, command.KeyName);
        }

        if (wrongMobile is not null)
        {
            return new Claim(wrongMobile);
        }

        Choice choice = Choose(order, request, seen.Id);
        if (choice.Payment is not { } payment)
        {
            return new Claim(choice.Refusal);
        }

        if (!RefundRules.Agree(payment, ledger))
        {
            return ledger.State == LedgerState.Unclear
                ? new Claim(
                    Problems.NotRefundable(
                        "What Khalti says of this payment does not fit what the shop knows. A person should look "
                        + "before money goes back; nothing was done."))
                : new Claim(null);
        }

        // A part that somebody has just refunded may be the very part that is asked for.
        if (request.Amount is not null && payment.AmountRefunded != seen.AmountRefunded)
        {
            return new Claim(Problems.NotRefundable(
                $"Of this payment {payment.AmountRefunded} have been refunded by now, more than a moment ago. Look at the order before "
                + "you give more; nothing was done."));
        }

        return new Claim(null, order.StartRefund(payment, request.Amount ?? payment.Refundable, command, now, lease), payment);
    }

    private static Results<Created<RefundView>, Accepted<RefundView>, ProblemHttpResult> AnswerOf(Refund refund, Refusal? refusal) =>
        refund.Status switch
        {
            RefundStatus.Completed => TypedResults.Created(LocationOf(refund), RefundView.Of(refund)),
            RefundStatus.Failed when refusal?.Fields.ContainsKey("mobile") == true => MobileNeeded(),
            RefundStatus.Failed => Problems.NotRefundable(
                "Khalti refused this refund: the payment may be too old, or refunded already. Nothing was refunded."),
            _ => TypedResults.Accepted(LocationOf(refund), RefundView.Of(refund)),
        };

    // A wallet's money goes back to that wallet. Where Khalti does not say what the payment was made from, naming a number could
    // send a wallet's money to anybody.
    private static ProblemHttpResult? RefuseMobile(string? mobile, PaymentChannel channel, ClaimsPrincipal user) => (channel, mobile) switch
    {
        (PaymentChannel.Bank, null) => MobileNeeded(),
        (PaymentChannel.Wallet, not null) => WrongMobile(
            "This payment came from a Khalti wallet and goes back there: leave the number out."),
        (PaymentChannel.Unknown, not null) when !user.MayDo(Scopes.Admin) => Problems.NumberNeedsAdmin(),
        _ => null,
    };

    private static ProblemHttpResult MobileNeeded() =>
        WrongMobile("This payment came from a bank: give the Khalti number that receives the money.");

    private static ProblemHttpResult WrongMobile(string why) =>
        TypedResults.Problem(Problems.ValidationFailed(new Dictionary<string, string[]>(StringComparer.Ordinal) { ["mobile"] = [why] }));

    private static string LocationOf(Refund refund) => $"/api/v1/admin/refunds/{refund.Id}";

    private sealed record Choice(ProblemHttpResult? Refusal = null, Payment? Payment = null);

    private sealed record Claim(ProblemHttpResult? Refusal, Refund? Started = null, Payment? Payment = null, Refund? Known = null);
}
