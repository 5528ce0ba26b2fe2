using System.ComponentModel.DataAnnotations;

namespace Khalti.Sandbox;

/// <summary>
/// Behaviour that Khalti's documents leave open, with the most likely one as default. Merchants' code should work with every
/// value, so each can be changed while the sandbox runs: <c>POST /_sandbox/switches</c>.
/// </summary>
public sealed record SandboxBehaviour
{
    /// <summary>Answer to verify of a token that is completed already.</summary>
    public VerifyAgain VerifyAgain { get; init; } = VerifyAgain.Replay;

    /// <summary>Answer to verify of a token whose transaction was refunded, in part or in full.</summary>
    public VerifyAgain VerifyRefunded { get; init; } = VerifyAgain.InvalidToken;

    /// <summary>Which field verify complains about when the amount differs.</summary>
    public WrongAmount VerifyWrongAmount { get; init; } = WrongAmount.Token;

    /// <summary>HTTP status of the status API's "Transaction not found".</summary>
    [Range(200, 499)]
    public int StatusNotFoundCode { get; init; } = 200;

    /// <summary>HTTP status of an ePayment lookup with an unknown pidx.</summary>
    [Range(200, 499)]
    public int UnknownPidxCode { get; init; } = 404;

    /// <summary>What happens to a path without its trailing slash.</summary>
    public SlashlessPath SlashlessPost { get; init; } = SlashlessPath.Redirect;

    /// <summary>What happens to a refund amount such as 50.5.</summary>
    public FractionalRefund FractionalRefund { get; init; } = FractionalRefund.Refuse;

    /// <summary>Whether an ePayment link can still be paid after the payer canceled it.</summary>
    public bool PayAfterCancel { get; init; }

    /// <summary>How long an ePayment link can be paid unless it says <c>ttl</c>: an hour at Khalti,
    /// 1800 in the samples of its sandbox.</summary>
    [Range(1, 365 * 24 * 3600)]
    public int LinkLifetimeSeconds { get; init; } = 3600;

    /// <summary>In which unit <c>ttl</c> of an ePayment initiate is read. Khalti does not document it.</summary>
    public TtlUnit TtlUnit { get; init; } = TtlUnit.Seconds;

    /// <summary>HTTP status of an ePayment lookup that says Failed. Expired and User canceled are 400.</summary>
    [Range(200, 499)]
    public int FailedLookupCode { get; init; } = 400;

    /// <summary>Whether lookup gives a transaction id while the link is Pending, as older documents show.</summary>
    public bool PendingHasTransactionId { get; init; }

    /// <summary>What the browser brings to return_url when an ePayment failed.</summary>
    public FailureCallback FailureCallback { get; init; } = FailureCallback.Status;

    /// <summary>Days after which a transaction cannot be refunded any more; null is never.</summary>
    [Range(0, 10_000)]
    public int? RefundWindowDays { get; init; }

    /// <summary>Whether the detail call lists refunds among <c>child_transactions</c>. No sample of Khalti's shows one.</summary>
    public bool RefundsAsChildren { get; init; } = true;

    /// <summary>How many seconds after it was begun a transaction comes into the list. The detail call knows it at once.</summary>
    [Range(0, 7 * 24 * 3600)]
    public int ListLagSeconds { get; init; }

    /// <summary>Whether records say <c>refunded: true</c> when only a part was refunded.</summary>
    public bool RefundedWhenPartial { get; init; }

    /// <summary>Whether validation errors of the widget's product carry <c>error_key</c>.</summary>
    public bool ErrorKeyOnLegacyErrors { get; init; } = true;

    /// <summary>Whether <c>user.mobile</c> is masked in records too. Confirm always masks.</summary>
    public bool MaskMobileInRecords { get; init; }

    /// <summary>Id of the type "Wallet payment"; Khalti's pages show this one and <c>e476BL6jt9kgagEmsakyTL</c>.</summary>
    [Required]
    public string WalletTypeIdx { get; init; } = "2jwzDS9wkxbkDFquJqfAEC";

    /// <summary>The form of <c>payment_url</c>: that of the documents, or that of Khalti's demo of 2026.</summary>
    public PaymentUrlForm PaymentUrlForm { get; init; } = PaymentUrlForm.Documented;

    /// <summary>HTTP status of lookup-sdk, the call of ePayment kits, for an expired or canceled link. Lookup itself: 400.</summary>
    [Range(200, 499)]
    public int ClosedSdkLookupCode { get; init; } = 400;

    /// <summary>Whether ePayment calls take forms besides JSON. Documented is JSON; Khalti's framework takes both by default.</summary>
    public bool EPaymentForms { get; init; } = true;

    /// <summary>
    /// Whether initiate refuses null for optional fields, empty parts of <c>customer_info</c>, and prices and quantities of
    /// <c>product_details</c> that are no integers. Official plugins send all but null.
    /// </summary>
    public bool StrictOrderDetails { get; init; }

    /// <summary>Whether a refund takes the body <c>[]</c>, PHP's JSON of an empty array, as an empty one.</summary>
    public bool RefundTakesEmptyList { get; init; } = true;

    /// <summary>Whether verify adds token, cashback, reference, remarks and product_identity, as seen in 2023.</summary>
    public bool ExtraVerifyFields { get; init; }

    /// <summary>Whether the widget's error messages carry its id. Khalti's do not, so onError is never called.</summary>
    public bool WidgetErrorCarriesWidgetId { get; init; }

    /// <summary>Largest amount of the default merchant, in paisa and inclusive; null is no limit.</summary>
    [Range(1000, long.MaxValue)]
    public long? MaxAmount { get; init; }

    /// <summary>Khalti's fee in hundredths of a percent: 300 is 3 %.</summary>
    [Range(0, 10_000)]
    public int FeeBasisPoints { get; init; } = 300;

    /// <summary>The fee in the ePayment product, 0 in every sample of Khalti's.</summary>
    [Range(0, 10_000)]
    public int EPaymentFeeBasisPoints { get; init; }
}

public enum VerifyAgain
{
    /// <summary>200 with the record as it is now.</summary>
    Replay,

    /// <summary>400 "Invalid token."</summary>
    InvalidToken,
}

public enum WrongAmount
{
    /// <summary>400 with a <c>token</c> list.</summary>
    Token,

    /// <summary>400 with an <c>amount</c> list.</summary>
    Amount,
}

public enum SlashlessPath
{
    /// <summary>301 to the path with a slash; most clients then send a GET without the body.</summary>
    Redirect,

    /// <summary>Served as if the slash were there.</summary>
    Serve,
}

public enum FailureCallback
{
    /// <summary>The usual parameters with <c>status=Failed</c>.</summary>
    Status,

    /// <summary>Nothing but <c>message</c>, as until 2024.</summary>
    MessageOnly,
}

public enum PaymentUrlForm
{
    /// <summary><c>/?pidx=…</c></summary>
    Documented,

    /// <summary><c>/wallet/?pidx=…&amp;return_url=…&amp;mode=wallet</c>: the kits of 2026 take return_url and mode from it.</summary>
    Wallet,
}

public enum TtlUnit
{
    Seconds,
    Minutes,

    /// <summary><c>ttl</c> is ignored: the link has the default lifetime.</summary>
    Ignored,
}

public enum FractionalRefund
{
    /// <summary>400.</summary>
    Refuse,

    /// <summary>The fraction is dropped.</summary>
    Floor,
}
