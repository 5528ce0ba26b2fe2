namespace Khalti.Sandbox;

/// <summary>
/// Gives money back, of either product. Not idempotent, and the answer says neither how much nor in which state the
/// transaction is now: Khalti leaves that to lookup, status and detail.
/// </summary>
internal static class RefundApi
{
    internal static void MapRefundApi(this IEndpointRouteBuilder app)
    {
        foreach (string version in (string[])["/api", "/api/v2"]) // documented without a version
        {
            app.MapPost($"{version}/merchant-transaction/{{idx}}/refund/", Give).AsServerCall(Operation.Refund);
        }
    }

    /// <summary>An empty body gives back all that is left; <c>amount</c> a part; banks need the <c>mobile</c> that receives it.</summary>
    private static Answer Give(HttpContext context, string idx, Fields fields, Ledger ledger, Switchboard board, SandboxClock clock)
    {
        Account account = context.Account();
        return ledger.Run(book => book.ByIdx(idx) is not { IsTransaction: true } found || !found.BelongsTo(account)
            ? Errors.NotFound()
            : GiveBack(book, found, new FieldRules(fields.Body), board.Current, clock.GetUtcNow()));
    }

    private static Answer GiveBack(Book book, Transaction found, FieldRules rules, SandboxSwitches switches, DateTimeOffset now)
    {
        long left = found.Amount - found.RefundedAmount;
        long amount = rules.OptionalPaisa("amount", floor: switches.FractionalRefund == FractionalRefund.Floor) ?? left;
        string? mobile = rules.Has("mobile") || !found.FromWallet ? rules.Text("mobile") : null;
        if (mobile is not null && !Payer.MobileNumber.IsMatch(mobile))
        {
            rules.Refuse("mobile", "Enter a valid mobile number.");
        }

        if (rules.Errors.Count > 0)
        {
            return Errors.Fields(rules.Errors);
        }

        if (Refusal(found, amount, left, switches, now) is { } refusal)
        {
            return Errors.Validation(400, refusal);
        }

        string state = amount == left ? TransactionState.Refunded : found.PartiallyRefunded;
        book.Save(found.Become(state, switches) with { RefundedAmount = found.RefundedAmount + amount });
        book.Add(new Refund(Ids.New(), found.Idx, amount, mobile, now));
        return Errors.Detail(200, "Transaction refund successful.");
    }

    /// <summary>No text of these is documented.</summary>
    private static string? Refusal(Transaction found, long amount, long left, SandboxSwitches switches, DateTimeOffset now) =>
        found.State == TransactionState.Refunded || left == 0 ? "Transaction is already refunded."
        : !found.MayBecome(TransactionState.Refunded, switches) ? "Transaction is not completed."
        : switches.RefundWindowDays is { } days && now > found.CreatedOn.AddDays(days) ? "Transaction can no longer be refunded."
        : amount < 1 ? "Refund amount must be greater than 0."
        : amount > left ? "Refund amount is more than what is left of the transaction."
        : null;
}
