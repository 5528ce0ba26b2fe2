using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Payments;

/// <summary>Which payments may be asked about.</summary>
internal enum CheckTrigger
{
    /// <summary>Those whose next check is due.</summary>
    Due,

    /// <summary>Those to which a check is owed, now or later: not the one that somebody else has settled a moment ago.</summary>
    Scheduled,

    /// <summary>Every one: a person wants to know.</summary>
    Manual,
}

/// <summary>
/// The one door through which Khalti's answer reaches an order. It asks first, outside any transaction, and then saves
/// payment, order and timeline together. The shopper's post, the return from Khalti's page and the worker come through here
/// alike.
/// </summary>
internal sealed partial class PaymentProcessor(
    CheckoutStore store, WidgetGateway widget, EPaymentGateway epayment, ReceiptBook receipts, KhaltiHealth health, LookupBudget lookups,
    OrderChanges changes, IOptions<KhaltiOptions> khalti, TimeProvider time, Random random, ILogger<PaymentProcessor> logger)
{
    private static readonly TimeSpan TimeToLiveTolerance = TimeSpan.FromMinutes(2);

    // How often to look whether another request's question about a link has been answered.
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    private const string Lease = """
        UPDATE "Payments" SET "LeasedUntil" = @p2, "Version" = "Version" + 1
        WHERE "Id" = @p0 AND ("LeasedUntil" IS NULL OR "LeasedUntil" <= @p1 OR "LeasedUntil" > @p3)
        """;

    /// <summary>Moves the money: for a payment that was just saved as verifying, and for no other.</summary>
    /// <param name="order">Its order, as it was saved with it.</param>
    /// <returns>The order as it is then.</returns>
    internal async Task<Order> VerifyAsync(Payment payment, Order order)
    {
        if (time.GetUtcNow() >= payment.LeasedUntil)
        {
            // This process was suspended for so long that another one follows the payment up: what was decided is out of date.
            return (await store.ReadAsync(sql => sql.FindOrderAsync(order.Id, OrderParts.All), CancellationToken.None))!;
        }

        return await ApplyAsync(payment, await widget.VerifyAsync(payment, id => BelongsToAnotherAsync(id, payment)), Actor.Khalti, known: order);
    }

    // Finds out what became of a payment whose outcome is not known.
    private async Task<Finding> CheckAsync(Payment payment, Actor by, bool returned, CancellationToken cancellationToken)
    {
        DateTimeOffset asked = StorageFormat.Now(time);
        Finding finding = payment switch
        {
            { Method: PaymentMethod.Widget } => await widget.CheckAsync(
                payment, confirmed => WhyNotToVerifyAsync(payment, confirmed, cancellationToken), id => BelongsToAnotherAsync(id, payment)),
            { Pidx: null } => Finding.NoLink("the process that asked for the link did not live to hear the answer"),
            _ => await epayment.LookupAsync(payment),
        };
        finding = finding with { AskedAt = asked };
        await ApplyAsync(payment, finding, by, returned);
        return finding;
    }

    private Task<bool> BelongsToAnotherAsync(string transactionId, Payment payment) =>
        store.ReadAsync(sql => sql.IsAnothersAsync(transactionId, payment.Id), CancellationToken.None);

    // Verify moves the money of a confirmed token. Since it was posted the order may have been paid by a link, or been closed.
    private async Task<Finding?> WhyNotToVerifyAsync(Payment payment, Finding confirmed, CancellationToken cancellationToken)
    {
        LinkAnswers links = await AskAboutLinksAsync(payment.OrderId, Actor.Khalti, cancellationToken);
        Order order = (await store.ReadAsync(sql => sql.FindOrderAsync(payment.OrderId, OrderParts.Payments), cancellationToken))!;
        return order.MayVerify(payment, links, time.GetUtcNow()) switch
        {
            VerifyPermission.Granted => null,
            VerifyPermission.Later => confirmed with
            {
                Rule = $"{confirmed.Rule}; not verified, as another payment of the order is open or its links could not be asked about",
            },
            _ => confirmed with
            {
                Kind = FindingKind.Declined,
                Failure = Failures.NotCharged,
                Rule = $"{confirmed.Rule}; not verified, as the order takes no payment",
            },
        };
    }

    /// <summary>Finds out what became of a payment whose outcome is not known. One process at a time does: the one that gets the
    /// lease in the row. Null for the others.</summary>
    /// <param name="returned">Whether the shopper just came back from Khalti's page: then they may have paid, whatever
    /// keeps Khalti from saying so.</param>
    internal async Task<Finding?> CheckWithLeaseAsync(
        string paymentId, Actor by, CheckTrigger asking, CancellationToken cancellationToken, bool returned = false)
    {
        if (!await LeaseAsync(paymentId, asking, cancellationToken))
        {
            return null;
        }

        Payment? payment = await store.ReadAsync(sql => sql.FindPaymentAsync(paymentId), cancellationToken);
        return await CheckAsync(payment!, by, returned, cancellationToken);
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
            List<Payment> payments = await store.ReadAsync(sql => sql.ListPaymentsAsync(orderId), cancellationToken);
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

    /// <summary>Asks Khalti for a link, for a payment that was just saved for it. Gives back the payment as it is then.</summary>
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

        return await store.DecideAsync(
            order.Id, OrderParts.All,
            async (sql, current) =>
            {
                Payment asked = current!.PaymentOf(payment.Id);
                PaymentLink? link = made;
                if (link is not null && await sql.FindPaymentByPidxAsync(link.Id) is { } other && other.Id != asked.Id)
                {
                    link = null; // a link is one payment's: this one has none
                }

                current.ApplyLink(asked, link, finding, now);
                return asked;
            },
            CancellationToken.None, known: order);
    }

    private Task<bool> LeaseAsync(string paymentId, CheckTrigger asking, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset until = now + khalti.Value.Lease;
        return store.WriteAsync(
            async sql => await sql.ExecuteAsync(
                asking switch
                {
                    CheckTrigger.Manual => Lease,
                    CheckTrigger.Scheduled => Lease + """ AND "NextCheckAt" IS NOT NULL""",
                    _ => Lease + """ AND "NextCheckAt" <= @p1""",
                },
                paymentId, now, until, now + CheckSchedule.MaxLease + ClockSkew.Tolerance) == 1,
            cancellationToken, Footing.OneOrder);
    }

    // Saved even when the shopper has hung up or the host is stopping: the answer is worth more than the request.
    private async Task<Order> ApplyAsync(Payment asked, Finding finding, Actor by, bool returned = false, Order? known = null)
    {
        DateTimeOffset now = StorageFormat.Now(time);
        if (asked.Token is not null || asked.Pidx is not null)
        {
            health.Record(asked.Method, finding, now);
        }

        // As Khalti was asked about it: the payment itself may be the one that is changed.
        PaymentInquiry inquiry = new(asked.Version, by, returned);
        Order order = await store.DecideAsync(
            asked.OrderId, OrderParts.All,
            async (sql, current) =>
            {
                await ApplyAsync(sql, current!, current!.PaymentOf(asked.Id), finding, inquiry, now);
                return current;
            },
            CancellationToken.None, known: known);
        Log.Settled(logger, asked.Id, finding.Kind, order.PaymentOf(asked.Id).Status, finding.Rule);
        return order;
    }

    private async Task ApplyAsync(
        SqlSession sql, Order order, Payment payment, Finding finding, PaymentInquiry inquiry, DateTimeOffset now)
    {
        if (finding.TransactionId is { } transactionId && await sql.IsAnothersAsync(transactionId, payment.Id))
        {
            finding = PaymentPolicy.WithTransactionOfAnother(finding);
        }

        PaymentTransition transition = PaymentPolicy.Decide(payment, finding, inquiry, now, random.NextDouble());
        order.Apply(transition, payment, inquiry.By, now);
        if (transition is PaymentTransition.Complete)
        {
            await receipts.NumberAsync(order, sql, now);
        }
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
