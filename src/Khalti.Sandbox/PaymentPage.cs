using System.Globalization;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>
/// The API of the payment page at <c>/?pidx=…</c>. Khalti's own is undocumented, so this is our design. The pidx is enough to
/// pay, as at Khalti; the buttons that set an outcome exist only here.
/// </summary>
internal static class PaymentPage
{
    private static readonly Dictionary<string, string> Outcomes = new(StringComparer.Ordinal)
    {
        ["pending"] = LinkState.Pending,
        ["failed"] = LinkState.Failed,
        ["expired"] = LinkState.Expired,
        ["canceled"] = LinkState.UserCanceled,
    };

    internal static void MapPaymentPage(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder page = app.MapGroup("/pay/{pidx}").AddEndpointFilter(RefuseOtherPages);
        page.MapGet("", Show);
        page.MapPost("/wallet", StartPayment);
        page.MapPost("/confirm", Confirm);
        page.MapPost("/bank", PayFromBank);
        page.MapPost("/outcome", Decide);
    }

    /// <summary>Requires JSON: a page of another origin can send it only after a CORS preflight, which is refused.</summary>
    private static async ValueTask<object?> RefuseOtherPages(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        HttpRequest request = call.HttpContext.Request;
        return HttpMethods.IsPost(request.Method) && !request.HasJsonContentType()
            ? Errors.Detail(415, "Unsupported media type in request.")
            : (await Fields.BindAsync(call.HttpContext)).Unreadable ?? await next(call);
    }

