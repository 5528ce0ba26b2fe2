namespace Khalti.Client;

/// <summary>
/// The states of a transaction of the widget product (document: getting started, "Transaction States"), with
/// <see cref="Unrecognized"/> and <see cref="NotFound"/> added for other answers.
/// </summary>
public enum TransactionState
{
    /// <summary>A name that no Khalti document lists. Hold the payment for review.</summary>
    Unrecognized = 0,

    /// <summary>Mobile number and PIN were accepted; the payer has not confirmed.</summary>
    Initiated,

    /// <summary>The payer confirmed with the code. No money has moved: the merchant must verify.</summary>
    Confirmed,

    /// <summary>Verified by the merchant: the money has moved. The status API calls it <c>Complete</c>.</summary>
    Completed,

    /// <summary>Stopped by Khalti because the confirmation code looked abused. Final.</summary>
    Disabled,

    /// <summary>Refunded in full. Final.</summary>
    Refunded,

    /// <summary>Refunded in part.</summary>
    PartiallyRefunded,

    /// <summary>Failed. The status API reports Disabled so, too. Final.</summary>
    Failed,

    /// <summary>The status API knows no transaction with this token and this amount (<c>state: "Error"</c>).</summary>
    NotFound,
}

/// <summary>Parses Khalti's state names in every documented spelling.</summary>
public static class TransactionStates
{
    /// <summary>The state with this name, ignoring case and surrounding blanks; <see cref="TransactionState.Unrecognized"/> for an
    /// unknown or missing name.</summary>
    /// <param name="name">Khalti's name, e.g. <c>Completed</c> (verify) or <c>Complete</c> (status).</param>
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

    /// <summary>The state of a record. "Error" means not found in the status call only, so it is unrecognized here.</summary>
    internal static TransactionState OfRecord(string name) =>
        Parse(name) is var state and not TransactionState.NotFound ? state : TransactionState.Unrecognized;
}
