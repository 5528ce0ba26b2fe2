using System.Text.Json;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>
/// Sets the outcome of an ePayment link without a browser. A test simulates a lost return by not opening the returned
/// address, and a duplicate return by opening it twice.
/// </summary>
internal static class ControlEPayments
{
    private static readonly Dictionary<string, string> Outcomes = new(StringComparer.Ordinal)
    {
        ["completed"] = LinkState.Completed,
        ["pending"] = LinkState.Pending,
        ["canceled"] = LinkState.UserCanceled,
        ["expired"] = LinkState.Expired,
        ["failed"] = LinkState.Failed,
    };

    /// <summary><c>{outcome, mobile?, mode?}</c>: mode is one of <see cref="PayMode"/>, the wallet by default.</summary>
    internal static Answer Decide(string pidx, Fields fields, Ledger ledger, BehaviourSettings settings, SandboxClock clock)
    {
        FieldRules rules = new(fields);
        string? state = Outcomes.GetValueOrDefault(rules.Text("outcome"));
        string? modeName = rules.OptionalText("mode");
        string? mode = modeName is null ? null : PayMode.Named(modeName);
        string? mobile = rules.OptionalText("mobile");
        if (fields.Unreadable is not null || state is null || rules.Errors.Count > 0)
        {
            return fields.Unreadable
                ?? ControlApi.BadRequest($"Give {{outcome, mobile?, mode?}}: outcome one of {string.Join(", ", Outcomes.Keys)}.");
        }

        if ((modeName is not null && mode is null) || (mobile is not null && !Payer.MobileNumber.IsMatch(mobile)))
        {
            return ControlApi.BadRequest($"mode must be one of {string.Join(", ", PayMode.All)}, mobile ten digits from 96, 97 or 98.");
        }

        return ledger.Run(session => Decide(session, pidx, state, mode, mobile, settings.Current, clock.GetUtcNow()));
    }

    private static Answer Decide(
        LedgerSession session, string pidx, string state, string? mode, string? mobile, SandboxBehaviour behaviour, DateTimeOffset now)
    {
        if (session.ByPidx(pidx, now) is not { } found)
        {
            return NoSuchLink();
        }

        if (EPayments.Move(found, state, behaviour, now) is not { } moved)
        {
            return ControlApi.BadRequest($"{found.State} cannot become {state}.");
        }

        if (state is LinkState.Completed or LinkState.Pending)
        {
            moved = moved with
            {
                PaidWith = mode ?? found.PaidWith ?? PayMode.Wallet,
                Mobile = mobile ?? (found.Mobile.Length > 0 ? found.Mobile : "9800000000"),
            };
        }

        session.Save(moved);
        return Answer.Ok(new JsonObject { ["redirectUrl"] = ReturnUrl.For(moved, behaviour) });
    }

    /// <summary>
    /// Builds a return address that Khalti never sent: by default that of a paid link, with parameters replaced by the body's
    /// <c>{parameter: value}</c> (null removes one). Does not change the link.
    /// </summary>
    internal static Answer BuildForgedReturn(string pidx, Fields fields, Ledger ledger, BehaviourSettings settings, SandboxClock clock)
    {
        if (fields.Unreadable is not null)
        {
            return fields.Unreadable;
        }

        if (ledger.Run(session => session.ByPidx(pidx, clock.GetUtcNow())) is not { } found)
        {
            return NoSuchLink();
        }

        Transaction paid = found.IsTransaction
            ? found with { State = LinkState.Completed }
            : found with { Idx = Ids.New(), State = LinkState.Completed, FeeIdx = Ids.New(), Mobile = "9800000000" };
        OrderedDictionary<string, string> parameters = new(ReturnUrl.Parameters(paid, settings.Current));
        foreach ((string name, JsonNode? value) in fields.Values)
        {
            if (value is null)
            {
                parameters.Remove(name);
            }
            else
            {
                parameters[name] = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
            }
        }

        return Answer.Ok(new JsonObject { ["redirectUrl"] = ReturnUrl.With(found.ReturnUrl!, parameters) });
    }

    private static Answer NoSuchLink() => Errors.Detail(404, "There is no ePayment link with this pidx.");
}
