using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Payments;

/// <summary>
/// The one door through which Khalti's answer reaches an order. It asks first, outside any transaction, and then saves
/// payment, order and timeline together. The shopper's post, the return from Khalti's page and the worker come through here
/// alike.
/// </summary>
internal sealed partial class PaymentProcessor(
    OrderStore orders, WidgetGateway widget, EPaymentGateway epayment, KhaltiHealth health, LookupBudget lookups,
    OrderChanges changes, IOptions<KhaltiOptions> khalti, TimeProvider time, Random random, ILogger<PaymentProcessor> logger)
{
    private static readonly TimeSpan TimeToLiveTolerance = TimeSpan.FromMinutes(2);

    // How often to look whether another request's question about a link has been answered.
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Moves the money: for a payment that was just saved as verifying, and for no other.</summary>
    /// <returns>The order as it is then.</returns>
    internal async Task<Order> VerifyAsync(Payment payment)
    {
        if (time.GetUtcNow() >= payment.LeasedUntil)
        {
            // This process was suspended for so long that another one follows the payment up: what was decided is out of date.
            return (await orders.FindAsync(payment.OrderId, CancellationToken.None))!;
        }

        return await ApplyAsync(payment, await widget.VerifyAsync(payment, id => BelongsToAnotherAsync(id, payment)), Actor.Khalti);
    }

    // Finds out what became of a payment whose outcome is not known.
    private async Task<Finding> CheckAsync(Payment payment, Actor by, bool returned, CancellationToken cancellationToken) =>
        (await CheckAsync(
            payment, by, returned, confirmed => WhyNotToVerifyAsync(payment, confirmed, cancellationToken))).Finding;

    private async Task<(Finding Finding, Order Order)> CheckAsync(
        Payment payment, Actor by, bool returned, Func<Finding, Task<Finding?>> whyNotToVerify)
    {
        DateTimeOffset asked = StorageFormat.Now(time);
        Finding finding = payment switch
        {
            { Method: PaymentMethod.Widget } => await widget.CheckAsync(
                payment, whyNotToVerify, id => BelongsToAnotherAsync(id, payment)),
            { Pidx: null } => Finding.NoLink("the process that asked for the link ended before the answer"),
            _ => await epayment.LookupAsync(payment),
        };
        finding = finding with { AskedAt = asked };
        return (finding, await ApplyAsync(payment, finding, by, returned));
    }

    private Task<bool> BelongsToAnotherAsync(string transactionId, Payment payment) =>
        orders.IsOfAnotherPaymentAsync(transactionId, payment.Id, CancellationToken.None);

    // Verify moves the money of a confirmed token. Since it was posted the order may have been paid by a link, or been closed.
    private async Task<Finding?> WhyNotToVerifyAsync(Payment payment, Finding confirmed, CancellationToken cancellationToken)
    {
        LinkAnswers links = await AskAboutLinksAsync(payment.OrderId, Actor.Khalti, cancellationToken);
        Order order = (await orders.FindAsync(payment.OrderId, cancellationToken))!;
        return order.MayVerify(payment, links, time.GetUtcNow()) switch
        {
            VerifyPermission.Granted => null,
            VerifyPermission.Later => confirmed with
            {
                RuleId = RuleId.NotVerifiedYet,
                Rule = $"{confirmed.Rule}; not verified, as another payment of the order is open or its links could not be asked about",
            },
            _ => confirmed with
            {
                Kind = FindingKind.Declined,
                Failure = Failures.NotCharged,
                RuleId = RuleId.OrderTakesNoPayment,
                Rule = $"{confirmed.Rule}; not verified, as the order takes no payment",
            },
        };
    }

    /// <summary>Finds out what became of a payment whose outcome is not known. One process at a time does: the one that gets the
    /// lease in the row. Null for the others.</summary>
    /// <param name="returned">Whether the shopper just came back from Khalti's page: then they may have paid, whatever
    /// keeps Khalti from saying so.</param>
    internal async Task<Finding?> CheckWithLeaseAsync(
        string paymentId, Actor by, CheckTrigger trigger, CancellationToken cancellationToken, bool returned = false)
    {
        Payment? payment = await orders.LeasePaymentAsync(paymentId, trigger, time.GetUtcNow(), khalti.Value.Lease, cancellationToken);
        return payment is null ? null : await CheckAsync(payment, by, returned, cancellationToken);
    }

    /// <summary>Asks Khalti about every link of the order that may have been paid without our knowing, before something that costs
    /// the shopper money.</summary>
    internal async Task<LinkAnswers> AskAboutLinksAsync(string orderId, Actor by, CancellationToken cancellationToken)
    {
        LinkAnswers answers = new(StorageFormat.Now(time));
        HashSet<string> askedByOthers = new(StringComparer.Ordinal);
        long began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            List<Payment> payments = await orders.ListPaymentsAsync(orderId, cancellationToken);
            bool isWaiting = false;
            foreach (Payment link in payments.Where(link => link.MayHaveSettled && !answers.WasAskedAbout(link)))
            {
                if (askedByOthers.Contains(link.Id) && answers.Cover(link))
                {
                    continue;
                }

                if (link.IsLeased(time.GetUtcNow()))
                {
                    isWaiting = true;
                    askedByOthers.Add(link.Id);
                }
                else if (by == Actor.Shopper && !lookups.TryTake(orderId))
                {
                    answers.AddUnasked(link);
                }
                else if (await CheckWithLeaseAsync(link.Id, by, CheckTrigger.Manual, cancellationToken) is { } finding)
                {
                    answers.Add(link, finding);
                }
                else
                {
                    isWaiting = true;
                    askedByOthers.Add(link.Id);
                }
            }

            if (!isWaiting || TimeProvider.System.GetElapsedTime(began) >= khalti.Value.Timeout)
            {
                return answers;
            }

            await changes.WaitAsync(orderId, PollInterval, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Asks Khalti for a link, for a payment that was just saved for it. Returns the payment as it is then.</summary>
    internal async Task<Payment> RequestLinkAsync(Payment payment, Order order)
    {
        (PaymentLink? made, Finding finding) = await epayment.InitiateAsync(order);
        DateTimeOffset now = StorageFormat.Now(time);
        health.Record(PaymentMethod.Epayment, finding, now);
        if (khalti.Value.EPayment.LinkLifetimeUnit != LinkLifetimeUnit.None
            && made is { ExpiresAt: { } end }
            && (end - order.ExpiresAt).Duration() > TimeToLiveTolerance)
        {
            Log.TimeToLiveNotKept(logger, end, order.ExpiresAt);
        }

        return await orders.UpdateAsync(
            OrderQuery.ById(order.Id) with { Pidx = made?.Id },
            found =>
            {
                // A link belongs to one payment: where it is another's, this one has none.
                Payment asked = found.Order!.PaymentOf(payment.Id);
                found.Order.ApplyLink(asked, found.OfPidx is { } owner && owner.Id != asked.Id ? null : made, finding, now);
                return asked;
            },
            CancellationToken.None);
    }

    // Saved even when the shopper has hung up or the host is stopping: the answer is worth more than the request.
    private async Task<Order> ApplyAsync(Payment asked, Finding finding, Actor by, bool returned = false)
    {
        DateTimeOffset now = StorageFormat.Now(time);
        if (asked.Token is not null || asked.Pidx is not null)
        {
            health.Record(asked.Method, finding, now);
        }

        // As Khalti was asked about it: the payment itself may be the one that is changed.
        PaymentInquiry inquiry = new(asked.Version, by, returned);
        Order order = await orders.UpdateAsync(
            OrderQuery.ById(asked.OrderId) with { TransactionId = finding.TransactionId },
            found =>
            {
                Payment payment = found.Order!.PaymentOf(asked.Id);
                Finding known = found.OfTransaction is { } owner && owner.Id != payment.Id
                    ? PaymentPolicy.WithTransactionOfAnother(finding) : finding;
                found.Order.Apply(PaymentPolicy.Decide(payment, known, inquiry, now, random.NextDouble()), payment, by, now);
                return found.Order;
            },
            CancellationToken.None);
        Log.Settled(logger, asked.Id, finding.Kind, order.PaymentOf(asked.Id).Status, finding.Rule);
        return order;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A payment link that was to end at {Wanted:O} ends at {End:O}: "
            + "Khalti:EPayment:LinkLifetimeUnit is not the unit that Khalti takes")]
        internal static partial void TimeToLiveNotKept(ILogger logger, DateTimeOffset end, DateTimeOffset wanted);

        [LoggerMessage(Level = LogLevel.Information, Message = "Payment {PaymentId}: {Finding}, now {Status} ({Rule})")]
        internal static partial void Settled(ILogger logger, string paymentId, FindingKind finding, PaymentStatus status, string rule);
    }
}
