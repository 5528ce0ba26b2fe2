using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>The calls of the merchant's server in the widget product. No CORS, because browsers must not call them.</summary>
internal static class TransactionApi
{
    internal static void MapTransactionApi(this IEndpointRouteBuilder app)
    {
        foreach (string version in (string[])["/api/v2", "/api"])
        {
            app.MapPost($"{version}/payment/verify/", Verify).AsServerCall(Operation.Verify);
            app.MapGet($"{version}/payment/status/", StatusApi.Status).AsServerCall(Operation.Status);
            app.MapGet($"{version}/merchant-transaction/", List).AsServerCall(Operation.List);
            app.MapGet($"{version}/merchant-transaction/{{idx}}/", Detail).AsServerCall(Operation.Detail);
        }
    }

    private static Answer Verify(HttpContext context, Fields fields, Ledger ledger, BehaviourSettings settings)
    {
        SandboxBehaviour behaviour = settings.Current;
        FieldRules rules = new(fields);
        string token = rules.Text("token");
        long amount = rules.Amount("amount");
        return rules.Errors.Count > 0
            ? Errors.Fields(rules.Errors, behaviour)
            : ledger.Run(session => Complete(session, context.Account(), token, amount, behaviour));
    }

    /// <summary>Completes a confirmed payment: this moves the money. Calls are serialized by the ledger.</summary>
    private static Answer Complete(LedgerSession session, Account account, string token, long amount, SandboxBehaviour behaviour)
    {
        if (session.ByToken(token) is not { } found || !found.BelongsTo(account))
        {
            return Errors.BadToken(behaviour);
        }

        if (found.Amount != amount)
        {
            return behaviour.VerifyWrongAmount == WrongAmount.Amount
                ? Errors.Field("amount", "Amount does not match.", behaviour)
                : Errors.BadToken(behaviour);
        }

        switch (found.State)
        {
            case TransactionState.Confirmed:
                Transaction completed = found.TransitionTo(TransactionState.Completed, behaviour);
                session.Save(completed);
                return Answer.Ok(session.Records(behaviour).Verified(completed));
            case TransactionState.Completed when behaviour.VerifyAgain == VerifyAgain.Replay:
            case TransactionState.Refunded or TransactionState.PartiallyRefunded when behaviour.VerifyRefunded == VerifyAgain.Replay:
                return Answer.Ok(session.Records(behaviour).Verified(found));
            case var state when !TransactionState.All.Contains(state):
                return Answer.Ok(session.Records(behaviour).Verified(found)); // a state that a test forced
            default:
                return Errors.BadToken(behaviour);
        }
    }

    private static Answer List(HttpContext context, Fields fields, Ledger ledger, BehaviourSettings settings, SandboxClock clock)
    {
        Account account = context.Account();
        SandboxBehaviour behaviour = settings.Current;

        // A clock that was set back hides nothing, unless the list is to lag.
        DateTimeOffset until = behaviour.ListLagSeconds == 0
            ? DateTimeOffset.MaxValue
            : clock.GetUtcNow() - TimeSpan.FromSeconds(behaviour.ListLagSeconds);
        return ledger.Run(session =>
        {
            Records records = session.Records(behaviour);
            return Paging.Answer(context.Request, fields, session.Count(account, until), (skip, take) =>
                [.. session.Page(account, until, skip, take).Select(one => Shape(context, records.Record(one), detail: false))]);
        });
    }

    private static Answer Detail(HttpContext context, string idx, Ledger ledger, BehaviourSettings settings)
    {
        return ledger.Run(session => session.ByIdx(idx) is not { IsTransaction: true } found || !found.BelongsTo(context.Account())
            ? Errors.NotFound()
            : Answer.Ok(Shape(
                context, session.Records(settings.Current).Detail(found, session.Refunds(idx)), detail: true)));
    }

    private static JsonObject Shape(HttpContext context, JsonObject record, bool detail) =>
        context.Request.Path.StartsWithSegments("/api/v2", StringComparison.Ordinal) ? record : Records.AsBeforeV2(record, detail);
}
