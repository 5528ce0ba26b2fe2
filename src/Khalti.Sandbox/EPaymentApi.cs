using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>The calls of the merchant's server in the ePayment product (KPG-2). No CORS: the secret key is for no browser.</summary>
internal static class EPaymentApi
{
    internal static void MapEPaymentApi(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v2/epayment/initiate/", Initiate).AsEPaymentCall(Operation.EPaymentInitiate);
        app.MapPost("/api/v2/epayment/lookup/", Lookup).AsEPaymentCall(Operation.EPaymentLookup);
    }

    /// <summary>Every call makes a new link, also for an order that has one: Khalti does not enforce its order ids.</summary>
    private static Answer Initiate(HttpContext context, Fields fields, Ledger ledger, Switchboard board, SandboxClock clock)
    {
        Account account = context.Account();
        SandboxSwitches switches = board.Current;
        EPaymentRequest asked = EPaymentRequest.Read(fields, account.MaxAmount(switches));
        if (asked.Errors.Count > 0)
        {
            return Errors.Fields(asked.Errors);
        }

        DateTimeOffset now = clock.GetUtcNow();
        long seconds = switches.TtlUnit switch
        {
            TtlUnit.Ignored => null,
            TtlUnit.Minutes => asked.Ttl * 60,
            _ => asked.Ttl,
        } ?? switches.LinkLifetimeSeconds;
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
        ledger.Run(book =>
        {
            book.Add(link);
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

    private static Answer Lookup(HttpContext context, Fields fields, Ledger ledger, Switchboard board, SandboxClock clock)
    {
        FieldRules rules = new(fields.Body);
        string pidx = rules.Text("pidx");
        if (rules.Errors.Count > 0)
        {
            return Errors.Fields(rules.Errors);
        }

        SandboxSwitches switches = board.Current;
        Transaction? found = ledger.Run(book => book.ByPidx(pidx, clock.GetUtcNow()));
        return found is null || !found.BelongsTo(context.Account())
            ? Errors.Validation(switches.UnknownPidxCode, "Not found.")
            : Standing(found, switches);
    }

    /// <summary>How the link stands. Expired and canceled ones are HTTP 400 and an answer all the same.</summary>
    private static Answer Standing(Transaction link, SandboxSwitches switches) => Answer.Json(
        link.State switch
        {
            LinkState.Expired or LinkState.UserCanceled => 400,
            LinkState.Failed => switches.FailedLookupCode,
            _ => 200,
        },
        new JsonObject
        {
            ["pidx"] = link.Pidx,
            ["total_amount"] = link.Amount,
            ["status"] = link.State,
            ["transaction_id"] = EPayments.TransactionId(link, switches),
            ["fee"] = link.Fee,
            ["refunded"] = Records.IsRefunded(link, switches),
        });
}
