using Khalti.Client;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Gateway;

/// <summary>What Khalti's answers about an ePayment link mean. Pure.</summary>
internal static class LinkFindings
{
    /// <summary>What a lookup means for a payment link of <paramref name="expected"/>.</summary>
    /// <param name="looked">Khalti's answer.</param>
    /// <param name="expected">What the link was made for.</param>
    /// <param name="overdue">Whether the link should have expired a good while ago.</param>
    internal static Finding Of(EPayment looked, Paisa expected, bool overdue)
    {
        string said = $"Khalti said {looked.StatusName}, {(looked.TotalAmount is { } amount ? $"{(long)amount} paisa" : "no amount")}";
        Finding finding = new(FindingKind.Contradicted, said, looked.StatusName, looked.TransactionId, looked.Fee, looked.TotalAmount);
        return looked switch
        {
            { Status: EPaymentStatus.Refunded or EPaymentStatus.PartiallyRefunded } =>
                finding with { Attention = AttentionReason.RefundedAtKhalti, Rule = said + "; the money was given back before we knew of it" },
            { Status: EPaymentStatus.Completed, Refunded: true } =>
                finding with { Attention = AttentionReason.RefundedAtKhalti, AskOn = true, Rule = said + ", and that the money was given back" },
            { Status: EPaymentStatus.Completed, TransactionId: null } =>
                finding with { Attention = AttentionReason.UnknownState, AskOn = true, Rule = said + "; it named no transaction" },
            { Status: EPaymentStatus.Completed } when looked.TotalAmount != expected =>
                finding with { Attention = AttentionReason.AmountConflict, Rule = $"{said}; the order costs {(long)expected}" },
            { Status: EPaymentStatus.Completed } => finding with { Kind = FindingKind.Completed, Rule = said + ", as expected" },
            { Status: EPaymentStatus.Failed } => GatewayFindings.WithoutAmounts(finding) with { Kind = FindingKind.Declined, Failure = Failures.FailedAtKhalti },
            { Status: EPaymentStatus.UserCanceled } => GatewayFindings.WithoutAmounts(finding) with { Kind = FindingKind.Cancelled },
            { Status: EPaymentStatus.Expired } => GatewayFindings.WithoutAmounts(finding) with { Kind = FindingKind.Expired },
            { Status: EPaymentStatus.Pending } => GatewayFindings.WithoutAmounts(finding) with { Kind = FindingKind.Pending },
            { Status: EPaymentStatus.Initiated } when overdue =>
                GatewayFindings.WithoutAmounts(finding) with
                {
                    Kind = FindingKind.Expired,
                    IsPayable = true,
                    Rule = said + ", long after the link's time was over",
                },
            { Status: EPaymentStatus.Initiated } => GatewayFindings.WithoutAmounts(finding) with { Kind = FindingKind.Waiting, IsPayable = true },
            _ => GatewayFindings.WithoutAmounts(finding) with { Attention = AttentionReason.UnknownState, AskOn = true, Rule = said + "; no rule knows this status" },
        };
    }
}
