using System.Text.Json;

namespace Khalti.Client;

/// <summary>
/// In which bodies one call of Khalti says no. Every other body under HTTP 4xx comes from a proxy or firewall in between, or is
/// new: it proves nothing about the payment.
/// </summary>
/// <param name="DetailAlone">Whether <c>{detail}</c> is a no by itself; otherwise it needs Khalti's <c>error_key</c>.</param>
/// <param name="Fields">The request's fields, about which Khalti may complain: <c>{field: [texts]}</c>.</param>
internal sealed record RefusalForm(bool DetailAlone, params string[] Fields)
{
    private const string ErrorKey = "validation_error";

    // Beside the fields, these and no others stand in an error of Khalti's.
    private static readonly string[] Envelope = ["detail", "error_key", "status_code", "tries_remaining"];

    internal static RefusalForm Verify { get; } = new(DetailAlone: false, "token", "amount");

    internal static RefusalForm Status { get; } = new(DetailAlone: false, "token", "amount");

    internal static RefusalForm Transactions { get; } = new(DetailAlone: true, "page", "page_size");

    internal static RefusalForm Initiate { get; } = new(
        DetailAlone: false, "return_url", "website_url", "amount", "purchase_order_id", "purchase_order_name", "customer_info",
        "amount_breakdown", "product_details", "modes", "bank", "ttl");

    internal static RefusalForm Lookup { get; } = new(DetailAlone: false, "pidx");

    internal static RefusalForm Refund { get; } = new(DetailAlone: true, "mobile", "amount");

    /// <summary>Null when the body is no refusal of Khalti's.</summary>
    internal Refusal? Read(int status, JsonElement body)
    {
        if (status is not (400 or 404) || body.EnumerateObject().Any(member => !IsKnown(member)))
        {
            return null;
        }

        Dictionary<string, IReadOnlyList<string>> fields = body.TextLists();
        string? detail = body.Text("detail");
        string? errorKey = body.Text("error_key");
        bool saysNo = fields.Count > 0 || (detail is not null && (DetailAlone || errorKey == ErrorKey));
        return saysNo ? new Refusal(status, detail, errorKey, fields) : null;
    }

    // A field's value is its list of texts, or holds one of a field inside it: never the plain value that an answer would have.
    private bool IsKnown(JsonProperty member) =>
        Envelope.Any(member.NameEquals)
        || (Fields.Any(member.NameEquals) && member.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object);
}
