using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>The calls of the merchant's server in the widget's product. No CORS: a browser has no business here.</summary>
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

    private static Answer Verify(HttpContext context, Fields fields, Ledger ledger, Switchboard board)
    {
        SandboxSwitches switches = board.Current;
        FieldRules rules = new(fields);
        string token = rules.Text("token");
        long amount = rules.Amount("amount");
        return rules.Errors.Count > 0
            ? Errors.Fields(rules.Errors, switches)
            : ledger.Run(book => Complete(book, context.Account(), token, amount, switches));
    }

    /// <summary>The moment at which money moves. One at a time, as the ledger runs one at a time.</summary>
    private static Answer Complete(Book book, Account account, string token, long amount, SandboxSwitches switches)
    {
        if (book.ByToken(token) is not { } found || !found.BelongsTo(account))
        {
            return Errors.BadToken(switches);
        }

        if (found.Amount != amount)
        {
            return switches.VerifyWrongAmount == WrongAmount.Amount
                ? Errors.Field("amount", "Amount does not match.", switches)
                : Errors.BadToken(switches);
        }

        switch (found.State)
        {
            case TransactionState.Confirmed:
                Transaction completed = found.Become(TransactionState.Completed, switches);
                book.Save(completed);
                return Answer.Ok(Records.Verified(completed, switches));
            case TransactionState.Completed when switches.VerifyAgain == VerifyAgain.Replay:
            case TransactionState.Refunded or TransactionState.PartiallyRefunded when switches.VerifyRefunded == VerifyAgain.Replay:
                return Answer.Ok(Records.Verified(found, switches));
            case var state when !TransactionState.All.Contains(state):
                return Answer.Ok(Records.Verified(found, switches)); // forced by a test: a record that is not Completed
            default:
                return Errors.BadToken(switches);
        }
    }

    private static Answer List(HttpContext context, Fields fields, Ledger ledger, Switchboard board)
    {
        Account account = context.Account();
        SandboxSwitches switches = board.Current;
        return ledger.Run(book => Paging.Answer(context.Request, fields, book.Count(account), (skip, take) =>
        [
            .. book.Page(account, skip, take).Select(one => Shape(context, Records.Record(one, switches), detail: false)),
        ]));
    }

    private static Answer Detail(HttpContext context, string idx, Ledger ledger, Switchboard board)
    {
        return ledger.Run(book => book.ByIdx(idx) is not { IsTransaction: true } found || !found.BelongsTo(context.Account())
            ? Errors.NotFound()
            : Answer.Ok(Shape(context, Records.Detail(found, book.Refunds(idx), board.Current), detail: true)));
    }

    private static JsonObject Shape(HttpContext context, JsonObject record, bool detail) =>
        context.Request.Path.StartsWithSegments("/api/v2", StringComparison.Ordinal) ? record : Records.AsBeforeV2(record, detail);
}
