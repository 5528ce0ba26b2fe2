using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>State rules of ePayment links, shared by the payment page and the control API.</summary>
internal static class EPayments
{
    /// <summary>The transaction's id, or null before there is one. Repeated attempts to pay keep the id.</summary>
    internal static string? TransactionId(Transaction link, SandboxBehaviour behaviour) =>
        link.IsTransaction || (behaviour.PendingHasTransactionId && link.State == LinkState.Pending) ? link.Idx : null;

    /// <summary>Whether a payer may start to pay now. A pending link can't be started again.</summary>
    internal static bool IsPayable(Transaction link, SandboxBehaviour behaviour, DateTimeOffset now) =>
        link.State != LinkState.Pending && Move(link, LinkState.Completed, behaviour, now) is not null;

    /// <summary>The payment modes that the merchant allows for this link.</summary>
    internal static IReadOnlyList<string> Modes(Transaction link) =>
        link.Order["modes"] is JsonArray { Count: > 0 } modes
            ? [.. modes.Select(mode => PayMode.Named(mode!.GetValue<string>())!).Distinct()] : PayMode.All;

    /// <summary>The link in the new state, or null when the transition is not allowed.</summary>
    internal static Transaction? Move(Transaction link, string state, SandboxBehaviour behaviour, DateTimeOffset now)
    {
        bool tooLate = link.State == LinkState.UserCanceled && link.HasExpired(now);
        return tooLate || !link.CanTransitionTo(state, behaviour) ? null : link.TransitionTo(state, behaviour);
    }
}
