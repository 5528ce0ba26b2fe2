using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>The ePayment calls (KPG-2) of the merchant's server. No CORS, because browsers must not hold the secret key.</summary>
internal static class EPaymentApi
{
    internal static void MapEPaymentApi(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v2/epayment/initiate/", Initiate).AsEPaymentCall(Operation.EPaymentInitiate);
        app.MapPost("/api/v2/epayment/lookup/", Lookup).AsEPaymentCall(Operation.EPaymentLookup);
    }

    /// <summary>Every call makes a new link, also for an order that has one: Khalti does not enforce unique order ids.</summary>
    private static Answer Initiate(HttpContext context, Fields fields, Ledger ledger, BehaviourSettings settings, SandboxClock clock)
    {
        Account account = context.Account();
        SandboxBehaviour behaviour = settings.Current;
        EPaymentRequest asked = EPaymentRequest.Read(fields, account.MaxAmount(behaviour));
        if (asked.Errors.Count > 0)
        {
            return Errors.Fields(asked.Errors);
        }

        DateTimeOffset now = clock.GetUtcNow();
        long seconds = behaviour.TtlUnit switch
        {
            TtlUnit.Ignored => null,
            TtlUnit.Minutes => asked.Ttl * 60,
            _ => asked.Ttl,
        } ?? behaviour.LinkLifetimeSeconds;
        Transaction link = new()
        {
            Idx = Ids.New(),
            Pidx = Ids.New(),
            Flow = Flow.EPayment,
            MerchantIdx = account.Merchant.Idx,
            Mode = account.Mode,
            State = LinkState.Initiated,
            Amount = asked.Amount,
            Mobile = "",
            ProductIdentity = asked.PurchaseOrderId,
            ProductName = asked.PurchaseOrderName,
            ProductUrl = asked.WebsiteUrl,
            PurchaseOrderId = asked.PurchaseOrderId,
            ReturnUrl = asked.ReturnUrl,
            ExpiresAt = now.AddSeconds(seconds),
            Extras = asked.Extras,
            Order = asked.Order,
            CreatedOn = now,
        };
        ledger.Run(session =>
        {
            session.Add(link);
            return true;
        });
        HttpRequest request = context.Request;
        return Answer.Ok(new JsonObject
        {
            ["pidx"] = link.Pidx,
            ["payment_url"] = $"{request.Scheme}://{request.Host}/?pidx={link.Pidx}",
            ["expires_at"] = Records.Instant(link.ExpiresAt.Value),
            ["expires_in"] = seconds,
        });
    }

    private static Answer Lookup(HttpContext context, Fields fields, Ledger ledger, BehaviourSettings settings, SandboxClock clock)
    {
        FieldRules rules = new(fields.Body);
        string pidx = rules.Text("pidx");
        if (rules.Errors.Count > 0)
        {
            return Errors.Fields(rules.Errors);
        }

        SandboxBehaviour behaviour = settings.Current;
        Transaction? found = ledger.Run(session => session.ByPidx(pidx, clock.GetUtcNow()));
        return found is null || !found.BelongsTo(context.Account())
            ? Errors.Validation(behaviour.UnknownPidxCode, "Not found.")
            : LookupAnswer(found, behaviour);
    }

    /// <summary>The lookup answer. An expired or canceled link is answered with HTTP 400 and the same body.</summary>
    private static Answer LookupAnswer(Transaction link, SandboxBehaviour behaviour) => Answer.Json(
        link.State switch
        {
            LinkState.Expired or LinkState.UserCanceled => 400,
            LinkState.Failed => behaviour.FailedLookupCode,
            _ => 200,
        },
        new JsonObject
        {
            ["pidx"] = link.Pidx,
            ["total_amount"] = link.Amount,
            ["status"] = link.State,
            ["transaction_id"] = EPayments.TransactionId(link, behaviour),
            ["fee"] = link.Fee,
            ["refunded"] = Records.IsRefunded(link, behaviour),
        });
}
