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

    /// <summary>The merchant's own <c>merchant_…</c> fields, echoed at confirm.</summary>
    public JsonObject Extras { get; init; } = [];

    public int OtpFailures { get; init; }
    public required DateTimeOffset CreatedOn { get; init; }

    internal bool BelongsTo(Account account) => MerchantIdx == account.Merchant.Idx && Mode == account.Mode;

    /// <summary>The same transaction in another state. Asks nothing: the table of states was asked before.</summary>
    internal Transaction Become(string state, SandboxSwitches switches)
    {
        bool charged = FeeIdx is not null || !TransactionState.MoneyMoved(state);
        return charged
            ? this with { State = state }
            : this with { State = state, Fee = FeeOf(Amount, switches.FeeBasisPoints), FeeIdx = Ids.New() };
    }

    /// <summary>Half a paisa rounds up. Wider arithmetic than long, so that no amount overflows.</summary>
    internal static long FeeOf(long amount, int basisPoints) => (long)((((Int128)amount * basisPoints) + 5_000) / 10_000);
}
