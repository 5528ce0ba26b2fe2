using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Model;

/// <summary>Why a person should look at the order: a reason for each cause, raised and resolved by itself.</summary>
public sealed partial class Order
{
    private readonly List<RaisedReason> _reasons = [];

    /// <summary>The most urgent open reason; null when there is none.</summary>
    public AttentionReason? Attention { get; private set; }

    /// <summary>Those that were open when the order was read, and those raised since.</summary>
    public IReadOnlyList<RaisedReason> Reasons => _reasons;

    /// <summary>Most urgent first.</summary>
    internal IReadOnlyList<RaisedReason> OpenReasons =>
        [.. _reasons.Where(reason => reason.IsOpen).OrderBy(reason => reason.Reason).ThenBy(reason => reason.Id, StringComparer.Ordinal)];

    /// <summary>A reason that concerns the order itself.</summary>
    internal void RaiseAttention(AttentionReason reason, DateTimeOffset now) =>
        RaiseAttention(reason, paymentId: null, refundId: null, transactionId: null, now);

    internal void RaiseAttention(AttentionReason reason, Payment payment, DateTimeOffset now) =>
        RaiseAttention(reason, payment.Id, refundId: null, transactionId: null, now);

    internal void RaiseAttention(AttentionReason reason, Refund refund, DateTimeOffset now) =>
        RaiseAttention(reason, refund.PaymentId, refund.Id, transactionId: null, now);

    /// <summary>Whether this is the last reason about a payment that no rule could settle, and that would stay so without it: then
    /// nobody would look at it again.</summary>
    internal bool IsLastOfHeldPayment(RaisedReason reason, bool closePayments) =>
        _payments.Find(payment => payment.Id == reason.PaymentId) is { Status: PaymentStatus.NeedsReview } payment
        && !CanBeClosed(payment, closePayments)
        && !_reasons.Exists(other => other.Id != reason.Id && other.IsOpen && other.PaymentId == payment.Id);

    /// <summary>A person has looked into one reason, or into none in particular, and says what came of it. A payment that no rule
    /// could settle is over then, so that the order can be paid or expire; but not while another reason about it is open, nor while
    /// Khalti has money of it, which has to go back first.</summary>
    /// <param name="closePayments">Also those of which Khalti says that they were paid, and which can't be refunded from here:
    /// somebody has seen to that at Khalti.</param>
    internal void Resolve(RaisedReason? reason, string note, bool closePayments, string? keyName, DateTimeOffset now)
    {
        reason?.Resolve(now);
        UpdateAttention();
        string? word = reason is null ? null : SnakeCase.Of(reason.Reason);
        Record(
            TimelineEvent.Resolved, Actor.Merchant, now,
            word is null ? null : new TimelineFacts(Reason: word, RefundId: reason!.RefundId, TransactionId: reason.TransactionId),
            word is null ? note : $"{word}: {note}", reason?.PaymentId, keyName);
        foreach (Payment payment in _payments.Where(IsHeldWithoutReason))
        {
            if (CanBeClosed(payment, closePayments))
            {
                Close(payment, note, keyName, now);
            }
            else
            {
                RaiseAttention(AttentionReason.UnknownState, payment, now);
            }
        }
    }

    // Such a payment waits for a person, and no list shows it.
    private bool IsHeldWithoutReason(Payment payment) => payment.Status == PaymentStatus.NeedsReview
        && !_reasons.Exists(open => open.IsOpen && open.PaymentId == payment.Id);

    private void RaiseAttention(
        AttentionReason reason, string? paymentId, string? refundId, string? transactionId, DateTimeOffset now)
    {
        KeepUnrecordedReason(now);
        if (_reasons.Exists(open => open.IsOpen && open.Is(reason, paymentId, refundId, transactionId)))
        {
            return;
        }

        _reasons.Add(RaisedReason.Of(Id, reason, paymentId, refundId, transactionId, now));
        UpdateAttention();
        string word = SnakeCase.Of(reason);
        Record(
            TimelineEvent.Attention, Actor.Worker, now,
            new TimelineFacts(Reason: word, RefundId: refundId, TransactionId: transactionId), word, paymentId);
    }

    // What was not known of this payment is known now. Other payments' and refunds' reasons stay.
    private void ClearAttention(AttentionReason reason, Payment payment, DateTimeOffset now) =>
        ClearAttention(reason, payment.Id, refundId: null, transactionId: null, now);

    private void ClearAttention(AttentionReason reason, Refund refund, DateTimeOffset now) =>
        ClearAttention(reason, refund.PaymentId, refund.Id, transactionId: null, now);

    private void ClearAttention(
        AttentionReason reason, string? paymentId, string? refundId, string? transactionId, DateTimeOffset now)
    {
        KeepUnrecordedReason(now);
        if (_reasons.Find(open => open.IsOpen && open.Is(reason, paymentId, refundId, transactionId)) is { } settled)
        {
            settled.Resolve(now);
            UpdateAttention();
        }
    }

    /// <summary>Adds the reason that a program older than the reasons' table has written into the order alone.</summary>
    internal void KeepUnrecordedReason(DateTimeOffset now)
    {
        if (Attention is { } unrecorded && !_reasons.Exists(open => open.IsOpen && open.Reason == unrecorded))
        {
            _reasons.Add(RaisedReason.Of(Id, unrecorded, paymentId: null, refundId: null, transactionId: null, now));
        }
    }

    private void UpdateAttention() => Attention = OpenReasons is [var mostUrgent, ..] ? mostUrgent.Reason : null;
}
