using FluentValidation;
using Khalti.Client;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Http;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Payments;

/// <summary>What the page got from Khalti's widget, and for which order.</summary>
/// <param name="OrderId">The order that is paid.</param>
/// <param name="Token">The widget's token: a hint that the shopper confirmed, and nothing more.</param>
/// <param name="Amount">Paisa, as the page believes. Only cross-checked; Khalti is asked for the order's.</param>
public sealed record VerifyPaymentRequest(string OrderId, string Token, Paisa Amount);

internal sealed class VerifyPaymentRules : AbstractValidator<VerifyPaymentRequest>
{
    public VerifyPaymentRules()
    {
        RuleFor(request => request.OrderId).NotEmpty().WithMessage("Which order?").MaximumLength(100)
            .WithMessage("At most 100 characters.");

        // Khalti's tokens are opaque: their length and alphabet are no rule of ours.
        RuleFor(request => request.Token).NotEmpty().WithMessage("The token that Khalti's widget gave.")
            .MaximumLength(255).WithMessage("At most 255 characters.")
            .Must(token => token is null || token.All(letter => letter is > ' ' and <= '~')).WithMessage("Printable ASCII without blanks.");
        RuleFor(request => request.Amount).Must(amount => amount > Paisa.Zero).WithMessage("Paisa, more than 0.");
    }
}

/// <summary>
/// Takes the widget's token and has Khalti complete the payment. Everything that can be refused is refused before Khalti is
/// called, because that call moves the money; from the moment it may have moved, the answer is 200, 202 or Khalti's own no.
/// </summary>
internal static class VerifyWidgetPayment
{
    internal static async Task<Results<Ok<OrderView>, Accepted<OrderView>, ProblemHttpResult>> Handle(
        VerifyPaymentRequest request, OrderStore orders, PaymentProcessor payments, IOptions<KhaltiOptions> khalti, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (!khalti.Value.Widget.Enabled)
        {
            return Problems.NotFound("way to pay in this shop");
        }

        Claim claim = await TryAsync(links: null);
        if (claim.MustLookFirst)
        {
            // Khalti's page may have taken the money for this order already: then this token must not take it again.
            claim = await TryAsync(await payments.AskAboutLinksAsync(request.OrderId, Actor.Shopper, cancellationToken));
        }

        if (claim.Refusal is not null)
        {
            return claim.Refusal;
        }

        // Of all posts of this token, one made the row and only that one calls Khalti. It no longer matters whether the
        // shopper is still there.
        OrderView order = OrderView.Of(claim.Started is not null
            ? await payments.VerifyAsync(claim.Started)
            : (await orders.FindAsync(request.OrderId, CancellationToken.None))!);
        PaymentView paid = order.Payments.Single(payment => payment.Id == claim.PaymentId);
        return paid.Status switch
        {
            // Held, and refunded: it never paid the order.
            PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded when paid.CompletedAt is null => Problems.PaymentDeclined(),
            PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded => TypedResults.Ok(order),
            PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired => Problems.PaymentDeclined(),
            _ => TypedResults.Accepted($"/api/v1/orders/{order.Id}", order),
        };

        // Of any number of posts at once one gets past this: the unique indexes on the token and on one verifying payment per order, and
        // the order's version, see to it.
        Task<Claim> TryAsync(LinkAnswers? links) => orders.UpdateAsync(
            OrderQuery.ById(request.OrderId) with { Token = request.Token },
            found => Decide(request, found, StorageFormat.Now(time), khalti.Value.Lease, links),
            cancellationToken);
    }

    // All that can be decided without Khalti.
    private static Claim Decide(
        VerifyPaymentRequest request, FoundOrder found, DateTimeOffset now, TimeSpan lease, LinkAnswers? links)
    {
        if (found.Order is not { } order)
        {
            return Claim.Refused(Problems.NotFound("order"));
        }

        if (request.Amount != order.Amount)
        {
            order.RecordAmountMismatch(request.Amount, now);
            return Claim.Refused(Problems.AmountMismatch());
        }

        if (found.OfToken is { } known)
        {
            if (known.OrderId == order.Id)
            {
                return Claim.Stored(known);
            }

            order.RecordForeignToken(known.Id, now);
            return Claim.Refused(Problems.TokenAlreadyUsed());
        }

        if (order.HasOpenPayment || order.HasUnmatchedMoney)
        {
            return Claim.Refused(Problems.PaymentInProgress());
        }

        if (order.ShouldExpire(now))
        {
            order.Expire(now);
        }

        if (!order.CanBePaid(now))
        {
            // Its time may be over a moment before it is called expired.
            OrderStatus said = order.Status == OrderStatus.Pending ? OrderStatus.Expired : order.Status;
            return Claim.Refused(Problems.OrderNotPayable(SnakeCase.Of(said)));
        }

        if (order.HasTooManyAttempts)
        {
            return Claim.Refused(Problems.TriedTooOften());
        }

        if (links is not null)
        {
            return order.AreLinksKnown(links)
                ? Claim.Of(order.StartVerifying(request.Token, now, lease))
                : Claim.Refused(Problems.PaymentInProgress());
        }

        return order.Payments.Any(payment => payment.MayHaveSettled)
            ? Claim.LookFirst
            : Claim.Of(order.StartVerifying(request.Token, now, lease));
    }

    private sealed record Claim(ProblemHttpResult? Refusal, string? PaymentId, Payment? Started, bool MustLookFirst = false)
    {
        internal static Claim LookFirst => new(null, null, null, MustLookFirst: true);

        internal static Claim Refused(ProblemHttpResult problem) => new(problem, null, null);

        internal static Claim Stored(Payment payment) => new(null, payment.Id, null);

        internal static Claim Of(Payment payment) => new(null, payment.Id, payment);
    }
}
