using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Khalti.Client;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Model;

/// <summary>
/// What the shopper wants and what it costs, fixed when it is placed. Everything that happens to it goes through
/// <c>Apply</c>, which asks the lifecycle table, writes the timeline and raises the version.
/// </summary>
public sealed partial class Order
{
    // Anybody with the order's id can post a wrong amount all day; the first few are enough.
    private const int MaxMismatchesKept = 10;
    private const int MaxAttempts = 50;

    // Each of them stays payable at Khalti until it expires and has to be asked about before money may move. A shopper who turns
    // back from Khalti's page needs two or three.
    private const int MaxLinks = 5;

    private readonly List<OrderLine> _lines = [];
    private readonly List<Payment> _payments = [];
    private readonly List<Refund> _refunds = [];
    private readonly List<TimelineEntry> _timeline = [];

    private Order()
    {
    }

    public string Id { get; private set; } = "";

    /// <summary>The short one for people, as it is stored. Null for a moment for one that a version without numbers has placed.</summary>
    public string? Number { get; private set; }

    public OrderStatus Status { get; private set; }

    public Paisa Amount { get; private set; }

    public Paisa AmountRefunded { get; private set; }

    public string? CustomerName { get; private set; }

    public string? CustomerEmail { get; private set; }

    public string? CustomerPhone { get; private set; }

    /// <summary>The other shop's own name for the order, given with an API key. Unique.</summary>
    public string? Reference { get; private set; }

    /// <summary>What the shop that placed the order with a key wants to find again: a JSON object of texts, or null.</summary>
    public string? Metadata { get; private set; }

