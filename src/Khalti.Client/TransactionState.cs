namespace Khalti.Client;

/// <summary>
/// The states of a transaction of the widget product (document: getting started, "Transaction States"), and two of ours
/// for what a read may say besides.
/// </summary>
public enum TransactionState
{
    /// <summary>A name that no document of Khalti lists. Hold the payment and look.</summary>
    Unrecognized = 0,

    /// <summary>Mobile number and PIN were accepted; the payer has not confirmed.</summary>
    Initiated,

    /// <summary>The payer confirmed with the code. No money has moved: the merchant must verify.</summary>
    Confirmed,

    /// <summary>Verified by the merchant: the money has moved. The status API calls it <c>Complete</c>.</summary>
    Completed,

    /// <summary>Stopped by Khalti because the confirmation code looked abused. Final.</summary>
    Disabled,

    /// <summary>Given back in full. Final.</summary>
    Refunded,

    /// <summary>Given back in part.</summary>
    PartiallyRefunded,

    /// <summary>Failed. The status API reports Disabled so, too. Final.</summary>
    Failed,

    /// <summary>The status API knows no transaction with this token and this amount (<c>state: "Error"</c>).</summary>
    NotFound,
}

/// <summary>Reads Khalti's names of states, in every spelling its documents use.</summary>
public static class TransactionStates
{
    /// <summary>Which state a name means. Case and surrounding blanks don't matter; an unknown or missing name is
    /// <see cref="TransactionState.Unrecognized"/>.</summary>
    /// <param name="name">Khalti's word, e.g. <c>Completed</c> (verify) or <c>Complete</c> (status).</param>
    public static TransactionState Parse(string? name) => name?.Trim().ToUpperInvariant() switch
    {
        "INITIATED" => TransactionState.Initiated,
        "CONFIRMED" => TransactionState.Confirmed,
        "COMPLETED" or "COMPLETE" => TransactionState.Completed,
        "DISABLED" => TransactionState.Disabled,
        "REFUNDED" => TransactionState.Refunded,
        "PARTIALLY REFUNDED" => TransactionState.PartiallyRefunded,
        "FAILED" => TransactionState.Failed,
        "ERROR" => TransactionState.NotFound,
        _ => TransactionState.Unrecognized,
    };

    /// <summary>The same for a record, which is there: "Error" is the status call's word for nothing found.</summary>
    internal static TransactionState OfRecord(string name) =>
        Parse(name) is var state and not TransactionState.NotFound ? state : TransactionState.Unrecognized;
}