    private static Answer Show(string pidx, Ledger ledger, BehaviourSettings settings, SandboxClock clock)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return ledger.Run(session => session.ByPidx(pidx, now) is { } link
            ? Answer.Ok(View(session, link, settings.Current, now)) : NoSuchLink());
    }

    /// <summary><c>{mobile, transaction_pin}</c>; the same errors as the widget's initiate.</summary>
    private static Answer StartPayment(string pidx, Fields fields, Ledger ledger, BehaviourSettings settings, SandboxClock clock)
    {
        FieldRules rules = new(fields.Body);
        string mobile = rules.Text("mobile");
        string pin = rules.Text("transaction_pin");
        Wallet.CheckPayer(rules, mobile, pin);
        SandboxBehaviour behaviour = settings.Current;
        DateTimeOffset now = clock.GetUtcNow();
        return rules.Errors.Count > 0
            ? Errors.Fields(rules.Errors)
            : WhenPayable(pidx, PayMode.Wallet, ledger, behaviour, now, (session, link) =>
        {
            if (Wallet.CheckPin(session, mobile, pin, now) is { } refused)
            {
                return refused;
            }

            session.Save(link with { Mobile = mobile });
            return Answer.Ok(new JsonObject { ["code_sent"] = true });
        });
    }

    /// <summary><c>{mobile, transaction_pin, confirmation_code}</c>: pays. Three wrong codes fail the payment.</summary>
    private static Answer Confirm(string pidx, Fields fields, Ledger ledger, BehaviourSettings settings, SandboxClock clock)
    {
        FieldRules rules = new(fields.Body);
        string mobile = rules.Text("mobile");
        string pin = rules.Text("transaction_pin");
        string code = rules.Text("confirmation_code");
        Wallet.CheckPayer(rules, mobile, pin);
        Wallet.CheckCode(rules, code);
        SandboxBehaviour behaviour = settings.Current;
        DateTimeOffset now = clock.GetUtcNow();
        return rules.Errors.Count > 0
            ? Errors.Fields(rules.Errors)
            : WhenPayable(pidx, PayMode.Wallet, ledger, behaviour, now, (session, link) =>
        {
            if (link.Mobile != mobile)
            {
                // Another mobile number has started a payment since, or this one never did.
                return Errors.Fields(new JsonObject { ["token"] = new JsonArray(Errors.InvalidToken) });
            }

            if (Wallet.IsConfirmed(session, mobile, pin, code))
            {
                return Wallet.CheckBalance(session, mobile, link.Amount)
                    ?? Move(session, link with { PaidWith = PayMode.Wallet }, LinkState.Completed, behaviour, now);
            }

            Transaction counted = link with { OtpFailures = link.OtpFailures + 1 };
            if (counted.OtpFailures < Transaction.OtpAttempts)
            {
                session.Save(counted);
                return Errors.WrongCode();
            }

            Transaction failed = counted.TransitionTo(LinkState.Failed, behaviour);
            session.Save(failed);
            return NotPayable(session, failed, behaviour, now);
        });
    }

    /// <summary><c>{mode}</c>: a bank payment that always succeeds.</summary>
    private static Answer PayFromBank(string pidx, Fields fields, Ledger ledger, BehaviourSettings settings, SandboxClock clock)
    {
        FieldRules rules = new(fields.Body);
        string? mode = PayMode.Named(rules.Text("mode"));
        SandboxBehaviour behaviour = settings.Current;
        DateTimeOffset now = clock.GetUtcNow();
        return mode is null or PayMode.Wallet
            ? Errors.Detail(400, "There is no such bank payment.")
            : WhenPayable(pidx, mode, ledger, behaviour, now, (session, link) =>
                Move(session, link with { PaidWith = mode, Mobile = "" }, LinkState.Completed, behaviour, now));
    }

    /// <summary><c>{outcome}</c>: sets an outcome other than a payment.</summary>
    private static Answer Decide(string pidx, Fields fields, Ledger ledger, BehaviourSettings settings, SandboxClock clock)
    {
        FieldRules rules = new(fields.Body);
        string? state = Outcomes.GetValueOrDefault(rules.Text("outcome"));
        SandboxBehaviour behaviour = settings.Current;
        DateTimeOffset now = clock.GetUtcNow();
        return state is null
            ? Errors.Detail(400, $"outcome must be one of {string.Join(", ", Outcomes.Keys)}.")
            : WhenPayable(pidx, mode: null, ledger, behaviour, now, (session, link) => state == link.State
                ? Redirect(link, behaviour) // already canceled
                : Move(session, link, state, behaviour, now));
    }

    private static Answer WhenPayable(
        string pidx, string? mode, Ledger ledger, SandboxBehaviour behaviour, DateTimeOffset now,
        Func<LedgerSession, Transaction, Answer> step) =>
        ledger.Run(session => session.ByPidx(pidx, now) is not { } link ? NoSuchLink()
            : !EPayments.IsPayable(link, behaviour, now) ? NotPayable(session, link, behaviour, now)
            : mode is not null && !EPayments.Modes(link).Contains(mode) ? Errors.Detail(400, "The merchant does not take this way to pay.")
            : step(session, link));

    private static Answer Move(LedgerSession session, Transaction link, string state, SandboxBehaviour behaviour, DateTimeOffset now)
    {
        if (EPayments.Move(link, state, behaviour, now) is not { } moved)
        {
            return NotPayable(session, link, behaviour, now);
        }

        session.Save(moved);
        return Redirect(moved, behaviour);
    }

    private static Answer Redirect(Transaction link, SandboxBehaviour behaviour) =>
        Answer.Ok(new JsonObject { ["redirectUrl"] = ReturnUrl.For(link, behaviour) });

    /// <summary>409 with the link's state, which the page shows. Nothing was changed.</summary>
    private static Answer NotPayable(LedgerSession session, Transaction link, SandboxBehaviour behaviour, DateTimeOffset now) =>
        Answer.Json(409, View(session, link, behaviour, now));

    private static JsonObject View(LedgerSession session, Transaction link, SandboxBehaviour behaviour, DateTimeOffset now) => new()
    {
        ["merchant"] = session.Merchants.ByIdx(link.MerchantIdx).Name,
        ["amount"] = link.Amount,
        ["breakdown"] = link.Order["amount_breakdown"]?.DeepClone() ?? new JsonArray(),
        ["purchaseOrderId"] = link.PurchaseOrderId,
        ["purchaseOrderName"] = link.ProductName,
        ["modes"] = new JsonArray([.. EPayments.Modes(link).Select(mode => JsonValue.Create(mode))]),
        ["expiresAt"] = link.ExpiresAt?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        ["status"] = link.State,
        ["payable"] = EPayments.IsPayable(link, behaviour, now),
        ["returnUrl"] = EPayments.IsPayable(link, behaviour, now) ? null : ReturnUrl.For(link, behaviour),
    };

    private static Answer NoSuchLink() => Errors.Detail(404, "There is no such payment.");
}
