using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

internal enum Flow
{
    Widget,
    EPayment,
}

/// <summary>A payment as Khalti stores it. Amounts are in paisa.</summary>
internal sealed record Transaction
{
    internal const int OtpAttempts = 3;

    public required string Idx { get; init; }

    /// <summary>One token from initiate through verify; null in the ePayment flow, which has a pidx.</summary>
    public string? Token { get; init; }

    public string? Pidx { get; init; }
    public required Flow Flow { get; init; }
    public required string MerchantIdx { get; init; }
    public required Mode Mode { get; init; }
    public required string State { get; init; }
    public required long Amount { get; init; }

    /// <summary>Zero until the money has moved.</summary>
    public long Fee { get; init; }

    /// <summary>The id of the fee's own transaction.</summary>
    public string? FeeIdx { get; init; }

    public long RefundedAmount { get; init; }
    public required string Mobile { get; init; }
    public required string ProductIdentity { get; init; }
    public required string ProductName { get; init; }
    public string? ProductUrl { get; init; }
    public string? PurchaseOrderId { get; init; }

    /// <summary>The return address of an ePayment link.</summary>
    public string? ReturnUrl { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How an ePayment link was paid: one of <see cref="PayMode"/>, null before the payer has chosen.</summary>
    public string? PaidWith { get; init; }

    /// <summary>The optional order details of an ePayment link: customer, breakdown, products, modes, bank.</summary>
    public JsonObject Order { get; init; } = [];

    /// <summary>The merchant's own <c>merchant_…</c> fields, echoed at confirm.</summary>
    public JsonObject Extras { get; init; } = [];

    public int OtpFailures { get; init; }
    public required DateTimeOffset CreatedOn { get; init; }

    internal bool BelongsTo(Account account) => MerchantIdx == account.Merchant.Idx && account.Covers(Mode);

    internal IReadOnlyList<string> States => Flow == Flow.Widget ? TransactionState.All : LinkState.All;

    /// <summary>The name of the partially refunded state in this flow's spelling.</summary>
    internal string PartiallyRefunded => Flow == Flow.Widget ? TransactionState.PartiallyRefunded : LinkState.PartiallyRefunded;

    /// <summary>The state in the spelling of records and the status API.</summary>
    internal string RecordState => State == LinkState.PartiallyRefunded ? TransactionState.PartiallyRefunded : State;

    /// <summary>Whether there is a transaction with an id; an ePayment link has one only after it was paid.</summary>
    internal bool IsTransaction => Flow == Flow.Widget || FeeIdx is not null;

    internal bool FromWallet => PaidWith is null or PayMode.Wallet;

    internal bool CanTransitionTo(string state, SandboxBehaviour behaviour) => Flow == Flow.Widget
        ? TransactionState.CanTransitionTo(State, state)
        : LinkState.CanTransitionTo(State, state, behaviour.PayAfterCancel);

    /// <summary>The transaction at <paramref name="now"/>: a link that was not paid in time is expired.</summary>
    internal Transaction AsOf(DateTimeOffset now) =>
        Flow == Flow.EPayment && State == LinkState.Initiated && HasExpired(now) ? this with { State = LinkState.Expired } : this;

    internal bool HasExpired(DateTimeOffset now) => ExpiresAt <= now;

    /// <summary>The transaction in another state, with its fee once the money moves. The caller has checked the transition.</summary>
    internal Transaction TransitionTo(string state, SandboxBehaviour behaviour)
    {
        bool moved = Flow == Flow.Widget ? TransactionState.HasMovedMoney(state) : LinkState.HasMovedMoney(state);
        int basisPoints = Flow == Flow.Widget ? behaviour.FeeBasisPoints : behaviour.EPaymentFeeBasisPoints;
        return FeeIdx is not null || !moved
            ? this with { State = state }
            : this with { State = state, Fee = FeeOf(Amount, basisPoints), FeeIdx = Ids.New() };
    }

    /// <summary>The fee in paisa, half a paisa rounded up. Uses <see cref="Int128"/>, so that no amount overflows.</summary>
    internal static long FeeOf(long amount, int basisPoints) => (long)((((Int128)amount * basisPoints) + 5_000) / 10_000);
}
