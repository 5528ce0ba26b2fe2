using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>The ePayment calls (KPG-2) of merchants' servers and of Khalti's kits in apps. No CORS: browsers hold no secret key.</summary>
internal static class EPaymentApi
{
    internal static void MapEPaymentApi(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v2/epayment/initiate/", Initiate).AsEPaymentCall(Operation.EPaymentInitiate);
        app.MapPost("/api/v2/epayment/lookup/", Lookup).AsEPaymentCall(Operation.EPaymentLookup);
        app.MapPost("/api/v2/epayment/lookup-sdk/", LookupForKit).AsEPaymentKitCall(Operation.EPaymentLookupSdk);
        app.MapPost("/api/v2/epayment/detail/", DetailForKit).AsEPaymentKitCall(Operation.EPaymentDetail);
    }

    /// <summary>Every call makes a new link, also for an order that has one: Khalti does not enforce unique order ids.</summary>
    private static Answer Initiate(
        HttpContext context, Fields fields, Ledger ledger, Banks banks, PaymentUrl page, BehaviourSettings settings, SandboxClock clock)
    {
        Account account = context.Account();
        SandboxBehaviour behaviour = settings.Current;
        EPaymentRequest asked = EPaymentRequest.Read(fields, account.MaxAmount(behaviour), banks, behaviour.StrictOrderDetails);
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
            Mode = Mode.EPayment,
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
        return Answer.Ok(new JsonObject
        {
            ["pidx"] = link.Pidx,
            ["payment_url"] = page.For(link, context.Request, behaviour),
            ["expires_at"] = Records.Instant(link.ExpiresAt.Value),
            ["expires_in"] = seconds,
        });
    }

    private static Answer Lookup(HttpContext context, Fields fields, Ledger ledger, BehaviourSettings settings, SandboxClock clock)
    {
        SandboxBehaviour behaviour = settings.Current;
        return WithLink(context, fields, ledger, behaviour, clock, link =>
            Answer.Json(LookupCode(link, closed: 400, behaviour), Status(link, behaviour)));
    }

    /// <summary>Lookup for the kits in apps, with the public key: lookup's fields and what the merchant sent with the order.</summary>
    private static Answer LookupForKit(HttpContext context, Fields fields, Ledger ledger, BehaviourSettings settings, SandboxClock clock)
    {
        SandboxBehaviour behaviour = settings.Current;
        return WithLink(context, fields, ledger, behaviour, clock, link =>
        {
            JsonObject body = Status(link, behaviour);
            body["purchase_order_id"] = link.PurchaseOrderId;
            body["purchase_order_name"] = link.ProductName;
            body["extra_merchant_params"] = link.Extras.Count > 0 ? link.Extras.DeepClone() : null;
            return Answer.Json(LookupCode(link, behaviour.ClosedSdkLookupCode, behaviour), body);
        });
    }

    /// <summary>The return address of a link, for kits that watch for it.</summary>
    private static Answer DetailForKit(HttpContext context, Fields fields, Ledger ledger, BehaviourSettings settings, SandboxClock clock) =>
        WithLink(context, fields, ledger, settings.Current, clock, link => Answer.Ok(new JsonObject { ["return_url"] = link.ReturnUrl }));

    private static Answer WithLink(
        HttpContext context, Fields fields, Ledger ledger, SandboxBehaviour behaviour, SandboxClock clock, Func<Transaction, Answer> answer)
    {
        FieldRules rules = new(fields.Body);
        string pidx = rules.Text("pidx");
        if (rules.Errors.Count > 0)
        {
            return Errors.Fields(rules.Errors);
        }

        Transaction? found = ledger.Run(session => session.ByPidx(pidx, clock.GetUtcNow()));
        return found is null || !found.BelongsTo(context.Account())
            ? Errors.Validation(behaviour.UnknownPidxCode, "Not found.")
            : answer(found);
    }

    /// <summary>An expired or canceled link is answered with HTTP 400 and the same body.</summary>
    private static int LookupCode(Transaction link, int closed, SandboxBehaviour behaviour) => link.State switch
    {
        LinkState.Expired or LinkState.UserCanceled => closed,
        LinkState.Failed => behaviour.FailedLookupCode,
        _ => 200,
    };

    private static JsonObject Status(Transaction link, SandboxBehaviour behaviour) => new()
    {
        ["pidx"] = link.Pidx,
        ["total_amount"] = link.Amount,
        ["status"] = link.State,
        ["transaction_id"] = EPayments.TransactionId(link, behaviour),
        ["fee"] = link.Fee,
        ["refunded"] = Records.IsRefunded(link, behaviour),
    };
}
