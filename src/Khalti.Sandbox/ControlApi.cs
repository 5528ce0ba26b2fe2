using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Khalti.Sandbox;

/// <summary>Drives the sandbox from tests, demos and its own page. Not a part of Khalti.</summary>
internal static class ControlApi
{
    private const int NewestTransactions = 200_000;
    private const long LongestAdvance = 10L * 365 * 24 * 3600;

    private static readonly JsonSerializerOptions Wire = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
    };

    internal static void MapControlApi(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder control = app.MapGroup(ControlGuard.Prefix);
        control.MapGet("/transactions", Transactions);
        control.MapGet("/requests", (RequestJournal journal) => Show(journal.Calls));
        control.MapGet("/faults", (Faults faults) => Show(faults.Rules));
        control.MapPost("/faults", AddFault);
        control.MapDelete("/faults", ClearFaults);
        control.MapPost("/transactions/{idx}/state", ControlTransactions.SetState);
        control.MapPost("/payments", ControlTransactions.MakePayment);
        control.MapPost("/epayments/{pidx}/outcome", ControlEPayments.Decide);
        control.MapPost("/epayments/{pidx}/forged-return", ControlEPayments.Forge);
        control.MapPost("/clock", Advance);
        control.MapGet("/switches", (Switchboard board) => Answer.Ok(board.Show()));
        control.MapPost("/switches", Turn);
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

    private static Answer Transactions(Ledger ledger, SandboxClock clock)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return ledger.Run(book => Answer.Ok(new JsonArray([.. book.Newest(NewestTransactions).Select(one => Of(one.AsOf(now)))])));
    }

    private static Answer Show<T>(IEnumerable<T> things) => Answer.Ok(JsonSerializer.SerializeToNode(things, Wire)!);

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
            return BadRequest($"A rule is {{operation, kind, status?, delayMs?, probability?, times?, retryAfterSeconds?}}; see {wrong.Path}.");
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
        if (fields.Unreadable is not null || rules.Errors.Count > 0 || seconds is < 0 or > LongestAdvance)
        {
            return fields.Unreadable ?? BadRequest($"advanceSeconds must be an integer between 0 and {LongestAdvance}.");
        }

        clock.Advance(TimeSpan.FromSeconds(seconds));
        return Answer.Ok(new JsonObject { ["now"] = Instant(clock.GetUtcNow()) });
    }

    private static Answer Turn(Fields fields, Switchboard board) =>
        fields.Unreadable ?? (board.Turn(fields.Values) is { } problem ? BadRequest(problem) : Answer.Ok(board.Show()));

    /// <summary>As freshly started on an empty file.</summary>
    private static Answer Reset(Ledger ledger, RequestJournal journal, Faults faults, Switchboard board, SandboxClock clock)
    {
        faults.Clear();
        board.Reset();
        clock.Reset();
        journal.Clear();
        ledger.Run(book =>
        {
            book.Empty();
            return true;
        });
        return Answer.Ok(new JsonObject { ["reset"] = true });
    }

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
