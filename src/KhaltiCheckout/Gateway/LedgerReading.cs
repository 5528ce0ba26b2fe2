using Khalti.Client;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Gateway;

/// <summary>What Khalti's records say of a payment that was paid. Pure.</summary>
internal static class LedgerReading
{
    /// <summary>As a transaction's record tells it.</summary>
    /// <param name="transaction">The record.</param>
    /// <param name="refunded">What its child transactions say was refunded; null where they say nothing.</param>
    /// <param name="paid">What was paid here.</param>
    internal static LedgerSnapshot Of(Transaction transaction, Paisa? refunded, Paisa paid)
    {
        string said = $"Khalti said {transaction.StateName}, {(long)transaction.Amount} paisa{(transaction.Refunded ? ", refunded" : "")}";
        LedgerSnapshot ledger =
            new(LedgerState.Unclear, RuleId.LedgerImpossible, said, transaction.StateName, refunded, ChannelOf(transaction));
        return transaction switch
        {
            _ when transaction.Amount != paid =>
                ledger with { RuleId = RuleId.LedgerAmountDiffers, Rule = $"{said}; {(long)paid} were paid" },
            { State: TransactionState.Refunded } =>
                ledger with { State = LedgerState.RefundedInFull, RuleId = RuleId.LedgerRefunded, Refunded = paid },
            { State: TransactionState.PartiallyRefunded } =>
                ledger with
                {
                    State = LedgerState.RefundedInPart,
                    RuleId = RuleId.LedgerPartRefunded,
                    Refunded = refunded < paid ? refunded : null,
                },
            { State: TransactionState.Completed, Refunded: false } when refunded is null =>
                ledger with { State = LedgerState.Paid, RuleId = RuleId.LedgerPaid, Refunded = Paisa.Zero },
            _ => ledger with { Rule = said + "; that can't be" },
        };
    }

    // Khalti lists no names. Only one that says so is a bank's: a number must not receive the money of another kind of payment.
    internal static PaymentChannel ChannelOf(Transaction transaction)
    {
        return Says("wallet") ? PaymentChannel.Wallet
            : Says("bank") || Says("connect") || Says("sct") ? PaymentChannel.Bank
            : PaymentChannel.Unknown;

        bool Says(string word) => transaction.TypeName?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;
    }

    /// <summary>As a lookup tells it.</summary>
    internal static LedgerSnapshot Of(EPayment looked, Paisa? refunded, Payment payment)
    {
        string said = $"Khalti said {looked.StatusName}{(looked.Refunded ? ", refunded" : "")}";
        LedgerSnapshot ledger = new(LedgerState.Unclear, RuleId.LedgerImpossible, said, looked.StatusName, refunded);
        return looked switch
        {
            _ when looked.TransactionId is { } other && other != payment.TransactionId =>
                ledger with { RuleId = RuleId.LedgerOtherTransaction, Rule = said + "; of another transaction" },
            { Status: EPaymentStatus.Refunded } =>
                ledger with { State = LedgerState.RefundedInFull, RuleId = RuleId.LedgerRefunded, Refunded = payment.AmountPaid },
            { Status: EPaymentStatus.PartiallyRefunded } =>
                ledger with
                {
                    State = LedgerState.RefundedInPart,
                    RuleId = RuleId.LedgerPartRefunded,
                    Refunded = refunded < payment.AmountPaid ? refunded : null,
                },
            { Status: EPaymentStatus.Completed, Refunded: false } when looked.TotalAmount == payment.AmountPaid =>
                ledger with { State = LedgerState.Paid, RuleId = RuleId.LedgerPaid, Refunded = Paisa.Zero },
            _ => ledger with { Rule = said + "; that can't be" },
        };
    }

    internal static LedgerSnapshot Lost<T>(Reply<T>.Unknown reply)
    {
        Finding finding = GatewayFindings.Lost(reply);
        return new(
            LedgerState.Unanswered, finding.RuleId, finding.Rule, RetryAfter: finding.RetryAfter, Unauthorized: finding.Unauthorized);
    }
}
