using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Khalti.Client;

/// <summary>
/// What <see cref="KhaltiClient.InitiateAsync"/> asks for: a page at Khalti where one payer may pay one amount (document:
/// KPG-2 "Web Checkout", JSON payload of the initiate request). Khalti judges the values; what it dislikes comes back as
/// <see cref="Refusal.Fields"/>.
/// </summary>
public sealed record EPaymentRequest
{
    /// <summary>Where Khalti sends the payer's browser afterwards, by GET, with <c>pidx</c> and more in the query: http or
    /// https, best without a query of its own. What arrives there is unsigned: a reason to look up, and nothing else.</summary>
    public required Uri ReturnUrl { get; init; }

    /// <summary>The shop's own address, http or https.</summary>
    public required Uri WebsiteUrl { get; init; }

    /// <summary>Paisa, 1000 or more (10000 for payments straight from a bank).</summary>
    public required Paisa Amount { get; init; }

    /// <summary>The shop's own name for the order, not blank. Khalti takes the same one any number of times, and makes a
    /// new link each time.</summary>
    public required string PurchaseOrderId { get; init; }

    /// <summary>What the payer reads, not blank.</summary>
    public required string PurchaseOrderName { get; init; }

    /// <summary>Who pays, as far as known.</summary>
    public EPaymentCustomer? Customer { get; init; }

    /// <summary>What <see cref="Amount"/> is made of; must add up to it. Null leaves it out.</summary>
    public IReadOnlyList<AmountPart>? AmountBreakdown { get; init; }

    /// <summary>What is bought. Null leaves it out.</summary>
    public IReadOnlyList<ProductDetail>? ProductDetails { get; init; }

    /// <summary>The shop's own data, every name beginning with <c>merchant_</c>. Whether Khalti gives it back is not documented.</summary>
    public IReadOnlyDictionary<string, string>? MerchantData { get; init; }

    /// <summary>Which ways to pay are offered, e.g. <c>KHALTI</c> or <c>MOBILE_BANKING</c>; other values are not documented. Null offers all.</summary>
    public IReadOnlyList<string>? Modes { get; init; }

    /// <summary>Khalti's id (<c>idx</c>) of the bank, with a bank's mode only.</summary>
    public string? Bank { get; init; }

    /// <summary>How long the link may be paid (<c>ttl</c>), in a unit that Khalti does not document: look at
    /// <see cref="EPaymentLink.ExpiresAt"/>. Null leaves it to Khalti: 60 minutes in production.</summary>
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
            RequireMerchantsName(name);
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

    // Any other name could be one of Khalti's own.
    private static void RequireMerchantsName(string name)
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
    // A record prints its members, and so does the request that holds it: not a person's.
    /// <summary>Nothing about the person.</summary>
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
/// <param name="Label">What it is, e.g. <c>VAT</c>.</param>
/// <param name="Amount">Paisa; below zero for a discount. All parts add up to the request's amount.</param>
public sealed record AmountPart(string Label, long Amount);

/// <summary>One thing that is bought (<c>product_details</c>).</summary>
/// <param name="Identity">The shop's own name for the product.</param>
/// <param name="Name">What the payer reads.</param>
/// <param name="UnitPrice">Paisa for one.</param>
/// <param name="Quantity">How many, 1 or more.</param>
/// <param name="TotalPrice">Paisa for all of them.</param>
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
/// <param name="Pidx">Khalti's id of the link: for lookup, and to know the payer's return by. Keep it before the payer gets the address.</param>
/// <param name="PaymentUrl">Where the payer pays; use it as it is, its form has changed. Always https, or http on this machine.</param>
/// <param name="ExpiresAt">Until when it may be paid; null where Khalti does not say, as in 2022.</param>
public sealed record EPaymentLink(string Pidx, Uri PaymentUrl, DateTimeOffset? ExpiresAt)
{
    internal static EPaymentLink? Read(JsonElement body) =>
        body.Id("pidx") is { } pidx && body.Id("payment_url", longest: 2000) is { } address
        && Uri.TryCreate(address, UriKind.Absolute, out Uri? url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            ? new(pidx, url, body.Instant("expires_at"))
            : null;
}

/// <summary>What became of a payment link (document: KPG-2, "Payment Verification (Lookup)").</summary>
/// <param name="Pidx">The link that was asked about.</param>
/// <param name="Status">The status. Only <see cref="EPaymentStatus.Completed"/> means that the money has moved.</param>
/// <param name="StatusName">The status in Khalti's own words.</param>
/// <param name="TotalAmount">Paisa. Always there for a completed payment: compare it with the order.</param>
/// <param name="TransactionId">Khalti's id of the transaction, for refunds; mostly null before the payment is completed.</param>
/// <param name="Fee">Khalti's fee in paisa; null where absent.</param>
/// <param name="Refunded">Whether Khalti says that money was given back. Contradicts the status at times: look at both.</param>
public sealed record EPayment(
    string Pidx, EPaymentStatus Status, string StatusName, Paisa? TotalAmount, string? TransactionId, Paisa? Fee, bool Refunded)
{
    internal static EPayment? Read(JsonElement body, string asked)
    {
        string? pidx = body.Id("pidx");
        if (body.Text("status") is not { } name || !string.Equals(pidx, asked, StringComparison.Ordinal))
        {
            return null;
        }

        EPaymentStatus status = EPaymentStatuses.Parse(name);
        Paisa? amount = body.Amount("total_amount");
        return status == EPaymentStatus.Completed && amount is null
            ? null
            : new(asked, status, name, amount, body.Id("transaction_id"), body.Amount("fee"), body.Flag("refunded"));
    }
}

/// <summary>The statuses of a payment link (document: KPG-2, lookup status). Another vocabulary than
/// <see cref="TransactionState"/>'s.</summary>
public enum EPaymentStatus
{
    /// <summary>A name that no document of Khalti lists. Hold the order and ask Khalti.</summary>
    Unrecognized = 0,

    /// <summary>The link is made; the payer has not paid.</summary>
    Initiated,

    /// <summary>Under way, or stuck: hold the order. Never a failure by itself.</summary>
    Pending,

    /// <summary>Paid. The only success.</summary>
    Completed,

    /// <summary>The payer did not pay in time. Khalti answers it with HTTP 400.</summary>
    Expired,

    /// <summary>The payer cancelled. Khalti answers it with HTTP 400, and spelled it <c>Canceled</c> before.</summary>
    UserCanceled,

    /// <summary>Given back in full.</summary>
    Refunded,

    /// <summary>Given back in part.</summary>
    PartiallyRefunded,

    /// <summary>Failed.</summary>
    Failed,
}

/// <summary>Reads Khalti's names of statuses, in every spelling its documents use.</summary>
public static class EPaymentStatuses
{
    /// <summary>Which status a name means. Case and surrounding blanks don't matter; an unknown or missing name is
    /// <see cref="EPaymentStatus.Unrecognized"/>.</summary>
    /// <param name="name">Khalti's words, e.g. <c>User canceled</c>.</param>
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
