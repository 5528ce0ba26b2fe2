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
        Finding finding = new(
            FindingKind.Contradicted, RuleId.UnknownState, said, looked.StatusName, looked.TransactionId, looked.Fee, looked.TotalAmount);
        Finding unpaid = GatewayFindings.WithoutAmounts(finding);
        return looked switch
        {
            { Status: EPaymentStatus.Refunded or EPaymentStatus.PartiallyRefunded } =>
                finding with
                {
                    Attention = AttentionReason.RefundedAtKhalti,
                    RuleId = RuleId.RefundedBeforeKnown,
                    Rule = said + "; the money was refunded before we knew of it",
                },
            { Status: EPaymentStatus.Completed, Refunded: true } =>
                finding with
                {
                    Attention = AttentionReason.RefundedAtKhalti,
                    AskOn = true,
                    RuleId = RuleId.CompletedAndRefunded,
                    Rule = said + ", and that the money was refunded",
                },
            { Status: EPaymentStatus.Completed, TransactionId: null } =>
                finding with
                {
                    Attention = AttentionReason.UnknownState,
                    AskOn = true,
                    RuleId = RuleId.NoTransactionNamed,
                    Rule = said + "; it named no transaction",
                },
            { Status: EPaymentStatus.Completed } when looked.TotalAmount != expected =>
                finding with
                {
                    Attention = AttentionReason.AmountConflict,
                    RuleId = RuleId.AmountDiffers,
                    Rule = $"{said}; the order costs {(long)expected}",
                },
            { Status: EPaymentStatus.Completed } =>
                finding with { Kind = FindingKind.Completed, RuleId = RuleId.CompletedAsExpected, Rule = said + ", as expected" },
            { Status: EPaymentStatus.Failed } =>
                unpaid with { Kind = FindingKind.Declined, RuleId = RuleId.FailedAtKhalti, Failure = Failures.FailedAtKhalti },
            { Status: EPaymentStatus.UserCanceled } => unpaid with { Kind = FindingKind.Cancelled, RuleId = RuleId.PayerCancelled },
            { Status: EPaymentStatus.Expired } => unpaid with { Kind = FindingKind.Expired, RuleId = RuleId.LinkExpired },
            { Status: EPaymentStatus.Pending } => unpaid with { Kind = FindingKind.Pending, RuleId = RuleId.UnderWay },
            { Status: EPaymentStatus.Initiated } when overdue => unpaid with
            {
                Kind = FindingKind.Expired,
                IsPayable = true,
                RuleId = RuleId.LinkOverdue,
                Rule = said + ", long after the link's time was over",
            },
            { Status: EPaymentStatus.Initiated } =>
                unpaid with { Kind = FindingKind.Waiting, IsPayable = true, RuleId = RuleId.LinkPayable },
            _ => unpaid with { Attention = AttentionReason.UnknownState, AskOn = true, Rule = said + "; no rule knows this status" },
        };
    }
}
