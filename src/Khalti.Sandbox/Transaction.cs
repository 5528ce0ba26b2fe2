using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

internal enum Flow
{
    Widget,
    EPayment,
}

/// <summary>One payment as Khalti keeps it. Amounts are paisa.</summary>
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

    /// <summary>Nothing until the money has moved.</summary>
    public long Fee { get; init; }

    /// <summary>The fee is a transaction of its own, with an id of its own.</summary>
    public string? FeeIdx { get; init; }

    public long RefundedAmount { get; init; }
    public required string Mobile { get; init; }
    public required string ProductIdentity { get; init; }
    public required string ProductName { get; init; }
    public string? ProductUrl { get; init; }
    public string? PurchaseOrderId { get; init; }

    /// <summary>Of an ePayment link: where the browser goes afterwards, and until when it can be paid.</summary>
    public string? ReturnUrl { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Of an ePayment link: one of <see cref="PayMode"/>, once the payer has chosen.</summary>
    public string? PaidWith { get; init; }

    /// <summary>Whatever else the merchant said about the order of an ePayment link: customer, breakdown, products, modes, bank.</summary>
    public JsonObject Order { get; init; } = [];

    /// <summary>The merchant's own <c>merchant_…</c> fields, echoed at confirm.</summary>
    public JsonObject Extras { get; init; } = [];

    public int OtpFailures { get; init; }
    public required DateTimeOffset CreatedOn { get; init; }

    internal bool BelongsTo(Account account) => MerchantIdx == account.Merchant.Idx && Mode == account.Mode;

    internal IReadOnlyList<string> States => Flow == Flow.Widget ? TransactionState.All : LinkState.All;

    /// <summary>The flow's own spelling of it.</summary>
    internal string PartiallyRefunded => Flow == Flow.Widget ? TransactionState.PartiallyRefunded : LinkState.PartiallyRefunded;

    /// <summary>The state as records and the status API spell it, whatever the flow.</summary>
    internal string RecordState => State == LinkState.PartiallyRefunded ? TransactionState.PartiallyRefunded : State;

    /// <summary>A link is one until it is paid; only then Khalti has a transaction with an id.</summary>
    internal bool IsTransaction => Flow == Flow.Widget || FeeIdx is not null;

    internal bool FromWallet => PaidWith is null or PayMode.Wallet;

    internal bool MayBecome(string state, SandboxSwitches switches) => Flow == Flow.Widget
        ? TransactionState.MayBecome(State, state)
        : LinkState.MayBecome(State, state, switches.PayAfterCancel);

    /// <summary>As it stands at this moment: a link nobody has paid runs out by itself.</summary>
    internal Transaction AsOf(DateTimeOffset now) =>
        Flow == Flow.EPayment && State == LinkState.Initiated && IsOver(now) ? this with { State = LinkState.Expired } : this;

    internal bool IsOver(DateTimeOffset now) => ExpiresAt <= now;

    /// <summary>The same transaction in another state. Asks nothing: the table of states was asked before.</summary>
    internal Transaction Become(string state, SandboxSwitches switches)
    {
        bool moved = Flow == Flow.Widget ? TransactionState.MoneyMoved(state) : LinkState.MoneyMoved(state);
        int basisPoints = Flow == Flow.Widget ? switches.FeeBasisPoints : switches.EPaymentFeeBasisPoints;
        return FeeIdx is not null || !moved
            ? this with { State = state }
            : this with { State = state, Fee = FeeOf(Amount, basisPoints), FeeIdx = Ids.New() };
    }

    /// <summary>Half a paisa rounds up. Wider arithmetic than long, so that no amount overflows.</summary>
    internal static long FeeOf(long amount, int basisPoints) => (long)((((Int128)amount * basisPoints) + 5_000) / 10_000);
}
