using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Khalti.Client;

/// <summary>
/// The request of <see cref="KhaltiClient.InitiateAsync"/> (Khalti document: KPG-2 "Web Checkout", JSON payload of the initiate
/// request). Khalti validates the values and answers errors as <see cref="Refusal.Fields"/>.
/// </summary>
public sealed record EPaymentRequest
{
    /// <summary>The http or https address to which Khalti redirects the payer's browser afterwards, by GET with <c>pidx</c> in the
    /// query. The parameters are unsigned: call <see cref="KhaltiClient.LookupAsync"/> and trust only its answer.</summary>
    public required Uri ReturnUrl { get; init; }

    /// <summary>The shop's own address, http or https.</summary>
    public required Uri WebsiteUrl { get; init; }

    /// <summary>Paisa, 1000 or more (10000 for payments straight from a bank).</summary>
    public required Paisa Amount { get; init; }

    /// <summary>The shop's order number, not blank. Khalti does not require it to be unique: each request makes a new
    /// link.</summary>
    public required string PurchaseOrderId { get; init; }

    /// <summary>The order's name as the payer sees it, not blank.</summary>
    public required string PurchaseOrderName { get; init; }

    /// <summary>The customer, as far as known. Null leaves it out.</summary>
    public EPaymentCustomer? Customer { get; init; }

    /// <summary>The parts of <see cref="Amount"/>; must add up to it. Null leaves it out.</summary>
    public IReadOnlyList<AmountPart>? AmountBreakdown { get; init; }

    /// <summary>The products bought. Null leaves it out.</summary>
    public IReadOnlyList<ProductDetail>? ProductDetails { get; init; }

    /// <summary>The shop's own data; every name begins with <c>merchant_</c>. Khalti does not document whether it returns them.</summary>
    public IReadOnlyDictionary<string, string>? MerchantData { get; init; }

    /// <summary>The payment modes offered, e.g. <c>KHALTI</c> or <c>MOBILE_BANKING</c>. Null offers all.</summary>
    public IReadOnlyList<string>? Modes { get; init; }

    /// <summary>Khalti's id (<c>idx</c>) of the bank, with a bank's mode only.</summary>
    public string? Bank { get; init; }

    /// <summary>Lifetime of the link (<c>ttl</c>), 1 or more, in a unit that Khalti does not document: check
    /// <see cref="EPaymentLink.ExpiresAt"/>. Null: Khalti's default, 60 minutes in production.</summary>
    public int? TimeToLive { get; init; }

    internal byte[] ToJson()
    {
        RequireAddress(ReturnUrl);
        RequireAddress(WebsiteUrl);
        JsonObject body = new()
        {
            ["return_url"] = ReturnUrl.AbsoluteUri,
            ["website_url"] = WebsiteUrl.AbsoluteUri,
            ["amount"] = (long)Amount,
            ["purchase_order_id"] = PurchaseOrderId,
            ["purchase_order_name"] = PurchaseOrderName,
        };
        if (Customer is not null)
        {
            body["customer_info"] = Customer.ToJson();
        }

        if (AmountBreakdown is not null)
        {
            body["amount_breakdown"] = List(AmountBreakdown, part => new JsonObject { ["label"] = part.Label, ["amount"] = part.Amount });
        }

        if (ProductDetails is not null)
        {
            body["product_details"] = List(ProductDetails, product => product.ToJson());
        }

        foreach ((string name, string value) in MerchantData ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            RequireMerchantPrefix(name);
            body[name] = value;
        }

        if (Modes is not null)
        {
            body["modes"] = List(Modes, mode => JsonValue.Create(mode));
        }

        if (Bank is not null)
        {
            body["bank"] = Bank;
        }

        if (TimeToLive is not null)
        {
            body["ttl"] = TimeToLive;
        }

        return JsonSerializer.SerializeToUtf8Bytes(body);
    }

    private static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode?> node) => [.. items.Select(node)];

    private static void RequireAddress(Uri address, [CallerArgumentExpression(nameof(address))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(address, name);
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
        {
            throw new ArgumentException($"{name} must be a full http or https address.", nameof(address));
        }
    }

    // Other names could collide with Khalti's own members.
    private static void RequireMerchantPrefix(string name)
    {
        if (!name.StartsWith("merchant_", StringComparison.Ordinal))
        {
            throw new ArgumentException("Every name of MerchantData begins with merchant_.", nameof(name));
        }
    }
}

/// <summary>Who pays, as far as known (<c>customer_info</c>).</summary>
/// <param name="Name">A name, or null.</param>
/// <param name="Email">An e-mail address, or null.</param>
/// <param name="Phone">A mobile number of ten digits, or null.</param>
public sealed record EPaymentCustomer(string? Name = null, string? Email = null, string? Phone = null)
{
    // A record's default ToString prints its members: personal data must not be printed.
    /// <summary>The type's name, without personal data.</summary>
    public override string ToString() => nameof(EPaymentCustomer);

    internal JsonObject ToJson()
    {
        JsonObject customer = [];
        foreach ((string member, string? value) in new[] { ("name", Name), ("email", Email), ("phone", Phone) })
        {
            if (value is not null)
            {
                customer[member] = value;
            }
        }

        return customer;
    }
}

/// <summary>A part of the amount (<c>amount_breakdown</c>).</summary>
/// <param name="Label">Name of the part, e.g. <c>VAT</c>.</param>
/// <param name="Amount">Paisa; negative for a discount. All parts add up to the request's amount.</param>
public sealed record AmountPart(string Label, long Amount);

