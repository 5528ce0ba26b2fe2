using Khalti.Client;
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
    OrderChanges changes, IOptions<KhaltiOptions> khalti, TimeProvider time, ILogger<PaymentProcessor> logger)
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

        return await ApplyAsync(payment, await widget.VerifyAsync(payment), Actor.Khalti, known: order);
    }

    // Finds out what became of a payment whose outcome is not known.
    private async Task<Finding> CheckAsync(Payment payment, Actor by, bool returned, CancellationToken cancellationToken)
    {
        DateTimeOffset asked = StorageFormat.Now(time);
        Finding finding = payment switch
        {
            { Method: PaymentMethod.Widget } => await widget.CheckAsync(
                payment, confirmed => WhyNotToVerifyAsync(payment, confirmed, cancellationToken)),
            { Pidx: null } => Finding.NoLink("the process that asked for the link did not live to hear the answer"),
            _ => await epayment.LookupAsync(payment),
        };
        finding = finding with { AskedAt = asked };
        await ApplyAsync(payment, finding, by, returned);
        return finding;
    }

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
        Reply<EPaymentLink> reply = await epayment.InitiateAsync(order);
        DateTimeOffset now = StorageFormat.Now(time);
        Finding finding = reply switch
        {
            Reply<EPaymentLink>.Answered => new Finding(FindingKind.Waiting, "Khalti has made a payment link", KhaltiState: "Initiated"),
            Reply<EPaymentLink>.Refused(var refusal) => Finding.RefusedBy(refusal),
            Reply<EPaymentLink>.Unknown lost => Finding.Lost(lost),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        Note(PaymentMethod.Epayment, finding, now);
        if (khalti.Value.EPayment.LinkLifetimeUnit != LinkLifetimeUnit.None
            && reply is Reply<EPaymentLink>.Answered { Value.ExpiresAt: { } end }
            && (end - order.ExpiresAt).Duration() > TimeToLiveTolerance)
        {
            Log.TimeToLiveNotKept(logger, end, order.ExpiresAt);
        }

        return await store.DecideAsync(
            order.Id, OrderParts.All,
            async (sql, current) =>
            {
                Payment asked = current!.PaymentOf(payment.Id);
                EPaymentLink? link = (reply as Reply<EPaymentLink>.Answered)?.Value;
                if (link is not null && await sql.FindPaymentByPidxAsync(link.Pidx) is { } other && other.Id != asked.Id)
                {
                    link = null; // a link is one payment's: this one has none
                }

                current.TakeLink(asked, link, finding, now);
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
                paymentId, now, until, now + KhaltiOptions.MaxLease + ClockSkew.Tolerance) == 1,
            cancellationToken, Footing.OneOrder);
    }

    // Saved even when the shopper has hung up or the host is stopping: the answer is worth more than the request.
    private async Task<Order> ApplyAsync(Payment asked, Finding finding, Actor by, bool returned = false, Order? known = null)
    {
        DateTimeOffset now = StorageFormat.Now(time);
        if (asked.Token is not null || asked.Pidx is not null)
        {
            Note(asked.Method, finding, now);
        }

        // As Khalti was asked about it: the payment itself may be the one that is changed.
        int version = asked.Version;
        Order order = await store.DecideAsync(
            asked.OrderId, OrderParts.All,
            async (sql, current) =>
            {
                await ApplyAsync(sql, current!, current!.PaymentOf(asked.Id), version, finding, by, now, returned);
                return current;
            },
            CancellationToken.None, known: known);
        Log.Settled(logger, asked.Id, finding.Kind, order.PaymentOf(asked.Id).Status, finding.Rule);
        return order;
    }

    private void Note(PaymentMethod method, Finding finding, DateTimeOffset now)
    {
        if (health.Of(method).Note(finding, now) is { } condition)
        {
            Log.KhaltiCondition(logger, KhaltiHealth.LevelOf(condition), method, condition, finding.Rule);
        }
    }

    private async Task ApplyAsync(
        SqlSession sql, Order order, Payment payment, int askedVersion, Finding finding, Actor by, DateTimeOffset now, bool returned)
    {
        if (finding.TransactionId is { } transactionId && await sql.IsAnothersAsync(transactionId, payment.Id))
        {
            finding = finding with
            {
                Kind = FindingKind.Contradicted,
                Attention = AttentionReason.UnknownState,
                TransactionId = null,
                Rule = $"{finding.Rule}; transaction {transactionId} belongs to another payment",
            };
        }

        // When somebody else asked meanwhile, theirs may be the newer answer. Money that has moved counts whenever it is
        // heard of; of the rest, a verify's refusal proves only that nothing happened to the one who asked alone, and a
        // link's state is theirs to say.
        if (payment.Version != askedVersion)
        {
            if (finding.Failure == Failures.RefusedByKhalti)
            {
                finding = finding with { Kind = FindingKind.Undecided, Rule = finding.Rule + "; but it was asked about twice" };
            }
            else if (payment.Method == PaymentMethod.Epayment
                && finding.Kind is not (FindingKind.Completed or FindingKind.Contradicted or FindingKind.Pending))
            {
                return;
            }
        }

        // A pair that the table lacks is an answer that came after somebody else's: it changes nothing any more.
        switch (finding.Kind)
        {
            case FindingKind.Completed when payment.Status.After(PaymentEvent.Completed) is not null:
                order.Complete(payment, finding, by, now);
                await receipts.NumberAsync(order, sql, now);
                break;
            case FindingKind.Declined when payment.Status.After(PaymentEvent.Declined) is not null:
                order.Decline(payment, finding, by, now, CheckSchedule.FirstLateCheck(payment, finding.Failure, now));
                break;

            // A person has closed it knowing just that.
            case FindingKind.Contradicted when payment is { Status: PaymentStatus.Failed, Failure: Failures.ClosedByMerchant }
                && finding.KhaltiState == payment.KhaltiState:
                order.RecordCheckOfEnded(payment, finding, by, now);
                break;
            case FindingKind.Contradicted when payment.Status.After(PaymentEvent.Contradicted) is not null:
                order.Hold(payment, finding, by, now, finding.AskOn ? Next(payment, finding, now) : null);
                break;
            case FindingKind.Cancelled when payment.Status.After(PaymentEvent.Cancelled) is not null:
                order.Release(payment, PaymentEvent.Cancelled, finding, by, now, CheckSchedule.FirstLateCheck(payment, failure: null, now));
                break;
            case FindingKind.Expired when payment.Status.After(PaymentEvent.Expired) is not null:
                order.Release(payment, PaymentEvent.Expired, finding, by, now, CheckSchedule.FirstLateCheck(payment, failure: null, now));
                break;
            case FindingKind.Pending when payment.Status.After(PaymentEvent.Pending) is not null:
                order.Wait(payment, PaymentEvent.Pending, finding, by, now, CheckSchedule.Next(0, finding.RetryAfter, now, Jitter()));
                break;
            case FindingKind.Waiting when payment.Status.After(PaymentEvent.Waiting) is not null:
                order.Wait(payment, PaymentEvent.Waiting, finding, by, now, CheckSchedule.NextOfLink(payment, now, Jitter()));
                break;
            case FindingKind.Waiting when payment.Status == PaymentStatus.Initiated:
                payment.AskAgain(finding, now, CheckSchedule.NextOfLink(payment, now, Jitter()));
                break;

            // Khalti takes back what it said of a link that had ended: it is looked at on, as any link that can be paid.
            case FindingKind.Waiting when payment.MayHaveSettled:
                payment.AskAgain(finding, now, CheckSchedule.NextOfLink(payment, now, Jitter()));
                break;
            case FindingKind.Unanswered or FindingKind.Undecided when returned && payment.Status.After(PaymentEvent.Pending) is not null:
                order.Wait(payment, PaymentEvent.Pending, finding, by, now, CheckSchedule.Next(0, finding.RetryAfter, now, Jitter()));
                break;
            case FindingKind.Undecided or FindingKind.Unanswered or FindingKind.Pending
                when payment.Status is PaymentStatus.Verifying or PaymentStatus.Initiated:
                AskAgain(order, payment, finding, by, now);
                break;
            case not FindingKind.Completed when payment.Status == PaymentStatus.NeedsReview && payment.NextCheckAt is not null:
                payment.AskAgain(finding, now, payment.Checks < CheckSchedule.LastCheck ? Next(payment, finding, now) : null);
                break;

            // A last look that brought no answer was none, and a payment that Khalti calls completed is not over.
            case FindingKind.Undecided or FindingKind.Unanswered
                when !finding.IsNotFound && (payment.NextCheckAt is not null || IsCompletedAfterAll(payment, finding)):
                AskAgain(order, payment, finding, by, now);
                break;
            case FindingKind.Contradicted when payment.Status is PaymentStatus.Completed && finding.Attention == AttentionReason.RefundedAtKhalti:
                order.Tell("payment_checked", by, now, finding.Rule, payment.Id);
                order.RaiseAttention(AttentionReason.RefundedAtKhalti, payment, now);
                payment.RecordCheckWithoutChange(finding, now);
                break;
            case not FindingKind.Unanswered:
                order.RecordCheckOfEnded(payment, finding, by, now);
                break;
            default:
                payment.EndLease();
                break;
        }
    }

    private static bool IsCompletedAfterAll(Payment payment, Finding finding) =>
        payment.Status == PaymentStatus.Failed && TransactionStates.Parse(finding.KhaltiState) == TransactionState.Completed;

    private static void AskAgain(Order order, Payment payment, Finding finding, Actor by, DateTimeOffset now)
    {
        if (payment.Checks == 0 && payment.Status == PaymentStatus.Verifying)
        {
            order.Tell("payment_outcome_unknown", by, now, finding.Rule, payment.Id);
        }

        // Nobody puts off the worker's schedule by asking besides it. The first question after an open link's time calls a person.
        bool isOverdue = payment.Status is PaymentStatus.Verifying or PaymentStatus.Initiated && CheckSchedule.IsOverdue(payment, now)
            && !CheckSchedule.IsOverdue(payment, payment.LastAskedAt ?? payment.CreatedAt);
        bool besides = by != Actor.Worker && payment.Checks > 0;
        if (besides)
        {
            payment.RecordOutOfScheduleCheck(finding, now, Next(payment, finding, now));
        }
        else
        {
            payment.AskAgain(finding, now, Next(payment, finding, now));
        }

        if ((!besides && payment.Checks == CheckSchedule.LastCheck) || isOverdue)
        {
            order.Tell("payment_still_unknown", by, now, finding.Rule, payment.Id);
            order.RaiseAttention(AttentionReason.Stuck, payment, now);
        }
    }

    private static DateTimeOffset Next(Payment payment, Finding finding, DateTimeOffset now) =>
        CheckSchedule.Next(payment.Checks, finding.RetryAfter, now, Jitter());

    private static double Jitter() => Random.Shared.NextDouble();

    private static partial class Log
    {
        [LoggerMessage(Message = "Khalti ({Method}) is now {Condition}: {Rule}")]
        internal static partial void KhaltiCondition(
            ILogger logger, LogLevel level, PaymentMethod method, KhaltiCondition condition, string rule);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A payment link that was to end at {Wanted:O} ends at {End:O}: "
            + "Khalti:EPayment:LinkLifetimeUnit is not the unit that Khalti takes")]
        internal static partial void TimeToLiveNotKept(ILogger logger, DateTimeOffset end, DateTimeOffset wanted);

        [LoggerMessage(Level = LogLevel.Information, Message = "Payment {PaymentId}: {Finding}, now {Status} ({Rule})")]
        internal static partial void Settled(ILogger logger, string paymentId, FindingKind finding, PaymentStatus status, string rule);
    }
}
