using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Khalti.Sandbox;

/// <summary>The fields of an ePayment initiate request, with all their validation errors.</summary>
internal sealed partial record EPaymentRequest
{
    private const long MinAmount = 1000;
    private const long MinBankAmount = 10_000;
    private const long MaxTtlSeconds = 365L * 24 * 3600;

    private static readonly string[] OptionalFields = ["customer_info", "amount_breakdown", "product_details", "modes", "bank", "ttl"];

    internal required string ReturnUrl { get; init; }
    internal required string WebsiteUrl { get; init; }
    internal required long Amount { get; init; }
    internal required string PurchaseOrderId { get; init; }
    internal required string PurchaseOrderName { get; init; }

    /// <summary>In the unit of <see cref="SandboxBehaviour.TtlUnit"/>.</summary>
    internal required long? Ttl { get; init; }

    internal required JsonObject Order { get; init; }
    internal required JsonObject Extras { get; init; }

    /// <summary>Validation errors by field; empty when the request is valid.</summary>
    internal required JsonObject Errors { get; init; }

    internal static EPaymentRequest Read(Fields fields, long? maxAmount, Banks banks, bool strict)
    {
        // An optional field that is null counts as left out.
        Dictionary<string, JsonNode?> body = fields.Body
            .Where(one => strict || one.Value is not null || !OptionalFields.Contains(one.Key)).ToDictionary();
        FieldRules rules = new(body);
        EPaymentRequest read = new()
        {
            ReturnUrl = rules.Url("return_url"),
            WebsiteUrl = rules.Url("website_url"),
            Amount = rules.Amount("amount"),
            PurchaseOrderId = rules.Text("purchase_order_id"),
            PurchaseOrderName = rules.Text("purchase_order_name"),
            Ttl = rules.OptionalAmount("ttl"),
            Order = ReadOrder(body, rules, banks, strict, out JsonArray breakdown, out JsonArray modes),
            Extras = Extra(body, name => name.StartsWith("merchant_", StringComparison.Ordinal)),
            Errors = rules.Errors,
        };
        CheckAmount(rules, read.Amount, maxAmount, banksOnly: modes.Count > 0 && modes.All(IsBank));
        CheckBreakdownSum(rules, read.Amount, breakdown);
        CheckTtl(rules, read.Ttl);
        return read;
    }

    private static JsonObject ReadOrder(
        Dictionary<string, JsonNode?> body, FieldRules rules, Banks banks, bool strict, out JsonArray breakdown, out JsonArray modes)
    {
        rules.OptionalParts("customer_info", customer => CheckCustomer(customer, strict));
        breakdown = rules.OptionalListOfParts("amount_breakdown", CheckPrice);
        rules.OptionalListOfParts("product_details", product => CheckProduct(product, strict));
        modes = rules.OptionalList("modes");
        if (!modes.All(one => PayMode.Named(Mode(one)) is not null))
        {
            rules.Refuse("modes", $"Choose from {string.Join(", ", PayMode.All)}.");
        }

        if ((strict ? rules.Has("bank") : rules.IsFilled("bank")) && !banks.Has(rules.Text("bank")))
        {
            rules.Refuse("bank", "Invalid bank.");
        }

        return Extra(body, name => name is "customer_info" or "amount_breakdown" or "product_details" or "modes" or "bank");
    }

    private static void CheckCustomer(FieldRules customer, bool strict)
    {
        foreach (string part in (string[])["name", "email", "phone"])
        {
            if (strict ? customer.Has(part) : customer.IsFilled(part))
            {
                string text = customer.Text(part);
                if (part == "email" && !EmailAddress.IsMatch(text))
                {
                    customer.Refuse(part, "Enter a valid email address.");
                }
            }
        }
    }

    private static void CheckPrice(FieldRules price)
    {
        price.Text("label");
        price.Amount("amount"); // may be negative: a discount
    }

    private static void CheckProduct(FieldRules product, bool strict)
    {
        product.Text("identity");
        product.Text("name");
        foreach (string number in (string[])["total_price", "quantity", "unit_price"])
        {
            if (strict)
            {
                product.Amount(number);
            }
            else
            {
                product.Number(number);
            }
        }
    }

    private static void CheckAmount(FieldRules rules, long amount, long? maxAmount, bool banksOnly)
    {
        if (amount < MinAmount)
        {
            rules.Refuse("amount", Sandbox.Errors.BelowMinimum);
        }
        else if (banksOnly && amount < MinBankAmount)
        {
            rules.Refuse("amount", "Amount should be greater than Rs. 100, that is 10000 paisa.");
        }
        else if (amount > maxAmount)
        {
            rules.Refuse("amount", $"Amount must be less than {maxAmount / 100}.");
        }
    }

    private static void CheckBreakdownSum(FieldRules rules, long amount, JsonArray breakdown)
    {
        if (breakdown.Count == 0 || rules.Errors.ContainsKey("amount") || rules.Errors.ContainsKey("amount_breakdown"))
        {
            return;
        }

        Int128 sum = 0;
        foreach (JsonNode? one in breakdown)
        {
            sum += new FieldRules(one!.AsObject().ToDictionary()).Amount("amount");
        }

        if (sum != amount)
        {
            rules.Refuse("amount", "Amount Breakdown mismatch.");
        }
    }

    private static void CheckTtl(FieldRules rules, long? ttl)
    {
        if (ttl < 1)
        {
            rules.Refuse("ttl", "Ensure this value is greater than or equal to 1.");
        }
        else if (ttl > MaxTtlSeconds)
        {
            rules.Refuse("ttl", $"Ensure this value is less than or equal to {MaxTtlSeconds}.");
        }
    }

    private static bool IsBank(JsonNode? mode) => PayMode.Named(Mode(mode)) is not (null or PayMode.Wallet);

    private static string Mode(JsonNode? mode) => mode is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    private static JsonObject Extra(Dictionary<string, JsonNode?> body, Func<string, bool> requested) =>
        new(body.Where(one => requested(one.Key)).Select(one => KeyValuePair.Create(one.Key, one.Value?.DeepClone())));

    [GeneratedRegex(@"^[^@\s]+@[^@\s]+\.[^@\s.]+\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EmailAddress { get; }
}