/// <summary>A product of the order (<c>product_details</c>).</summary>
/// <param name="Identity">The shop's id of the product.</param>
/// <param name="Name">The product's name as the payer sees it.</param>
/// <param name="UnitPrice">Price of one, in paisa.</param>
/// <param name="Quantity">Number of pieces, 1 or more.</param>
/// <param name="TotalPrice">Price of all pieces, in paisa.</param>
public sealed record ProductDetail(string Identity, string Name, Paisa UnitPrice, int Quantity, Paisa TotalPrice)
{
    internal JsonObject ToJson() => new()
    {
        ["identity"] = Identity,
        ["name"] = Name,
        ["total_price"] = (long)TotalPrice,
        ["quantity"] = Quantity,
        ["unit_price"] = (long)UnitPrice,
    };
}

/// <summary>A payment link (document: KPG-2, success response of initiate).</summary>
/// <param name="Pidx">Khalti's id of the link, for lookup and to match the payer's return. Store it before redirecting the payer.</param>
/// <param name="PaymentUrl">The payment page: https, http on this machine, or by <see cref="KhaltiClientOptions.PlainHttpLinks"/>.</param>
/// <param name="ExpiresAt">When the link expires; null when Khalti does not say, as in 2022.</param>
public sealed record EPaymentLink(string Pidx, Uri PaymentUrl, DateTimeOffset? ExpiresAt)
{
    internal static EPaymentLink? Read(JsonElement body, bool plainHttp) =>
        body.Id("pidx") is { } pidx && body.Id("payment_url", maxLength: 2000) is { } address
        && Uri.TryCreate(address, UriKind.Absolute, out Uri? url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && (url.IsLoopback || plainHttp)))
            ? new(pidx, url, body.Instant("expires_at"))
            : null;
}

/// <summary>The state of a payment link (document: KPG-2, "Payment Verification (Lookup)").</summary>
/// <param name="Pidx">Khalti's id of the link, as requested.</param>
/// <param name="Status">The status. Only <see cref="EPaymentStatus.Completed"/> means that the money has moved.</param>
/// <param name="StatusName">The status as Khalti wrote it.</param>
/// <param name="TotalAmount">Paisa; never null for a completed payment. Compare it with the order's amount.</param>
/// <param name="TransactionId">Khalti's id of the transaction, for refunds; usually null before the payment is completed.</param>
/// <param name="Fee">Khalti's fee in paisa; null when absent.</param>
/// <param name="Refunded">Whether Khalti flags the payment as refunded. May contradict the status: check both.</param>
public sealed record EPayment(
    string Pidx, EPaymentStatus Status, string StatusName, Paisa? TotalAmount, string? TransactionId, Paisa? Fee, bool Refunded)
{
    internal static EPayment? Read(JsonElement body, string requested)
    {
        string? pidx = body.Id("pidx");
        if (body.Text("status") is not { } name || !string.Equals(pidx, requested, StringComparison.Ordinal))
        {
            return null;
        }

        EPaymentStatus status = EPaymentStatuses.Parse(name);
        Paisa? amount = body.Amount("total_amount");
        return status == EPaymentStatus.Completed && amount is null
            ? null
            : new(requested, status, name, amount, body.Id("transaction_id"), body.Amount("fee"), body.Flag("refunded"));
    }
}

/// <summary>The statuses of a payment link (document: KPG-2, lookup status). They differ from
/// <see cref="TransactionState"/>.</summary>
public enum EPaymentStatus
{
    /// <summary>A name that no Khalti document lists. Hold the order and ask Khalti.</summary>
    Unrecognized = 0,

    /// <summary>The link was created; the payer has not paid.</summary>
    Initiated,

    /// <summary>The payment is in progress, or stuck: hold the order. Not a failure.</summary>
    Pending,

    /// <summary>Paid. The only status that means success.</summary>
    Completed,

    /// <summary>The payer did not pay in time. Khalti answers it with HTTP 400.</summary>
    Expired,

    /// <summary>The payer cancelled. Khalti answers it with HTTP 400, and spelled it <c>Canceled</c> before.</summary>
    UserCanceled,

    /// <summary>Refunded in full.</summary>
    Refunded,

    /// <summary>Refunded in part.</summary>
    PartiallyRefunded,

    /// <summary>Failed.</summary>
    Failed,
}

/// <summary>Parses Khalti's status names in every documented spelling.</summary>
public static class EPaymentStatuses
{
    /// <summary>The status with this name, ignoring case and surrounding blanks; <see cref="EPaymentStatus.Unrecognized"/> for an
    /// unknown or missing name.</summary>
    /// <param name="name">Khalti's name, e.g. <c>User canceled</c>.</param>
    public static EPaymentStatus Parse(string? name) => name?.Trim().ToUpperInvariant() switch
    {
        "INITIATED" => EPaymentStatus.Initiated,
        "PENDING" => EPaymentStatus.Pending,
        "COMPLETED" => EPaymentStatus.Completed,
        "EXPIRED" => EPaymentStatus.Expired,
        "USER CANCELED" or "CANCELED" => EPaymentStatus.UserCanceled,
        "REFUNDED" => EPaymentStatus.Refunded,
        "PARTIALLY REFUNDED" => EPaymentStatus.PartiallyRefunded,
        "FAILED" => EPaymentStatus.Failed,
        _ => EPaymentStatus.Unrecognized,
    };
}
