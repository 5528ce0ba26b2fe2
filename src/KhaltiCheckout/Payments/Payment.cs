using System.Diagnostics;
using Khalti.Client;
using KhaltiCheckout.Orders;

namespace KhaltiCheckout.Payments;

/// <summary>One try to pay one order. Changed only through its order and <see cref="Settlement"/>.</summary>
public sealed class Payment
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

    /// <summary>What Khalti is asked to complete: the order's amount.</summary>
    public Paisa Amount { get; private set; }

    public Paisa? Fee { get; private set; }

    /// <summary>The widget's token. Unique: it pays one order or none. In no log, page or event.</summary>
    public string? Token { get; private set; }

    public string? TransactionId { get; private set; }

    public string? Failure { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset? CompletedAt { get; private set; }

    /// <summary>When Khalti is to be asked next; null when no automatic check is owed.</summary>
    public DateTimeOffset? NextCheckAt { get; private set; }

    /// <summary>Until when one process, and no other, is asking Khalti about this payment.</summary>
    public DateTimeOffset? LeasedUntil { get; private set; }

    public DateTimeOffset? LastAskedAt { get; private set; }

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

        // Owed from the first moment, so that a crash between here and the answer needs no special case.
        NextCheckAt = now,
        LeasedUntil = now + lease,
    };

    internal void Complete(Finding finding, DateTimeOffset now)
    {
        Apply(PaymentEvent.Completed, finding);
        CompletedAt = now;
        Failure = null;
    }

    internal void Decline(Finding finding, DateTimeOffset? lastLook)
    {
        Apply(PaymentEvent.Declined, finding);
        Failure = finding.Failure;
        NextCheckAt = lastLook;
    }

    /// <summary>Asked once more, and it stays as it is.</summary>
    internal void StayAsItIs(Finding finding, DateTimeOffset now)
    {
        KhaltiState = finding.KhaltiState ?? KhaltiState;
        LastAskedAt = now;
        NextCheckAt = null;
        LeasedUntil = null;
        Version++;
    }

    internal void Hold(Finding finding) => Apply(PaymentEvent.Contradicted, finding);

    /// <summary>Nothing settled: ask again then.</summary>
    internal void AskAgain(Finding finding, DateTimeOffset now, DateTimeOffset next)
    {
        LastAskedAt = now;
        Denials += finding.IsDenial ? 1 : 0;

        // A Khalti that named its own time is not asked before it.
        LastAskUnanswered = finding is { Kind: FindingKind.Unanswered, RetryAfter: null };
        KhaltiState = finding.KhaltiState ?? KhaltiState;
        Checks++;
        NextCheckAt = next;
        LeasedUntil = null;
        Version++;
    }

    private void Apply(PaymentEvent happened, Finding finding)
    {
        Status = Status.After(happened)
            ?? throw new UnreachableException($"{happened} must not happen to payment {Id}, which is {Status}.");
        KhaltiState = finding.KhaltiState ?? KhaltiState;
        TransactionId = finding.TransactionId ?? TransactionId;
        Fee = finding.Fee ?? Fee;
        NextCheckAt = null;
        LeasedUntil = null;
        LastAskUnanswered = false;
        Version++;
    }
}
