using System.Text.Json;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>State changes that a merchant or Khalti makes in the dashboard, and payments created in one call.</summary>
internal static class ControlTransactions
{
    private const int MaxStateLength = 40;

    /// <summary>
    /// <c>{state, refundedAmount?, force?}</c>. refundedAmount is what was refunded in total: by default all of it for
    /// Refunded and half of it for Partially refunded. <c>force</c> allows any transition and undocumented states.
    /// </summary>
    internal static Answer SetState(string idx, Fields fields, Ledger ledger, BehaviourSettings settings, SandboxClock clock)
    {
        FieldRules rules = new(fields);
        string requested = rules.Text("state").Trim();
        long? refunded = fields.Values.GetValueOrDefault("refundedAmount") is null ? null : rules.Amount("refundedAmount");
        bool force = IsTrue(fields, "force");
        return fields.Unreadable is not null || rules.Errors.Count > 0 || requested.Length > MaxStateLength
            ? fields.Unreadable
                ?? ControlApi.BadRequest("Give {state, refundedAmount?, force?}: state a short text, refundedAmount an integer.")
            : ledger.Run(session => SetState(session, idx, requested, refunded, force, settings.Current, clock.GetUtcNow()));
    }

    private static Answer SetState(
        LedgerSession session, string idx, string requested, long? refunded, bool force, SandboxBehaviour behaviour, DateTimeOffset now)
    {
        if (session.ByIdx(idx)?.AsOf(now) is not { } found)
        {
            return Errors.Detail(404, "There is no such transaction.");
        }

        if ((TransactionState.Named(requested, found.States) ?? (force ? requested : null)) is not { } state)
        {
            return ControlApi.BadRequest($"state must be one of {string.Join(", ", found.States)}; with force: true any other as well.");
        }

        if (!force && !found.CanTransitionTo(state, behaviour))
        {
            return Errors.Detail(409, $"{found.State} cannot become {state}; force: true does it all the same.");
        }

        bool all = state == TransactionState.Refunded;
        bool some = state == found.PartiallyRefunded;
        long total = refunded ?? (all ? found.Amount : some ? Math.Max(found.RefundedAmount, found.Amount / 2) : found.RefundedAmount);
        if (total < 0 || total > found.Amount)
        {
            return ControlApi.BadRequest("refundedAmount must be between 0 and the amount.");
        }

        bool fits = all ? total == found.Amount
            : some ? total > 0 && total < found.Amount && total >= found.RefundedAmount
            : refunded is null;
        if (!force && !fits)
        {
            return Errors.Detail(409, $"refundedAmount does not fit {state}; force: true takes it all the same.");
        }

        Transaction changed = found.TransitionTo(state, behaviour) with { RefundedAmount = total };
        session.Save(changed);
        if (total > found.RefundedAmount)
        {
            session.Add(new Refund(Ids.New(), found.Idx, total - found.RefundedAmount, Mobile: null, now));
        }

        return Answer.Ok(ControlApi.Of(changed));
    }

    /// <summary>Creates a payment: <c>{publicKey?, mobile?, amount, productIdentity, productName?, confirm?: true}</c>.</summary>
    internal static Answer MakePayment(Fields fields, Ledger ledger, Merchants merchants, SandboxClock clock)
    {
        FieldRules rules = new(fields);
        Account? account = merchants.ByPublicKey(rules.OptionalText("publicKey") ?? Merchants.Default.TestPublicKey!);
        string identity = rules.Text("productIdentity");
        long amount = rules.Amount("amount");
        string name = rules.OptionalText("productName") ?? identity;
        string mobile = rules.OptionalText("mobile") ?? "9800000000";
        if (fields.Unreadable is not null || account?.WidgetMode is not { } mode || amount < 1 || rules.Errors.Count > 0)
        {
            return fields.Unreadable
                ?? ControlApi.BadRequest("Give {publicKey?, mobile?, amount, productIdentity, productName?, confirm?}.");
        }

        Transaction made = new()
        {
            Idx = Ids.New(),
            Token = Ids.New(),
            Flow = Flow.Widget,
            MerchantIdx = account.Merchant.Idx,
            Mode = mode,
            State = IsFalse(fields, "confirm") ? TransactionState.Initiated : TransactionState.Confirmed,
            Amount = amount,
            Mobile = mobile,
            ProductIdentity = identity,
            ProductName = name,
            CreatedOn = clock.GetUtcNow(),
        };
        ledger.Run(session =>
        {
            session.Add(made);
            return true;
        });
        return Answer.Json(201, new JsonObject { ["token"] = made.Token, ["idx"] = made.Idx });
    }

    private static bool IsTrue(Fields fields, string name) =>
        fields.Values.GetValueOrDefault(name)?.GetValueKind() == JsonValueKind.True;

    private static bool IsFalse(Fields fields, string name) =>
        fields.Values.GetValueOrDefault(name)?.GetValueKind() == JsonValueKind.False;
}
