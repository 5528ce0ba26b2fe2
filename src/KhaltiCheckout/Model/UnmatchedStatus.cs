namespace KhaltiCheckout.Model;

/// <summary>What became of a transaction that Khalti listed and no payment here had.</summary>
public enum UnmatchedStatus
{
    /// <summary>Not decided yet.</summary>
    Waiting,

    /// <summary>A person should look: at its order, or at the transaction where it has none.</summary>
    Reported,

    /// <summary>A payment here has it now.</summary>
    Matched,

    /// <summary>It has no order, and a person has looked.</summary>
    Resolved,
}
