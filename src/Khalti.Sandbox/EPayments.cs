using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>What can happen to an ePayment link, whoever makes it happen: the payment page, a test, or a bank.</summary>
internal static class EPayments
{
    /// <summary>Null until there is a transaction. It has the same id however often somebody tries to pay.</summary>
    internal static string? TransactionId(Transaction link, SandboxSwitches switches) =>
        link.IsTransaction || (switches.PendingHasTransactionId && link.State == LinkState.Pending) ? link.Idx : null;

    /// <summary>Whether a payer may begin now. What is pending is not begun a second time.</summary>
    internal static bool IsPayable(Transaction link, SandboxSwitches switches, DateTimeOffset now) =>
        link.State != LinkState.Pending && Move(link, LinkState.Completed, switches, now) is not null;

    /// <summary>The ways the merchant lets it be paid in.</summary>
    internal static IReadOnlyList<string> Modes(Transaction link) =>
        link.Order["modes"] is JsonArray { Count: > 0 } modes ? [.. modes.Select(mode => mode!.GetValue<string>()).Distinct()] : PayMode.All;

    /// <summary>The link in its next state, or null where that may not follow.</summary>
    internal static Transaction? Move(Transaction link, string state, SandboxSwitches switches, DateTimeOffset now)
    {
        bool tooLate = link.State == LinkState.UserCanceled && link.IsOver(now);
        return tooLate || !link.MayBecome(state, switches) ? null : link.Become(state, switches);
    }
}
