using System.Diagnostics;
using Khalti.Client;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Model;

/// <summary>
/// Money of one payment that was, or may have been, refunded. Saved before Khalti is asked, so that none is ever unknown to
/// us. Changed only through its order.
/// </summary>
public sealed partial class Refund
{
    private Refund()
    {
    }

    public string Id { get; private set; } = "";

    public string OrderId { get; private set; } = "";

    public string PaymentId { get; private set; } = "";

    /// <summary>Which product of Khalti's the payment was made with.</summary>
    public PaymentMethod Method { get; private set; }

    public RefundStatus Status { get; private set; }

    public RefundOrigin Origin { get; private set; }

    public Paisa Amount { get; private set; }

    /// <summary>What had been refunded before it: the state that Khalti shows afterwards is judged by that.</summary>
    public Paisa RefundedBefore { get; private set; }

    /// <summary>Why, in the merchant's words.</summary>
    public string? Reason { get; private set; }

    /// <summary>The Khalti number that the money goes to, masked: the whole number goes to Khalti and nowhere else.</summary>
    public string? Mobile { get; private set; }

    /// <summary>The name of the API key that asked for it.</summary>
    public string? KeyName { get; private set; }

    /// <summary>Which request with an Idempotency-Key asked for it: the same one again finds this refund and makes no other.</summary>
    public string? RequestId { get; private set; }

    public string? Failure { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset? CompletedAt { get; private set; }

    /// <summary>The day in Nepal on which the money went.</summary>
    public DateOnly? CompletedOn { get; private set; }

    /// <summary>By how much the order has become less than paid. Not the amount when the order was paid twice.</summary>
    public Paisa TakenOffOrder { get; private set; }

    public int? CreditNoteYear { get; private set; }

    public int? CreditNoteCount { get; private set; }

    /// <summary>When Khalti is to be asked next; null when no automatic check is owed.</summary>
    public DateTimeOffset? NextCheckAt { get; private set; }

    /// <summary>Until when one process, and no other, is asking Khalti about it.</summary>
    public DateTimeOffset? LeasedUntil { get; private set; }

    public int Checks { get; private set; }

    /// <summary>How often Khalti's state said that it had not happened.</summary>
    public int Denials { get; private set; }

    public bool LastAskUnanswered { get; private set; }

    /// <summary>Whether staff were told that Khalti's records do not tell.</summary>
    public bool PersonWasCalled { get; private set; }

    /// <summary>Concurrency token.</summary>
    public int Version { get; private set; }

    internal static Refund Requested(
        Payment payment, Paisa amount, RefundCommand command, DateTimeOffset now, TimeSpan lease) => new()
        {
            Id = TypeId.New(TypeId.Refund, now),
            OrderId = payment.OrderId,
            PaymentId = payment.Id,
            Method = payment.Method,
            Status = RefundStatus.Requested,
            Amount = amount,
            RefundedBefore = payment.AmountRefunded,
            Mobile = command.Mobile is { } mobile ? $"{mobile[..2]}XXXXX{mobile[^3..]}" : null,
            Reason = command.Reason,
            KeyName = command.KeyName,
            RequestId = command.RequestId,
            CreatedAt = now,
            Check = CheckState.Start(now, lease),
        };

    internal static Refund Found(Payment payment, Paisa amount, string? reason, string? keyName, DateTimeOffset now) => new()
    {
        Id = TypeId.New(TypeId.Refund, now),
        OrderId = payment.OrderId,
        PaymentId = payment.Id,
        Method = payment.Method,
        Status = RefundStatus.Completed,
        Origin = RefundOrigin.Khalti,
        Amount = amount,
        RefundedBefore = payment.AmountRefunded,
        Reason = reason,
        KeyName = keyName,
        CreatedAt = now,
        CompletedAt = now,
        CompletedOn = NepalTime.DayOf(now),
    };

    // Its columns as one value.
    private CheckState Check
    {
        get => new(NextCheckAt, LeasedUntil, Checks, Denials, LastAskUnanswered);
        set => (NextCheckAt, LeasedUntil, Checks, Denials, LastAskUnanswered) = value;
    }

    /// <summary>Whether it takes all that is left of the payment.</summary>
    internal bool TakesAllOf(Payment payment) => RefundedBefore + Amount == payment.AmountPaid;

    internal void Complete(DateTimeOffset now)
    {
        Apply(RefundEvent.Completed);
        CompletedAt = now;
        CompletedOn = NepalTime.DayOf(now);
    }

    internal void Fail(string failure)
    {
        Apply(RefundEvent.Failed);
        Failure = failure;
    }

    internal void MarkUnknown(DateTimeOffset next)
    {
        Apply(RefundEvent.AnswerLost);
        Check = Check with { NextCheckAt = next };
    }

    /// <summary>Nothing was settled: Khalti is asked again at <paramref name="next"/>.</summary>
    internal void ScheduleRetry(bool denied, bool unanswered, DateTimeOffset next)
    {
        Check = Check.Retry(next, denied) with { LastAskUnanswered = unanswered };
        Version++;
    }

    internal ReceiptNumber? CreditNoteNumber => ReceiptNumber.Of(CreditNoteYear, CreditNoteCount);

    internal bool NeedsCreditNote => TakenOffOrder > Paisa.Zero && CreditNoteNumber is null;

    internal void TakeOffOrder(Paisa amount)
    {
        TakenOffOrder = amount;
        Version++;
    }

    internal void AssignCreditNote(ReceiptNumber number)
    {
        CreditNoteYear = number.Year;
        CreditNoteCount = number.Number;
        Version++;
    }

    internal void Escalate()
    {
        PersonWasCalled = true;
        Version++;
    }

    /// <summary>Asked outside the worker's schedule, which goes on as it was.</summary>
    internal void RecordOutOfScheduleCheck()
    {
        Check = Check.EndLease();
        Version++;
    }

    private void Apply(RefundEvent happened)
    {
        Status = Status.After(happened)
            ?? throw new UnreachableException($"{happened} must not happen to refund {Id}, which is {Status}.");
        Check = Check.Settle();
        Version++;
    }
}

/// <summary>What a refund is asked for with, besides its amount.</summary>
/// <param name="Mobile">The Khalti number that receives the money; needed when the payment came from a bank.</param>
internal sealed record RefundCommand(string? Mobile, string? Reason, string? KeyName, string? RequestId);