    /// <summary>Where the shop that placed the order with a key wants its shopper back; one that the settings list.</summary>
    public string? ReturnUrl { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>The day in Nepal on which it was placed.</summary>
    public DateOnly PlacedOn { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    public DateTimeOffset? PaidAt { get; private set; }

    public int MismatchesKept { get; private set; }

    /// <summary>Concurrency token: of two that decide on the same facts, one decides again.</summary>
    public int Version { get; private set; }

    public IReadOnlyList<OrderLine> Lines => _lines;

    public IReadOnlyList<Payment> Payments => _payments;

    public IReadOnlyList<Refund> Refunds => _refunds;

    /// <summary>Append-only; not loaded with the order.</summary>
    public IReadOnlyList<TimelineEntry> Timeline => _timeline;

    /// <summary>Whether the outcome of a payment is open: no other payment may start (promise 4).</summary>
    internal bool HasOpenPayment => _payments.Exists(payment => payment.Status.IsOpen());

    /// <summary>Whether Khalti has money for it that no payment here has: nothing else is paid before staff have looked.</summary>
    internal bool HasUnmatchedMoney =>
        _reasons.Exists(reason => reason.IsOpen && reason.Reason == AttentionReason.UnmatchedTransaction);

    /// <summary>Whether Khalti has answered about every link that may have been paid without our knowing.</summary>
    internal bool AreLinksKnown(LinkAnswers links) => _payments.TrueForAll(payment => !payment.MayHaveSettled || links.Cover(payment));

    /// <summary>Whether the confirmed token of a payment may be verified, which moves its money.</summary>
    /// <param name="payment">As the caller has leased it.</param>
    /// <param name="links">What Khalti has just answered about the order's links.</param>
    internal VerifyPermission MayVerify(Payment payment, LinkAnswers links, DateTimeOffset now)
    {
        Payment current = PaymentOf(payment.Id);
        Payment[] others = [.. _payments.Where(other => other != current)];
        bool isLeased = current.Version == payment.Version && current.Status == PaymentStatus.Verifying && now < current.LeasedUntil;
        return !isLeased ? VerifyPermission.Later

            // The order's time may be over: the payer confirmed before, and while this payment is open it does not expire.
            : Status != OrderStatus.Pending || others.Any(other => other.Status == PaymentStatus.NeedsReview) ? VerifyPermission.Never
            : others.Any(other => other.Status.IsOpen()) || HasUnmatchedMoney || !AreLinksKnown(links) ? VerifyPermission.Later
            : VerifyPermission.Granted;
    }

    internal Payment PaymentOf(string id) => _payments.Single(payment => payment.Id == id);

    internal static Order Place(OrderDraft draft, DateTimeOffset now, TimeSpan lifetime)
    {
        Order order = new()
        {
            Id = TypeId.New(TypeId.Order, now),
            Status = OrderStatus.Pending,
            CustomerName = draft.CustomerName,
            CustomerEmail = draft.CustomerEmail,
            CustomerPhone = draft.CustomerPhone,
            Reference = draft.Reference,
            Metadata = draft.Metadata is { Count: > 0 } pairs ? JsonSerializer.Serialize(pairs) : null,
            ReturnUrl = draft.ReturnUrl,
            CreatedAt = now,
            PlacedOn = NepalTime.DayOf(now),
            ExpiresAt = now + lifetime,
            Amount = OrderLine.TotalOf(draft.Lines) ?? throw new UnreachableException(
                "The handler refuses an order with more discounts than items."),
        };
        foreach (DraftLine line in draft.Lines)
        {
            order._lines.Add(OrderLine.Of(order.Id, line, order._lines.Count));
        }

        order.Record(
            TimelineEvent.OrderPlaced, draft.KeyName is null ? Actor.Shopper : Actor.Merchant, now,
            new TimelineFacts(Lines: order._lines.Count, Amount: order.Amount),
            $"{order._lines.Count} lines, {(long)order.Amount} paisa", keyName: draft.KeyName);
        return order;
    }

    /// <summary>What belongs to it, as it was read.</summary>
    internal void Attach(
        IEnumerable<OrderLine> lines, IEnumerable<Payment> payments, IEnumerable<Refund> refunds, IEnumerable<RaisedReason> reasons)
    {
        _lines.AddRange(lines);
        _payments.AddRange(payments);
        _refunds.AddRange(refunds);
        _reasons.AddRange(reasons);
    }

    /// <summary>Another one is drawn when an order has it already.</summary>
    internal void DrawNumber() => Number = OrderNumber.New();

    internal bool CanBePaid(DateTimeOffset now) => Status == OrderStatus.Pending && now < ExpiresAt;

    /// <summary>Not before Khalti has been asked once more about every link that may have been paid in the last moment.</summary>
    internal bool ShouldExpire(DateTimeOffset now) =>
        Status == OrderStatus.Pending && now >= ExpiresAt && !HasOpenPayment
        && !_payments.Exists(payment => payment.IsUnansweredSince(ExpiresAt));

    /// <summary>Whether somebody has tried so often that it is no shopper any more. Each try is a row here and a call at Khalti.</summary>
    internal bool HasTooManyAttempts => _payments.Count >= MaxAttempts;

    /// <summary>Whether no further payment link may be made for it.</summary>
    internal bool HasMaxLinks => _payments.Count(payment => payment.Pidx is not null) >= MaxLinks;

    internal void Expire(DateTimeOffset now) =>
        Apply(OrderEvent.Expired, TimelineEvent.OrderExpired, Actor.Worker, now, new TimelineFacts(Deadline: ExpiresAt));

    internal void Cancel(DateTimeOffset now) =>
        Apply(OrderEvent.Cancelled, TimelineEvent.OrderCancelled, Actor.Shopper, now, facts: null);

    /// <summary>Keeps that somebody posted another amount than the order's. False when enough of that is kept.</summary>
    internal bool RecordAmountMismatch(Paisa posted, DateTimeOffset now)
    {
        if (MismatchesKept >= MaxMismatchesKept)
        {
            return false;
        }

        MismatchesKept++;
        Record(
            TimelineEvent.AmountMismatch, Actor.Shopper, now, new TimelineFacts(Expected: Amount, Posted: posted),
            $"expected {(long)Amount} paisa, posted {(long)posted}; Khalti was not asked");
        return true;
    }

    /// <summary>Keeps that somebody posted a token that was used for another order: the payer who confirmed it may be the one who
    /// ordered this, and asks where their money went.</summary>
    internal void RecordForeignToken(string otherPaymentId, DateTimeOffset now)
    {
        if (MismatchesKept < MaxMismatchesKept)
        {
            MismatchesKept++;
            Record(
                TimelineEvent.TokenOfAnotherOrder, Actor.Shopper, now, new TimelineFacts(OtherPaymentId: otherPaymentId),
                $"the token was used by payment {otherPaymentId}; Khalti was not asked");
        }
    }

    internal Payment StartVerifying(string token, DateTimeOffset now, TimeSpan lease)
    {
        if (!CanBePaid(now) || HasOpenPayment)
        {
            throw new UnreachableException($"Order {Id} is {Status}: the handler asks before it starts a payment.");
        }

        Payment payment = Payment.Verifying(Id, token, Amount, now, lease);
        _payments.Add(payment);
        Record(
            TimelineEvent.PaymentVerifying, Actor.Shopper, now, new TimelineFacts(Method: SnakeCase.Of(payment.Method), Amount: Amount),
            $"widget, {(long)Amount} paisa", payment.Id);
        return payment;
    }

    internal Payment StartLink(DateTimeOffset now, TimeSpan lease)
    {
        if (!CanBePaid(now) || HasOpenPayment)
        {
            throw new UnreachableException($"Order {Id} is {Status}: the handler asks before it asks Khalti for a link.");
        }

        Payment payment = Payment.Link(Id, Amount, now, lease);
        _payments.Add(payment);
        Record(
            TimelineEvent.PaymentLinkRequested, Actor.Shopper, now, new TimelineFacts(Method: SnakeCase.Of(payment.Method), Amount: Amount),
            $"epayment, {(long)Amount} paisa", payment.Id);
        return payment;
    }

    /// <summary>Khalti's answer to the question for a link. Without one the payment cannot be paid, so it is over.</summary>
    internal void ApplyLink(Payment payment, PaymentLink? link, Finding finding, DateTimeOffset now)
    {
        if (link is null)
        {
            if (payment.IsLinkBeingMade)
            {
                Decline(
                    payment, finding.Kind == FindingKind.Declined ? finding : Finding.NoLink(finding.Rule), Actor.Khalti, now,
                    firstLateCheck: null);
            }

            return;
        }

        // An answer that comes when the order has been settled otherwise, or when this payment was given up: the link is
        // stored and looked at, and given to no one.
        bool handOut = payment.IsLinkBeingMade && CanBePaid(now) && !HasOpenPayment;
        DateTimeOffset expiresAt = new(StorageFormat.Instant(link.ExpiresAt ?? now + CheckSchedule.UsualLinkLife));
        payment.ApplyLink(
            link, handOut, expiresAt,
            handOut ? CheckSchedule.NextOfLink(payment, now, chance: 0.5) : CheckSchedule.NextLateCheck(expiresAt, now) ?? now);
        Record(
            handOut ? TimelineEvent.PaymentLinkReady : TimelineEvent.PaymentLinkUnused, Actor.Khalti, now,
            new TimelineFacts(Deadline: expiresAt),
            string.Create(CultureInfo.InvariantCulture, $"may be paid until {expiresAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"), payment.Id);
    }

    /// <summary>The payer turned back at Khalti's page, or let the link's time run out.</summary>
    internal void CloseLink(
        Payment payment, PaymentEvent happened, Finding finding, Actor by, DateTimeOffset now, DateTimeOffset? firstLateCheck)
    {
        payment.CloseLink(happened, finding, now, firstLateCheck);
        ClearAttention(AttentionReason.Stuck, payment, now);
        Record(
            happened == PaymentEvent.Cancelled ? TimelineEvent.PaymentCancelled : TimelineEvent.PaymentExpired, by, now, finding, payment);
    }

    /// <summary>Something is or may be under way at Khalti's page; or nothing is, after all.</summary>
    internal void Reopen(Payment payment, PaymentEvent happened, Finding finding, Actor by, DateTimeOffset now, DateTimeOffset next)
    {
        payment.Reopen(happened, finding, now, next);
        Record(happened == PaymentEvent.Pending ? TimelineEvent.PaymentPending : TimelineEvent.PaymentWaiting, by, now, finding, payment);
    }

    /// <summary>The one place where a payment completes, and with it, mostly, the order.</summary>
    internal void Complete(Payment payment, Finding finding, Actor by, DateTimeOffset now)
    {
        payment.Complete(finding, now);
        ClearAttention(AttentionReason.Stuck, payment, now);
        if (finding.TransactionId is { } transactionId)
        {
            ClearAttention(AttentionReason.UnmatchedTransaction, paymentId: null, refundId: null, transactionId, now);
        }

        string note = $"transaction {finding.TransactionId ?? "not told"}, {(long)payment.Amount} paisa, {finding.Rule}";
        TimelineFacts facts = TimelineFacts.Of(finding) with { Amount = payment.Amount };
        bool late = Status is OrderStatus.Expired or OrderStatus.Cancelled;
        if (Status.After(OrderEvent.PaymentCompleted) is null)
        {
            Record(TimelineEvent.PaymentCompletedAgain, by, now, facts, note, payment.Id);
            RaiseAttention(AttentionReason.DoublePayment, payment, now);
            return;
        }

        Apply(OrderEvent.PaymentCompleted, TimelineEvent.PaymentCompleted, by, now, facts, note, payment.Id);
        PaidAt = now;
        if (late)
        {
            RaiseAttention(AttentionReason.PaidLate, payment, now);
        }
    }

    /// <summary>Khalti's definite no to one payment; the order stays as it is.</summary>
    internal void Decline(Payment payment, Finding finding, Actor by, DateTimeOffset now, DateTimeOffset? firstLateCheck)
    {
        payment.Decline(finding, now, firstLateCheck);
        ClearAttention(AttentionReason.Stuck, payment, now);
        Record(
            TimelineEvent.PaymentFailed, by, now, TimelineFacts.Of(finding) with { Failure = finding.Failure },
            $"{finding.Failure}, {finding.Rule}", payment.Id);
    }

    /// <summary>Khalti was asked again about a payment that is over, and it stays as it is.</summary>
    internal void RecordCheckOfEnded(Payment payment, Finding finding, Actor by, DateTimeOffset now)
    {
        bool wasDue = payment.NextCheckAt <= now;
        payment.RecordCheckWithoutChange(finding, now);
        bool isAnswered = finding.Kind != FindingKind.Undecided || finding.IsNotFound;
        if (isAnswered && OpenReasons.Any(reason => reason.Reason == AttentionReason.Stuck && reason.PaymentId == payment.Id))
        {
            ClearAttention(AttentionReason.Stuck, payment, now);
            Record(TimelineEvent.PaymentChecked, by, now, finding, payment);
        }

        if (wasDue && payment is { IsEndedLink: true, NextCheckAt: null } && finding.IsPayable)
        {
            // The last look, and Khalti would still take money by this link.
            Record(TimelineEvent.PaymentStillUnknown, by, now, finding, payment);
            RaiseAttention(AttentionReason.Stuck, payment, now);
        }
    }

    /// <summary>Khalti contradicts what is known: only staff decide.</summary>
    internal void HoldForReview(Payment payment, Finding finding, Actor by, DateTimeOffset now, DateTimeOffset? next)
    {
        payment.HoldForReview(finding, now, next);
        ClearAttention(AttentionReason.Stuck, payment, now);
        Record(
            TimelineEvent.PaymentHeld, by, now, TimelineFacts.Of(finding) with { Expected = payment.Amount }, finding.Rule, payment.Id);
        RaiseAttention(finding.Attention ?? AttentionReason.UnknownState, payment, now);
    }

    /// <param name="what">What happened.</param>
    /// <param name="by">Who did it.</param>
    /// <param name="now">When.</param>
    /// <param name="facts">What <see cref="TimelineVocabulary"/> promises of it; null where that is nothing.</param>
    /// <param name="note">The same as a sentence.</param>
    /// <param name="paymentId">The payment that it is about.</param>
    /// <param name="keyName">The name of the API key that did it.</param>
    internal void Record(
        TimelineEvent what, Actor by, DateTimeOffset now, TimelineFacts? facts, string? note = null, string? paymentId = null,
        string? keyName = null)
    {
        Version++;
        _timeline.Add(TimelineEntry.Of(Id, Version, paymentId, now, what, by, facts, note, keyName));
    }

    private void Record(TimelineEvent what, Actor by, DateTimeOffset now, Finding finding, Payment payment) =>
        Record(what, by, now, TimelineFacts.Of(finding), finding.Rule, payment.Id);

    private void Apply(
        OrderEvent happened, TimelineEvent what, Actor by, DateTimeOffset now, TimelineFacts? facts, string? note = null,
        string? paymentId = null)
    {
        Status = Status.After(happened)
            ?? throw new UnreachableException($"{happened} must not happen to order {Id}, which is {Status}.");
        Record(what, by, now, facts, note, paymentId);
    }
}

/// <summary>Whether a call that moves money may be made now.</summary>
internal enum VerifyPermission
{
    Granted,

    /// <summary>Not before more is known: the payment stays open and is asked about again.</summary>
    Later,

    /// <summary>The order takes no payment: this one ends without having charged anybody.</summary>
    Never,
}
