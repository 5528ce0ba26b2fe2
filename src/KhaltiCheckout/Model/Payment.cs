using System.Diagnostics;
using Khalti.Client;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Model;

/// <summary>One try to pay one order. Changed only through its order.</summary>
public sealed partial class Payment
{
    private Payment()
    {
    }

    public string Id { get; private set; } = "";

    public string OrderId { get; private set; } = "";

    public PaymentMethod Method { get; private set; }

    public PaymentStatus Status { get; private set; }

    /// <summary>The last state in Khalti's own words.</summary>
    public string? KhaltiState { get; private set; }

    /// <summary>Where its money is at the gateway, as far as was said last.</summary>
    internal GatewayMoney MoneyAtGateway => GatewayMoneyWords.Read(KhaltiState);

    /// <summary>What Khalti is asked to complete: the order's amount.</summary>
    public Paisa Amount { get; private set; }

    /// <summary>What Khalti says was paid; null until it has been. Another amount than asked
    /// for only where Khalti contradicts us.</summary>
    public Paisa? AmountPaid { get; private set; }

    /// <summary>What was refunded of it.</summary>
    public Paisa AmountRefunded { get; private set; }

    /// <summary>What refunds under way may take: asked for and not known to have failed.</summary>
    public Paisa AmountReserved { get; private set; }

    public Paisa? Fee { get; private set; }

    /// <summary>The widget's token. Unique: it pays one order or none. In no log, page or event.</summary>
    public string? Token { get; private set; }

    /// <summary>Khalti's id of an ePayment link. Unique: it pays one order or none. Null while the link is being made.</summary>
    public string? Pidx { get; private set; }

    /// <summary>Where the shopper pays at Khalti; null until it may be handed out.</summary>
    public string? PaymentUrl { get; private set; }

    public DateTimeOffset? LinkExpiresAt { get; private set; }

    public string? TransactionId { get; private set; }

