using System.Text.Json;
using System.Text.Json.Serialization;
using Khalti.Client;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Model;

/// <summary>What an entry of the timeline says, as values. No token, phone number or e-mail address.</summary>
/// <param name="Rule">Which rule decided, as a stable word.</param>
/// <param name="State">The state in Khalti's own words.</param>
/// <param name="Status">The status in this shop's words.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="Reason">Why staff should look.</param>
/// <param name="Method">How it is paid.</param>
/// <param name="Amount">Paisa: of the order, payment or refund; what Khalti says was paid, where it says it.</param>
/// <param name="Expected">Paisa: what the order costs.</param>
/// <param name="Posted">Paisa: what the page believed.</param>
/// <param name="Refunded">Paisa: what was refunded in all.</param>
/// <param name="Fee">Paisa: Khalti's fee.</param>
/// <param name="Lines">How many lines.</param>
/// <param name="TransactionId">Khalti's id of the transaction.</param>
/// <param name="RefundId">The refund.</param>
/// <param name="OtherPaymentId">A payment of another order.</param>
/// <param name="Deadline">Until when.</param>
/// <param name="Day">Which day was compared.</param>
public sealed record TimelineFacts(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Rule = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? State = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Status = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Failure = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Method = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Paisa? Amount = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Paisa? Expected = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Paisa? Posted = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Paisa? Refunded = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Paisa? Fee = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Lines = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TransactionId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefundId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? OtherPaymentId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? Deadline = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateOnly? Day = null)
{
    private static readonly JsonSerializerOptions Stored = new(JsonSerializerDefaults.Web);

    internal static TimelineFacts Of(RuleId rule, string? state = null) => new(Rule: SnakeCase.Of(rule), State: state);

    internal static TimelineFacts Of(Finding finding) => new(
        SnakeCase.Of(finding.RuleId), finding.KhaltiState, Amount: finding.AmountPaid, Fee: finding.Fee,
        TransactionId: finding.TransactionId);

    internal static TimelineFacts Of(Refund refund) => new(Amount: refund.Amount, RefundId: refund.Id);

    internal static TimelineFacts Of(Refund refund, RuleId rule, string? state = null) =>
        Of(refund) with { Rule = SnakeCase.Of(rule), State = state };

    /// <summary>As it is stored.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, Stored);

    /// <summary>The facts stored with an entry; null for an entry of an older version.</summary>
    internal static TimelineFacts? Read(string? stored) =>
        stored is null ? null : JsonSerializer.Deserialize<TimelineFacts>(stored, Stored);
}
