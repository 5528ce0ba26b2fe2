using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Khalti.Client;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Model;

/// <summary>
/// What the shopper wants and what it costs, fixed when it is placed. Everything that happens to it goes through
/// <c>Apply</c>, which asks the lifecycle table, writes the timeline and raises the version.
/// </summary>
public sealed partial class Order
{
    // Anybody with the order's id can post a wrong amount all day; the first few tell the story.
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
            : others.Any(other => other.Status.IsOpen()) || !AreLinksKnown(links) ? VerifyPermission.Later
            : VerifyPermission.Granted;
    }

    internal Payment PaymentOf(string id) => _payments.Single(payment => payment.Id == id);

    internal static Order Place(OrderDraft wish, DateTimeOffset now, TimeSpan lifetime)
    {
        Order order = new()
        {
            Id = TypeId.New(TypeId.Order, now),
            Status = OrderStatus.Pending,
            CustomerName = wish.CustomerName,
            CustomerEmail = wish.CustomerEmail,
            CustomerPhone = wish.CustomerPhone,
            Reference = wish.Reference,
            Metadata = wish.Metadata is { Count: > 0 } pairs ? JsonSerializer.Serialize(pairs) : null,
            ReturnUrl = wish.ReturnUrl,
            CreatedAt = now,
            PlacedOn = NepalTime.DayOf(now),
            ExpiresAt = now + lifetime,
            Amount = OrderLine.TotalOf(wish.Lines) ?? throw new UnreachableException("The handler refuses an order with more discounts than items."),
        };
        foreach (DraftLine wanted in wish.Lines)
        {
            order._lines.Add(OrderLine.Of(order.Id, wanted, order._lines.Count));
        }

        order.Tell(
            "order_placed", wish.KeyName is null ? Actor.Shopper : Actor.Merchant, now,
            $"{order._lines.Count} lines, {(long)order.Amount} paisa", keyName: wish.KeyName);
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

    internal bool CanBePaid(DateTimeOffset now) => Status == OrderStatus.Pending && now < ExpiresAt;

    /// <summary>Not before Khalti has been asked once more about every link that may have been paid in the last moment.</summary>
    internal bool ShouldExpire(DateTimeOffset now) =>
        Status == OrderStatus.Pending && now >= ExpiresAt && !HasOpenPayment
        && !_payments.Exists(payment => payment.IsUnansweredSince(ExpiresAt));

    /// <summary>Whether somebody has tried so often that it is no shopper any more. Each try is a row here and a call at Khalti.</summary>
    internal bool HasTooManyAttempts => _payments.Count >= MaxAttempts;

    /// <summary>Whether no further payment link may be made for it.</summary>
    internal bool HasMaxLinks => _payments.Count(payment => payment.Pidx is not null) >= MaxLinks;

    internal void Expire(DateTimeOffset now) => Apply(OrderEvent.Expired, "order_expired", Actor.Worker, now);

    internal void Cancel(DateTimeOffset now) => Apply(OrderEvent.Cancelled, "order_cancelled", Actor.Shopper, now);

    /// <summary>Keeps that somebody posted another amount than the order's. False when enough of that is kept.</summary>
    internal bool RecordAmountMismatch(Paisa posted, DateTimeOffset now)
    {
        if (MismatchesKept >= MaxMismatchesKept)
        {
            return false;
        }

        MismatchesKept++;
        Tell("amount_mismatch", Actor.Shopper, now, $"expected {(long)Amount} paisa, posted {(long)posted}; Khalti was not asked");
        return true;
    }

    /// <summary>Keeps that somebody posted a token that was used for another order: whoever confirmed it may be the one who
    /// ordered this, and asks where their money went.</summary>
    internal void RecordForeignToken(string otherPaymentId, DateTimeOffset now)
    {
        if (MismatchesKept < MaxMismatchesKept)
        {
            MismatchesKept++;
            Tell("token_of_another_order", Actor.Shopper, now, $"the token was used by payment {otherPaymentId}; Khalti was not asked");
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
        Tell("payment_verifying", Actor.Shopper, now, $"widget, {(long)Amount} paisa", payment.Id);
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
        Tell("payment_link_requested", Actor.Shopper, now, $"epayment, {(long)Amount} paisa", payment.Id);
        return payment;
    }

    /// <summary>Khalti's answer to the question for a link. Without one nobody can pay, so the payment is over.</summary>
    internal void ApplyLink(Payment payment, PaymentLink? link, Finding finding, DateTimeOffset now)
    {
        if (link is null)
        {
            if (payment.IsLinkBeingMade)
            {
                Decline(
                    payment, finding.Kind == FindingKind.Declined ? finding : Finding.NoLink(finding.Rule), Actor.Khalti, now, firstLateCheck: null);
            }

            return;
        }

        // An answer that comes when the order has been settled otherwise, or when this payment was given up: the link is
        // remembered and looked at, and given to nobody.
        bool handOut = payment.IsLinkBeingMade && CanBePaid(now) && !HasOpenPayment;
        DateTimeOffset expiresAt = new(StorageFormat.Instant(link.ExpiresAt ?? now + CheckSchedule.UsualLinkLife));
        payment.ApplyLink(
            link, handOut, expiresAt, handOut ? CheckSchedule.NextOfLink(payment, now, chance: 0.5) : CheckSchedule.NextLateCheck(expiresAt, now) ?? now);
        Tell(
            handOut ? "payment_link_ready" : "payment_link_unused", Actor.Khalti, now,
            string.Create(CultureInfo.InvariantCulture, $"may be paid until {expiresAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"), payment.Id);
    }

    /// <summary>The payer turned back at Khalti's page, or let the link's time run out.</summary>
    internal void CloseLink(Payment payment, PaymentEvent happened, Finding finding, Actor by, DateTimeOffset now, DateTimeOffset? firstLateCheck)
    {
        payment.CloseLink(happened, finding, now, firstLateCheck);
        ClearAttention(AttentionReason.Stuck, payment, now);
        Tell(happened == PaymentEvent.Cancelled ? "payment_cancelled" : "payment_expired", by, now, finding.Rule, payment.Id);
    }

    /// <summary>Something is or may be under way at Khalti's page; or nothing is, after all.</summary>
    internal void Reopen(Payment payment, PaymentEvent happened, Finding finding, Actor by, DateTimeOffset now, DateTimeOffset next)
    {
        payment.Reopen(happened, finding, now, next);
        Tell(happened == PaymentEvent.Pending ? "payment_pending" : "payment_waiting", by, now, finding.Rule, payment.Id);
    }

    /// <summary>The one place where a payment completes, and with it, mostly, the order.</summary>
    internal void Complete(Payment payment, Finding finding, Actor by, DateTimeOffset now)
    {
        payment.Complete(finding, now);
        ClearAttention(AttentionReason.Stuck, payment, now);
        string note = $"transaction {finding.TransactionId ?? "not told"}, {(long)payment.Amount} paisa, {finding.Rule}";
        bool late = Status is OrderStatus.Expired or OrderStatus.Cancelled;
        if (Status.After(OrderEvent.PaymentCompleted) is null)
        {
            Tell("payment_completed_again", by, now, note, payment.Id);
            RaiseAttention(AttentionReason.DoublePayment, payment, now);
            return;
        }

        Apply(OrderEvent.PaymentCompleted, "payment_completed", by, now, note, payment.Id);
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
        Tell("payment_failed", by, now, $"{finding.Failure}, {finding.Rule}", payment.Id);
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
            Tell("payment_checked", by, now, finding.Rule, payment.Id);
        }

        if (wasDue && payment is { IsEndedLink: true, NextCheckAt: null } && finding.IsPayable)
        {
            // The last look, and Khalti would still take money by this link.
            Tell("payment_still_unknown", by, now, finding.Rule, payment.Id);
            RaiseAttention(AttentionReason.Stuck, payment, now);
        }
    }

    /// <summary>Khalti contradicts what is known: only staff decide.</summary>
    internal void HoldForReview(Payment payment, Finding finding, Actor by, DateTimeOffset now, DateTimeOffset? next)
    {
        payment.HoldForReview(finding, now, next);
        ClearAttention(AttentionReason.Stuck, payment, now);
        Tell("payment_held", by, now, finding.Rule, payment.Id);
        RaiseAttention(finding.Attention ?? AttentionReason.UnknownState, payment, now);
    }

    internal void Tell(
        string what, Actor by, DateTimeOffset now, string? note = null, string? paymentId = null, string? keyName = null)
    {
        Version++;
        _timeline.Add(TimelineEntry.Of(Id, Version, paymentId, now, what, by, note, keyName));
    }

    private void Apply(
        OrderEvent happened, string what, Actor by, DateTimeOffset now, string? note = null, string? paymentId = null)
    {
        Status = Status.After(happened)
            ?? throw new UnreachableException($"{happened} must not happen to order {Id}, which is {Status}.");
        Tell(what, by, now, note, paymentId);
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
