namespace Khalti.Sandbox;

/// <summary>
/// Refunds of both products. Not idempotent. As at Khalti, the answer has neither the amount nor the new state: lookup, status
/// and detail have them.
/// </summary>
internal static class RefundApi
{
    internal static void MapRefundApi(this IEndpointRouteBuilder app)
    {
        foreach (string version in (string[])["/api", "/api/v2"]) // documented without a version
        {
            app.MapPost($"{version}/merchant-transaction/{{idx}}/refund/", RefundTransaction).AsServerCall(Operation.Refund);
        }
    }

    /// <summary>Refunds <c>amount</c>, or all that is left; a bank payment needs <c>mobile</c>, which receives the money.</summary>
    private static Answer RefundTransaction(
        HttpContext context, string idx, Fields fields, Ledger ledger, BehaviourSettings settings, SandboxClock clock)
    {
        Account account = context.Account();
        return ledger.Run(session => session.ByIdx(idx) is not { IsTransaction: true } found || !found.BelongsTo(account)
            ? Errors.NotFound()
            : ApplyRefund(session, found, new FieldRules(fields.Body), settings.Current, clock.GetUtcNow()));
    }

    private static Answer ApplyRefund(
        LedgerSession session, Transaction found, FieldRules rules, SandboxBehaviour behaviour, DateTimeOffset now)
    {
        long left = found.Amount - found.RefundedAmount;
        long amount = rules.OptionalPaisa("amount", floor: behaviour.FractionalRefund == FractionalRefund.Floor) ?? left;
        string? mobile = rules.Has("mobile") || !found.FromWallet ? rules.Text("mobile") : null;
        if (mobile is not null && !Payer.TenDigits.IsMatch(mobile))
        {
            rules.Refuse("mobile", "Enter a valid mobile number.");
        }

        if (rules.Errors.Count > 0)
        {
            return Errors.Fields(rules.Errors);
        }

        if (Refusal(found, amount, left, behaviour, now) is { } refusal)
        {
            return Errors.Validation(400, refusal);
        }

        string state = amount == left ? TransactionState.Refunded : found.PartiallyRefunded;
        session.Save(found.TransitionTo(state, behaviour) with { RefundedAmount = found.RefundedAmount + amount });
        session.Add(new Refund(Ids.New(), found.Idx, amount, mobile, now));
        return Errors.Detail(200, "Transaction refund successful.");
    }

    /// <summary>The reason to refuse the refund, or null. Khalti documents none of these texts.</summary>
    private static string? Refusal(Transaction found, long amount, long left, SandboxBehaviour behaviour, DateTimeOffset now) =>
        found.State == TransactionState.Refunded || left == 0 ? "Transaction is already refunded."
        : !found.CanTransitionTo(TransactionState.Refunded, behaviour) ? "Transaction is not completed."
        : behaviour.RefundWindowDays is { } days && now > found.CreatedOn.AddDays(days) ? "Transaction can no longer be refunded."
        : amount < 1 ? "Refund amount must be greater than 0."
        : amount > left ? "Refund amount is more than what is left of the transaction."
        : null;
}
