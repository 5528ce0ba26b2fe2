using Khalti.Client;

namespace KhaltiCheckout.Refunds;

/// <summary>Money of one payment that was, or may have been, given back.</summary>
/// <param name="Amount">Paisa.</param>
/// <param name="Status">With <c>requested</c> and <c>unknown</c> the money may be on its way: nothing is asked for a second time.</param>
/// <param name="Origin">Who gave it back: this shop, or somebody at Khalti.</param>
/// <param name="Mobile">The Khalti number that the money goes to, masked.</param>
/// <param name="By">The name of the API key that asked for it.</param>
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
        refund.KeyName, refund.Failure, CreditNoteNumber: null, refund.CreatedAt, refund.CompletedAt);
}
