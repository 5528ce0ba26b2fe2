using Khalti.Client;

namespace KhaltiCheckout.Model;

internal enum LedgerState
{
    /// <summary>Paid, and nothing given back.</summary>
    Paid,
    RefundedInPart,
    RefundedInFull,

    /// <summary>Khalti contradicts itself or us, or says something that no rule knows.</summary>
    Unclear,

    /// <summary>Khalti could not be asked.</summary>
    Unanswered,
}

/// <summary>What a payment was made from, as far as Khalti says it.</summary>
internal enum PaymentChannel
{
    Unknown,
    Wallet,

    /// <summary>A refund needs a Khalti number to go to.</summary>
    Bank,
}

/// <summary>What Khalti's books say now of a payment that was paid.</summary>
/// <param name="Rule">What was said and how it was read: evidence for the timeline.</param>
/// <param name="Refunded">How much was given back in all, where Khalti says it.</param>
/// <param name="Channel">What the payment was made from.</param>
internal sealed record LedgerSnapshot(
    LedgerState State, string Rule, string? KhaltiState = null, Paisa? Refunded = null, PaymentChannel Channel = PaymentChannel.Unknown,
    TimeSpan? RetryAfter = null, bool Unauthorized = false)
{
    /// <summary>As a transaction's record tells it.</summary>
    /// <param name="refunded">What its child transactions say was given back; null where they say nothing.</param>
    internal static LedgerSnapshot In(Transaction transaction, Paisa? refunded, Paisa paid)
    {
        string said = $"Khalti said {transaction.StateName}, {(long)transaction.Amount} paisa{(transaction.Refunded ? ", refunded" : "")}";
        LedgerSnapshot books = new(LedgerState.Unclear, said, transaction.StateName, refunded, ChannelOf(transaction));
        return transaction switch
        {
            _ when transaction.Amount != paid => books with { Rule = $"{said}; {(long)paid} were paid" },
            { State: TransactionState.Refunded } => books with { State = LedgerState.RefundedInFull, Refunded = paid },
            { State: TransactionState.PartiallyRefunded } =>
                books with { State = LedgerState.RefundedInPart, Refunded = refunded < paid ? refunded : null },
            { State: TransactionState.Completed, Refunded: false } when refunded is null =>
                books with { State = LedgerState.Paid, Refunded = Paisa.Zero },
            _ => books with { Rule = said + "; that can't be" },
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
    internal static LedgerSnapshot In(EPayment looked, Paisa? refunded, Payment payment)
    {
        string said = $"Khalti said {looked.StatusName}{(looked.Refunded ? ", refunded" : "")}";
        LedgerSnapshot books = new(LedgerState.Unclear, said, looked.StatusName, refunded);
        return looked switch
        {
            _ when looked.TransactionId is { } other && other != payment.TransactionId => books with { Rule = said + "; of another transaction" },
            { Status: EPaymentStatus.Refunded } => books with { State = LedgerState.RefundedInFull, Refunded = payment.AmountPaid },
            { Status: EPaymentStatus.PartiallyRefunded } =>
                books with { State = LedgerState.RefundedInPart, Refunded = refunded < payment.AmountPaid ? refunded : null },
            { Status: EPaymentStatus.Completed, Refunded: false } when looked.TotalAmount == payment.AmountPaid =>
                books with { State = LedgerState.Paid, Refunded = Paisa.Zero },
            _ => books with { Rule = said + "; that can't be" },
        };
    }

    internal static LedgerSnapshot Lost<T>(Reply<T>.Unknown reply)
    {
        Finding finding = Finding.Lost(reply);
        return new(LedgerState.Unanswered, finding.Rule, RetryAfter: finding.RetryAfter, Unauthorized: finding.Unauthorized);
    }

    /// <summary>For the health of the gateway.</summary>
    internal Finding ToFinding() => new(
        State == LedgerState.Unanswered ? FindingKind.Unanswered : FindingKind.Undecided, Rule, KhaltiState,
        RetryAfter: RetryAfter, Unauthorized: Unauthorized);
}
