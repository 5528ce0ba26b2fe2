using FluentValidation;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Http;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Payments;

/// <summary>Which order is to be paid at Khalti's page.</summary>
/// <param name="OrderId">The order that is paid. What it costs is ours to say.</param>
public sealed record InitiatePaymentRequest(string OrderId);

internal sealed class InitiatePaymentRules : AbstractValidator<InitiatePaymentRequest>
{
    public InitiatePaymentRules() =>
        RuleFor(request => request.OrderId).NotEmpty().WithMessage("Which order?").MaximumLength(100)
            .WithMessage("At most 100 characters.");
}

/// <summary>Where the shopper pays.</summary>
/// <param name="PaymentId">The payment that this link is for.</param>
/// <param name="Pidx">Khalti's id of the link.</param>
/// <param name="PaymentUrl">Send the browser there, as it is.</param>
/// <param name="ExpiresAt">Until when it can be paid.</param>
public sealed record InitiatedPaymentView(string PaymentId, string Pidx, string PaymentUrl, DateTimeOffset ExpiresAt);

/// <summary>
/// Gives the shopper a link to Khalti's payment page. The payment is saved before Khalti is asked, so that none is ever
/// unknown to us; a link that can still be paid is given again instead of a second one.
/// </summary>
internal static class InitiateEPayment
{
    // A click waits for the link that another click has asked for, and looks every now and then, as that may be made in
    // another process.
    private static readonly TimeSpan AMoment = TimeSpan.FromMilliseconds(250);

    internal static async Task<Results<Created<InitiatedPaymentView>, ProblemHttpResult>> Handle(
        InitiatePaymentRequest request, OrderStore orders, PaymentProcessor processor, OrderChanges changes, IOptions<KhaltiOptions> khalti,
        TimeProvider time, HttpResponse response, CancellationToken cancellationToken)
    {
        if (!khalti.Value.EPayment.IsOn)
        {
            return Problems.NotFound("way to pay in this shop");
        }

        // The shopper may have paid with an earlier link a moment ago, and asks for another.
        LinkAnswers links = await processor.AskAboutLinksAsync(request.OrderId, Actor.Shopper, cancellationToken);
        TimeSpan lease = khalti.Value.Lease;
        Claim claim = await TryAsync();

        // Another request's work is waited for by the real clock, and without a place in the queue of writers.
        long began = TimeProvider.System.GetTimestamp();
        while (claim.IsBeingMade && TimeProvider.System.GetElapsedTime(began) < lease)
        {
            await changes.WaitAsync(request.OrderId, AMoment, TimeProvider.System, cancellationToken);
            DateTimeOffset now = time.GetUtcNow();
            List<Payment> payments = await orders.ListPaymentsAsync(request.OrderId, cancellationToken);
            claim = payments.Exists(payment => payment.IsLinkBeingMade && payment.IsLeased(now)) ? claim : await TryAsync();
        }

        if (claim.Started is { } started)
        {
            Payment asked = await processor.RequestLinkAsync(started, claim.Order!);
            return asked switch
            {
                { PaymentUrl: not null } => Link(asked, response),
                { Failure: Failures.RefusedByKhalti } => Problems.PaymentDeclined(),
                { Failure: not null } => Problems.KhaltiUnavailable(),

                // Paid, cancelled or expired while the link was being made.
                _ => (await TryAsync()).Refusal ?? Problems.PaymentInProgress(),
            };
        }

        return claim switch
        {
            { Refusal: { } refusal } => refusal,
            { Open: { } open } => Link(open, response),
            _ => Problems.KhaltiUnavailable(),
        };

        // The order's version and the unique index on links being made see to it that of any number of clicks one asks Khalti.
        Task<Claim> TryAsync() => orders.UpdateAsync(
            OrderQuery.ById(request.OrderId),
            found => found.Order is { } order ? Decide(
                order, StorageFormat.Now(time), lease, links) : new Claim(Problems.NotFound("order")),
            cancellationToken);
    }

    private static Created<InitiatedPaymentView> Link(Payment payment, HttpResponse response)
    {
        ReturnFromEPayment.Remember(response, payment.OrderId);
        return TypedResults.Created(
            $"/api/v1/orders/{payment.OrderId}",
            new InitiatedPaymentView(payment.Id, payment.Pidx!, payment.PaymentUrl!, payment.LinkExpiresAt!.Value));
    }

    private static Claim Decide(Order order, DateTimeOffset now, TimeSpan lease, LinkAnswers links)
    {
        if (order.HasOpenPayment || order.HasUnmatchedMoney)
        {
            return new Claim(Problems.PaymentInProgress());
        }

        if (order.ShouldExpire(now))
        {
            order.Expire(now);
        }

        if (!order.CanBePaid(now))
        {
            return new Claim(
                Problems.OrderNotPayable(SnakeCase.Of(order.Status == OrderStatus.Pending ? OrderStatus.Expired : order.Status)));
        }

        if (order.Payments.LastOrDefault(payment => payment.CanBeFollowed(now)) is { } open)
        {
            return new Claim(Open: open);
        }

        if (order.HasTooManyAttempts)
        {
            return new Claim(Problems.TriedTooOften());
        }

        if (order.HasMaxLinks)
        {
            return new Claim(Problems.TooManyLinks());
        }

        if (order.Payments.FirstOrDefault(payment => payment.IsLinkBeingMade) is { } beingMade)
        {
            if (beingMade.IsLeased(now))
            {
                return new Claim(IsBeingMade: true);
            }

            order.ApplyLink(beingMade, null, Finding.NoLink("the process that asked for the link ended before the answer"), now);
        }

        return order.AreLinksKnown(links)
            ? new Claim(Started: order.StartLink(now, lease), Order: order)
            : new Claim(Problems.PaymentInProgress());
    }

    private sealed record Claim(
        ProblemHttpResult? Refusal = null, Payment? Open = null, Payment? Started = null, Order? Order = null, bool IsBeingMade = false);
}
