using Khalti.Client;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Gateway;

/// <summary>What a refusal or a lost answer means, whichever product of Khalti's was asked. Pure.</summary>
internal static class GatewayFindings
{
    internal static Finding RefusedBy(Refusal refusal) =>
        new(FindingKind.Declined, RuleId.RefusedByKhalti, $"Khalti refused: {refusal}", Failure: Failures.RefusedByKhalti);

    internal static Finding Lost<T>(Reply<T>.Unknown reply) =>
        new(
            FindingKind.Unanswered, RuleId.NoAnswer,
            $"no answer from Khalti: {SnakeCase.Of(reply.Why)}{(reply.StatusCode is { } code ? $", HTTP {code}" : "")}",
            RetryAfter: reply.RetryAfter, Unauthorized: reply.Why == UnknownReason.Unauthorized);

    /// <summary>Khalti has named a transaction for payments that were not completed: nothing to rely on.</summary>
    internal static Finding WithoutAmounts(Finding finding) => finding with { TransactionId = null, Fee = null, AmountPaid = null };
}
