using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>
/// The status call. It spells some states differently from verify ("Complete"), its typos are Khalti's, and
/// <c>status: true</c> does not mean paid.
/// </summary>
internal static class StatusApi
{
    internal static Answer Status(HttpContext context, Fields fields, Ledger ledger, BehaviourSettings settings)
    {
        SandboxBehaviour behaviour = settings.Current;
        FieldRules rules = new(fields);
        string handle = rules.Text("token");
        long amount = rules.Amount("amount");
        if (rules.Errors.Count > 0)
        {
            return Errors.Fields(rules.Errors, behaviour);
        }

        Transaction? found = ledger.Run(session => session.ByToken(handle) ?? session.ByIdx(handle));
        return found is not { IsTransaction: true } || !found.BelongsTo(context.Account()) || found.Amount != amount
            ? NotFound(behaviour.StatusNotFoundCode)
            : Of(found.RecordState);
    }

    internal static Answer NotFound(int code) => Body(code, status: false, "Error", "Transaction not found");

    private static Answer Of(string state) => state switch
    {
        TransactionState.Completed => Body(200, status: true, "Complete", "Transaction complete."),
        TransactionState.Confirmed => Body(200, status: true, state, "Transaciton not verified."),
        TransactionState.Initiated => Body(200, status: true, state, "Transaciton initiated."),
        TransactionState.Refunded => Body(200, status: false, state, "Transaciton refunded."),
        TransactionState.PartiallyRefunded => Body(200, status: false, state, "Transaction partially refunded."),
        TransactionState.Failed or TransactionState.Disabled => Body(200, status: false, TransactionState.Failed, "Transaction failed."),
        _ => Body(200, status: false, state, $"Transaction {state.ToLowerInvariant()}."),
    };

    private static Answer Body(int code, bool status, string state, string detail) =>
        Answer.Json(code, new JsonObject { ["status"] = status, ["detail"] = detail, ["state"] = state });
}
