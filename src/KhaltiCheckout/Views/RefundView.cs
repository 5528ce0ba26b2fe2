using Khalti.Client;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Views;

/// <summary>Money of one payment that was, or may have been, refunded.</summary>
/// <param name="Amount">Paisa.</param>
/// <param name="Status"><c>unknown</c>: Khalti's answer was lost; it is found out without your asking, and never sent again.</param>
/// <param name="Origin">Who made it: <c>merchant</c> by this API, <c>khalti</c> at Khalti's dashboard.</param>
/// <param name="Mobile">The Khalti number that the money went to, masked; null for the payer's own account.</param>
/// <param name="By">The name of the API key that asked for it.</param>
/// <param name="CreditNoteNumber">Where it takes something off the order's receipt.</param>
/// <param name="Failure">Why it failed: <c>refused_by_khalti</c> or <c>not_made</c>.</param>
public sealed record RefundView(
    string Id,
    string OrderId,
    string PaymentId,
    Paisa Amount,
    RefundStatus Status,
    RefundOrigin Origin,
    string? Reason,
    string? Mobile,
    string? By,
    string? Failure,
    string? CreditNoteNumber,
    DateTimeOffset CreatedAt,
    DateTimeOffset? CompletedAt)
{
    internal static RefundView Of(Refund refund) => new(
        refund.Id, refund.OrderId, refund.PaymentId, refund.Amount, refund.Status, refund.Origin, refund.Reason, refund.Mobile,
        refund.KeyName, refund.Failure, refund.CreditNoteNumber?.ToString(), refund.CreatedAt, refund.CompletedAt);
}
