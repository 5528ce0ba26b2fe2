using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Khalti.Sandbox;

/// <summary>The control API for tests, demos and the sandbox's own page. Not a part of Khalti's API.</summary>
internal static class ControlApi
{
    private const int MaxTransactions = 200_000;
    private const long MaxAdvanceSeconds = 10L * 365 * 24 * 3600;

    private static readonly JsonSerializerOptions Wire = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
    };

    internal static void MapControlApi(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder control = app.MapGroup(ControlGuard.Prefix);
        control.MapGet("/transactions", Transactions);
        control.MapGet("/requests", (Fields fields, RequestJournal journal) => Show(journal.Calls.TakeLast(Limit(fields))));
        control.MapGet("/events", (HttpContext context, Changes changes) => changes.SendAsync(context));
        control.MapGet("/faults", (Faults faults) => Show(faults.Rules));
        control.MapPost("/faults", AddFault);
        control.MapDelete("/faults", ClearFaults);
        control.MapPost("/transactions/{idx}/state", ControlTransactions.SetState);
        control.MapPost("/payments", ControlTransactions.MakePayment);
        control.MapPost("/epayments/{pidx}/outcome", ControlEPayments.Decide);
        control.MapPost("/epayments/{pidx}/forged-return", ControlEPayments.BuildForgedReturn);
        control.MapGet("/clock", (SandboxClock clock) => Answer.Ok(new JsonObject { ["now"] = Instant(clock.GetUtcNow()) }));
        control.MapPost("/clock", Advance);
        control.MapGet("/accounts", Accounts);
        control.MapGet("/switches", (BehaviourSettings settings) => Answer.Ok(settings.Show()));
        control.MapPost("/switches", ChangeBehaviour);
        control.MapPost("/reset", Reset);
    }

    internal static JsonObject Of(Transaction one) => new()
    {
        ["idx"] = one.Idx,
        ["token"] = one.Token,
        ["pidx"] = one.Pidx,
        ["flow"] = one.Flow == Flow.Widget ? "widget" : "epayment",
        ["state"] = one.State,
        ["amount"] = one.Amount,
        ["fee"] = one.Fee,
        ["refundedAmount"] = one.RefundedAmount,
        ["mobile"] = one.Mobile,
        ["productIdentity"] = one.ProductIdentity,
        ["purchaseOrderId"] = one.PurchaseOrderId,
        ["createdOn"] = Instant(one.CreatedOn),
    };

    internal static Answer BadRequest(string problem) => Errors.Detail(400, problem);

    private static Answer Transactions(Fields fields, Ledger ledger, SandboxClock clock)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return ledger.Run(session => Answer.Ok(new JsonArray([.. session.Newest(Limit(fields)).Select(one => Of(one.AsOf(now)))])));
    }

    /// <summary>How many of the newest, from the query; all without one.</summary>
    private static int Limit(Fields fields) =>
        fields.Values.GetValueOrDefault("limit") is { } value && IntegerField.TryRead(value, out long limit)
            ? (int)Math.Clamp(limit, 0, MaxTransactions) : MaxTransactions;

    private static Answer Show<T>(IEnumerable<T> things) => Answer.Ok(JsonSerializer.SerializeToNode(things, Wire)!);

    /// <summary>Merchants with their keys, and payers: all of them are made up.</summary>
    private static Answer Accounts(Merchants merchants, Payers payers) => Answer.Ok(new JsonObject
    {
        ["merchants"] = new JsonArray([.. merchants.All.Select(merchant => (JsonNode)new JsonObject
        {
            ["name"] = merchant.Name,
            ["testPublicKey"] = merchant.TestPublicKey,
            ["testSecretKey"] = merchant.TestSecretKey,
            ["livePublicKey"] = merchant.LivePublicKey,
            ["liveSecretKey"] = merchant.LiveSecretKey,
            ["ePaymentPublicKey"] = merchant.EPaymentPublicKey,
            ["ePaymentSecretKey"] = merchant.EPaymentSecretKey,
            ["beforeKyc"] = merchant.BeforeKyc,
        })]),
        ["payers"] = new JsonArray([.. payers.All.Select(payer => (JsonNode)new JsonObject
        {
            ["mobile"] = payer.Mobile,
            ["pin"] = payer.Pin,
            ["otp"] = payer.Otp,
            ["name"] = payer.Name,
            ["balance"] = payer.Balance,
        })]),
    });

    private static Answer AddFault(Fields fields, Faults faults)
    {
        if (fields.Unreadable is { } unreadable)
        {
            return unreadable;
        }

        FaultRule rule;
        try
        {
            rule = new JsonObject(fields.Values.Select(one => KeyValuePair.Create(one.Key, one.Value?.DeepClone())))
                .Deserialize<FaultRule>(Wire)!;
        }
        catch (JsonException wrong)
        {
            return BadRequest(
                $"A rule is {{operation, kind, status?, delayMs?, probability?, times?, retryAfterSeconds?}}; see {wrong.Path}.");
        }

        if (rule.Problem() is { } problem)
        {
            return BadRequest(problem);
        }

        faults.Add(rule);
        return Answer.Json(201, JsonSerializer.SerializeToNode(rule, Wire)!);
    }

    private static Answer ClearFaults(Faults faults)
    {
        faults.Clear();
        return Answer.Ok(new JsonArray());
    }

    private static Answer Advance(Fields fields, SandboxClock clock)
    {
        FieldRules rules = new(fields);
        long seconds = rules.Amount("advanceSeconds");
        if (fields.Unreadable is not null || rules.Errors.Count > 0 || seconds is < 0 or > MaxAdvanceSeconds)
        {
            return fields.Unreadable ?? BadRequest($"advanceSeconds must be an integer between 0 and {MaxAdvanceSeconds}.");
        }

        clock.Advance(TimeSpan.FromSeconds(seconds));
        return Answer.Ok(new JsonObject { ["now"] = Instant(clock.GetUtcNow()) });
    }

    private static Answer ChangeBehaviour(Fields fields, BehaviourSettings settings) =>
        fields.Unreadable ?? (settings.Apply(fields.Values) is { } problem ? BadRequest(problem) : Answer.Ok(settings.Show()));

    /// <summary>Returns to the state of a new sandbox with an empty database.</summary>
    private static Answer Reset(Ledger ledger, RequestJournal journal, Faults faults, BehaviourSettings settings, SandboxClock clock)
    {
        faults.Reset();
        settings.Reset();
        clock.Reset();
        journal.Clear();
        ledger.Run(session =>
        {
            session.DeleteAll();
            return true;
        });
        return Answer.Ok(new JsonObject { ["reset"] = true });
    }

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