    public string? Failure { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset? CompletedAt { get; private set; }

    /// <summary>The day in Nepal on which the money came, as far as we knew; also money that came otherwise than expected.</summary>
    public DateOnly? CompletedOn { get; private set; }

    /// <summary>When Khalti is to be asked next; null when no automatic check is owed.</summary>
    public DateTimeOffset? NextCheckAt { get; private set; }

    /// <summary>Until when one process, and no other, is asking Khalti about this payment.</summary>
    public DateTimeOffset? LeasedUntil { get; private set; }

    public DateTimeOffset? LastAskedAt { get; private set; }

    /// <summary>When the question was asked to which Khalti last said something that a rule covers. Being asked is not being
    /// answered.</summary>
    public DateTimeOffset? LastAnsweredAt { get; private set; }

    /// <summary>How often Khalti was asked without settling anything.</summary>
    public int Checks { get; private set; }

    /// <summary>How often Khalti answered that the payer had not confirmed, or that it knows of no such payment.</summary>
    public int Denials { get; private set; }

    /// <summary>Whether the last asking brought no answer at all.</summary>
    public bool LastAskUnanswered { get; private set; }

    public int Version { get; private set; }

    internal static Payment Verifying(string orderId, string token, Paisa amount, DateTimeOffset now, TimeSpan lease) => new()
    {
        Id = TypeId.New(TypeId.Payment, now),
        OrderId = orderId,
        Method = PaymentMethod.Widget,
        Status = PaymentStatus.Verifying,
        Token = token,
        Amount = amount,
        CreatedAt = now,
        Check = CheckState.Start(now, lease),
    };

    internal static Payment Link(string orderId, Paisa amount, DateTimeOffset now, TimeSpan lease) => new()
    {
        Id = TypeId.New(TypeId.Payment, now),
        OrderId = orderId,
        Method = PaymentMethod.Epayment,
        Status = PaymentStatus.Initiated,
        Amount = amount,
        CreatedAt = now,
        Check = CheckState.Start(now, lease),
    };

    /// <summary>Of a transaction that only Khalti knew: it has no token, and completes with the decision that makes it.</summary>
    internal static Payment OfTransaction(string orderId, Paisa amount, DateTimeOffset now) => new()
    {
        Id = TypeId.New(TypeId.Payment, now),
        OrderId = orderId,
        Method = PaymentMethod.Widget,
        Status = PaymentStatus.Verifying,
        Amount = amount,
        CreatedAt = now,
    };

    // Its columns as one value.
    private CheckState Check
    {
        get => new(NextCheckAt, LeasedUntil, Checks, Denials, LastAskUnanswered);
        set => (NextCheckAt, LeasedUntil, Checks, Denials, LastAskUnanswered) = value;
    }

    /// <summary>Whether a process is asking Khalti about it just now.</summary>
    internal bool IsLeased(DateTimeOffset now) => Check.IsLeased(now);

    /// <summary>Whether Khalti has been asked for the link and has not answered.</summary>
    internal bool IsLinkBeingMade => Method == PaymentMethod.Epayment && Status == PaymentStatus.Initiated && Pidx is null;

    /// <summary>Whether this is a link that the shopper may have paid without our knowing: one that is open, or one that
    /// ended and is owed a last look.</summary>
    internal bool MayHaveSettled => Pidx is not null
        && (Status == PaymentStatus.Initiated
            || (NextCheckAt is not null && Status is PaymentStatus.Cancelled or PaymentStatus.Expired or PaymentStatus.Failed));

    /// <summary>Whether money that no payment here accounts for may be this one's: it has a token or a link, and no transaction.</summary>
    internal bool MayOwnUnknownTransaction => TransactionId is null && (Token is not null || Pidx is not null);

    /// <summary>Whether Khalti has answered a question about it that was asked at that time or later.</summary>
    internal bool IsAnsweredSince(DateTimeOffset instant) => LastAnsweredAt >= instant;

    /// <summary>Whether this is a link about which Khalti has not answered since then.</summary>
    internal bool IsUnansweredSince(DateTimeOffset instant) =>
        IsLinkBeingMade || (Pidx is not null && Status == PaymentStatus.Initiated && !IsAnsweredSince(instant));

    /// <summary>Whether the shopper can still be sent there, with time enough to pay.</summary>
    internal bool CanBeFollowed(DateTimeOffset now) =>
        Status == PaymentStatus.Initiated && PaymentUrl is not null && now + CheckSchedule.TimeToPay < LinkExpiresAt;

    /// <summary>Khalti has made the link.</summary>
    internal void ApplyLink(PaymentLink link, bool handOut, DateTimeOffset expiresAt, DateTimeOffset next)
    {
        Pidx = link.Id;
        PaymentUrl = handOut ? link.Url : null;
        LinkExpiresAt = expiresAt;
        Check = Check.EndLease() with { NextCheckAt = next };
        Version++;
    }

    /// <summary>The payer turned back, or the time is over. More looks follow: money may have been faster.</summary>
    internal void CloseLink(PaymentEvent happened, Finding finding, DateTimeOffset now, DateTimeOffset? firstLateCheck)
    {
        Apply(happened, finding);
        RecordAnswer(finding, now);
        Check = Check.Restart(firstLateCheck);
    }

    /// <summary>Something may be under way at Khalti, or is not any more.</summary>
    internal void Reopen(PaymentEvent happened, Finding finding, DateTimeOffset now, DateTimeOffset next)
    {
        Apply(happened, finding);
        Check = Check.Restart(next);
        ScheduleRetry(finding, now, next);
    }

    internal void Complete(Finding finding, DateTimeOffset now)
    {
        Apply(PaymentEvent.Completed, finding);
        CompletedAt = now;
        CompletedOn ??= NepalTime.DayOf(now);
        Failure = null;
    }

    internal void Decline(Finding finding, DateTimeOffset now, DateTimeOffset? firstLateCheck)
    {
        Apply(PaymentEvent.Declined, finding);
        RecordAnswer(finding, now);
        Failure = finding.Failure;
        Check = Check.Restart(firstLateCheck);
    }

    /// <summary>Staff have looked at it: it is over, as far as is known.</summary>
    internal void Close(string note, DateTimeOffset? firstLateCheck)
    {
        Apply(PaymentEvent.Declined, new Finding(FindingKind.Declined, RuleId.ClosedByStaff, note));
        Failure = Failures.ClosedByMerchant;
        Check = Check.Restart(firstLateCheck);
    }

    /// <summary>Whether this is a link that cannot be paid any more, as far as is known.</summary>
    internal bool IsEndedLink => Pidx is not null && Status is PaymentStatus.Cancelled or PaymentStatus.Expired or PaymentStatus.Failed;

    /// <summary>Asked once more, and it stays as it is. A look that is owed later is owed still.</summary>
    internal void RecordCheckWithoutChange(Finding finding, DateTimeOffset now)
    {
        RecordAnswer(finding, now);
        Check = Check.Restart(NextCheckAt > now ? NextCheckAt : IsEndedLink ? CheckSchedule.NextLateCheck(LinkExpiresAt, now) : null);
    }

    /// <summary>Nothing was learned, and nothing is owed.</summary>
    internal void EndLease()
    {
        Check = Check.EndLease();
        Version++;
    }

    /// <summary>Asked outside the worker's schedule, which goes on as it was.</summary>
    internal void RecordOutOfScheduleCheck(Finding finding, DateTimeOffset now, DateTimeOffset next)
    {
        RecordAnswer(finding, now);
        Check = Check.OutOfSchedule(next);
    }

    private void RecordAnswer(Finding finding, DateTimeOffset now)
    {
        // Of a payment that staff closed, what they knew then stays until a finding settles more.
        bool isSettled = finding.Kind is not (FindingKind.Unanswered or FindingKind.Undecided);
        KhaltiState = isSettled || Failure != Failures.ClosedByMerchant ? finding.KhaltiState ?? KhaltiState : KhaltiState;
        LastAskedAt = now;
        LastAnsweredAt = isSettled ? finding.AskedAt ?? now : LastAnsweredAt;

        // A Khalti that named its own time is not asked before it.
        LastAskUnanswered = finding is { Kind: FindingKind.Unanswered, RetryAfter: null };
        Version++;
    }

    /// <param name="finding">The contradiction.</param>
    /// <param name="now">When it was found.</param>
    /// <param name="next">When Khalti is asked on; null when only staff can tell.</param>
    internal void HoldForReview(Finding finding, DateTimeOffset now, DateTimeOffset? next)
    {
        Apply(PaymentEvent.Contradicted, finding);
        CompletedOn ??= finding.AmountPaid is null ? null : NepalTime.DayOf(now);
        Check = Check with { NextCheckAt = next };
    }

    /// <summary>Nothing was settled: Khalti is asked again at <paramref name="next"/>.</summary>
    internal void ScheduleRetry(Finding finding, DateTimeOffset now, DateTimeOffset? next)
    {
        RecordAnswer(finding, now);

        // A link that waits to be paid is as it should be: only what stays open is counted.
        Check = finding.Kind == FindingKind.Waiting ? Check.Restart(next) : Check.Retry(next, denied: finding.IsNotFound);
    }

    /// <summary>What may still be refunded.</summary>
    internal Paisa Refundable => AmountPaid is { } paid ? paid - AmountRefunded - AmountReserved : Paisa.Zero;

    /// <summary>Keeps so much of it for a refund that is about to be asked for.</summary>
    internal void Reserve(Paisa amount)
    {
        if (amount > Refundable)
        {
            throw new UnreachableException($"Payment {Id} has less left than is to be refunded: the handler asks first.");
        }

        AmountReserved += amount;
        Version++;
    }

    /// <summary>A refund is known not to have happened.</summary>
    internal void ReleaseReservation(Paisa reserved)
    {
        AmountReserved -= reserved;
        Version++;
    }

    /// <summary>So much was refunded.</summary>
    /// <param name="reserved">What of it had been kept for a refund; nothing, when Khalti did it without our asking.</param>
    /// <param name="khaltiState">Khalti's word for it, where it was read.</param>
    internal void RecordRefunded(Paisa amount, Paisa reserved, string? khaltiState)
    {
        AmountReserved -= reserved;
        AmountRefunded += amount;
        PaymentEvent happened = AmountRefunded == AmountPaid ? PaymentEvent.AllRefunded : PaymentEvent.PartRefunded;
        Status = Status.After(happened)
            ?? throw new UnreachableException($"{happened} must not happen to payment {Id}, which is {Status}.");
        KhaltiState = khaltiState ?? KhaltiState;
        Version++;
    }

    /// <summary>Khalti says that part of it was refunded, and not how much.</summary>
    internal void RecordPartialRefund(string khaltiState)
    {
        Status = Status.After(PaymentEvent.PartRefunded)
            ?? throw new UnreachableException($"Payment {Id} is {Status}: nothing of it can be refunded.");
        KhaltiState = khaltiState;
        Version++;
    }

    internal void RecordKhaltiState(string khaltiState)
    {
        KhaltiState = khaltiState;
        Version++;
    }

    private void Apply(PaymentEvent happened, Finding finding)
    {
        Status = Status.After(happened)
            ?? throw new UnreachableException($"{happened} must not happen to payment {Id}, which is {Status}.");
        KhaltiState = finding.KhaltiState ?? KhaltiState;
        TransactionId = finding.TransactionId ?? TransactionId;
        Fee = finding.Fee ?? Fee;
        AmountPaid = finding.AmountPaid ?? AmountPaid;
        Check = Check.Settle();
        Version++;
    }
}
