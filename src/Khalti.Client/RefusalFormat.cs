using System.Text.Json;

namespace Khalti.Client;

/// <summary>
/// The documented error bodies of one call. Any other body with HTTP 4xx may come from a proxy or firewall and proves nothing
/// about the payment.
/// </summary>
/// <param name="DetailIsRefusal">Whether <c>{detail}</c> alone is a refusal; otherwise it needs Khalti's <c>error_key</c>.</param>
/// <param name="Fields">The request's fields that may have errors: <c>{field: [texts]}</c>.</param>
internal sealed record RefusalFormat(bool DetailIsRefusal, params string[] Fields)
{
    private const string ErrorKey = "validation_error";

    // The only members of an error besides the fields.
    private static readonly string[] EnvelopeMembers = ["detail", "error_key", "status_code", "tries_remaining"];

    internal static RefusalFormat Verify { get; } = new(DetailIsRefusal: false, "token", "amount");

    internal static RefusalFormat Status { get; } = new(DetailIsRefusal: false, "token", "amount");

    internal static RefusalFormat Transactions { get; } = new(DetailIsRefusal: true, "page", "page_size");

    internal static RefusalFormat Initiate { get; } = new(
        DetailIsRefusal: false, "return_url", "website_url", "amount", "purchase_order_id", "purchase_order_name", "customer_info",
        "amount_breakdown", "product_details", "modes", "bank", "ttl");

    internal static RefusalFormat Lookup { get; } = new(DetailIsRefusal: false, "pidx");

    internal static RefusalFormat Refund { get; } = new(DetailIsRefusal: true, "mobile", "amount");

    /// <summary>The refusal, or null when the body is not one of Khalti's.</summary>
    internal Refusal? Read(int status, JsonElement body)
    {
        if (status is not (400 or 404) || body.EnumerateObject().Any(member => !IsKnown(member)))
        {
            return null;
        }

        Dictionary<string, IReadOnlyList<string>> fields = body.TextLists();
        string? detail = body.Text("detail");
        string? errorKey = body.Text("error_key");
        bool isRefusal = fields.Count > 0 || (detail is not null && (DetailIsRefusal || errorKey == ErrorKey));
        return isRefusal ? new Refusal(status, detail, errorKey, fields) : null;
    }

    // A field's error is an array or object; a plain value would be an answer.
    private bool IsKnown(JsonProperty member) =>
        EnvelopeMembers.Any(member.NameEquals)
        || (Fields.Any(member.NameEquals) && member.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object);
}
