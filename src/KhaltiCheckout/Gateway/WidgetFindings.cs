using Khalti.Client;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Gateway;

/// <summary>What Khalti's answers about a payment made in the widget mean. Pure.</summary>
internal static class WidgetFindings
{
    /// <summary>What a transaction record means for a payment of <paramref name="expected"/>.</summary>
    internal static Finding Of(Transaction transaction, Paisa expected, string orderId)
    {
        string said = $"Khalti said {transaction.StateName}, {(long)transaction.Amount} paisa";
        Finding finding = new(
            FindingKind.Contradicted, RuleId.UnknownState, said, transaction.StateName, transaction.Id, transaction.Fee,
            transaction.Amount);
        return transaction switch
        {
            { State: TransactionState.Refunded or TransactionState.PartiallyRefunded } or { Refunded: true } =>
                finding with
                {
                    Attention = AttentionReason.RefundedAtKhalti,
                    RuleId = RuleId.RefundedBeforeKnown,
                    Rule = said + "; the money was refunded before we knew of it",
                },
            { State: TransactionState.Completed } when transaction.Amount != expected =>
                finding with
                {
                    Attention = AttentionReason.AmountConflict,
                    RuleId = RuleId.AmountDiffers,
                    Rule = $"{said}; the order costs {(long)expected}",
                },
            { State: TransactionState.Completed, ProductIdentity: { } product } when product != orderId =>
                finding with
                {
                    Attention = AttentionReason.UnknownState,
                    RuleId = RuleId.OtherProductIdentity,
                    Rule = $"{said}; the payment was made for another product identity",
                },
            { State: TransactionState.Completed } =>
                finding with { Kind = FindingKind.Completed, RuleId = RuleId.CompletedAsExpected, Rule = said + ", as expected" },
            { State: TransactionState.Failed or TransactionState.Disabled } =>
                finding with
                {
                    Kind = FindingKind.Declined,
                    AmountPaid = null,
                    Failure = Failures.FailedAtKhalti,
                    RuleId = RuleId.FailedAtKhalti,
                },
            { State: TransactionState.Initiated or TransactionState.Confirmed } =>
                GatewayFindings.WithoutAmounts(finding) with { Kind = FindingKind.Undecided, RuleId = RuleId.NotCompletedYet },
            _ => finding with { AmountPaid = null, Attention = AttentionReason.UnknownState, Rule = said + "; no rule knows this state" },
        };
    }

    /// <summary>What a status answer means. Completed and Confirmed are for the caller to follow up with verify.</summary>
    /// <param name="status">Khalti's answer.</param>
    /// <param name="isTooEarly">Whether it is too early to believe that Khalti does not know the payment.</param>
    internal static Finding Of(TransactionStatus status, bool isTooEarly)
    {
        string said = $"Khalti's status said {status.StateName}";
        Finding finding = new(FindingKind.Undecided, RuleId.Confirmed, said, status.StateName);
        return status.State switch
        {
            TransactionState.Completed => finding with
            {
                Kind = FindingKind.Completed,
                RuleId = RuleId.CompletedByStatus,
                Rule = said + " for this token and amount",
            },
            TransactionState.Confirmed => finding,
            TransactionState.Initiated or TransactionState.NotFound when isTooEarly =>
                finding with { IsNotFound = true, RuleId = RuleId.NotConfirmedYet },
            TransactionState.Initiated or TransactionState.NotFound =>
                finding with
                {
                    Kind = FindingKind.Declined,
                    RuleId = RuleId.NeverConfirmed,
                    Rule = said + ", again and again",
                    Failure = Failures.NeverConfirmed,
                },
            TransactionState.Failed or TransactionState.Disabled =>
                finding with { Kind = FindingKind.Declined, RuleId = RuleId.FailedAtKhalti, Failure = Failures.FailedAtKhalti },
            TransactionState.Refunded or TransactionState.PartiallyRefunded =>
                finding with
                {
                    Kind = FindingKind.Contradicted,
                    RuleId = RuleId.RefundedAtKhalti,
                    Attention = AttentionReason.RefundedAtKhalti,
                },
            _ => finding with
            {
                Kind = FindingKind.Contradicted,
                RuleId = RuleId.UnknownState,
                Attention = AttentionReason.UnknownState,
                Rule = said + "; no rule knows this state",
            },
        };
    }
}
