using System.Globalization;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>
/// What the payment page at <c>/?pidx=…</c> asks of the sandbox. Khalti's own page is undocumented, so all of this is ours.
/// Whoever has the pidx may pay, as at Khalti; the buttons for outcomes are what Khalti's own sandbox lacks.
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
        page.MapPost("/wallet", Begin);
        page.MapPost("/confirm", Confirm);
        page.MapPost("/bank", PayFromBank);
        page.MapPost("/outcome", Decide);
    }

    /// <summary>A page of another origin cannot send JSON without asking first, and it asks in vain.</summary>
    private static async ValueTask<object?> RefuseOtherPages(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        HttpRequest request = call.HttpContext.Request;
        return HttpMethods.IsPost(request.Method) && !request.HasJsonContentType()
            ? Errors.Detail(415, "Unsupported media type in request.")
            : (await Fields.BindAsync(call.HttpContext)).Unreadable ?? await next(call);
    }

    private static Answer Show(string pidx, Ledger ledger, Switchboard board, SandboxClock clock)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return ledger.Run(book => book.ByPidx(pidx, now) is { } link ? Answer.Ok(View(link, board.Current, now)) : NoSuchLink());
    }

    /// <summary><c>{mobile, transaction_pin}</c>, with the errors of the widget's initiate.</summary>
    private static Answer Begin(string pidx, Fields fields, Ledger ledger, Switchboard board, SandboxClock clock)
    {
        FieldRules rules = new(fields.Body);
        string mobile = rules.Text("mobile");
        string pin = rules.Text("transaction_pin");
        Wallet.CheckPayer(rules, mobile, pin);
        SandboxSwitches switches = board.Current;
        DateTimeOffset now = clock.GetUtcNow();
        return rules.Errors.Count > 0 ? Errors.Fields(rules.Errors) : IfPayable(pidx, PayMode.Wallet, ledger, switches, now, (book, link) =>
        {
            if (Wallet.TryPin(book, mobile, pin, now) is { } refused)
            {
                return refused;
            }

            book.Save(link with { Mobile = mobile });
            return Answer.Ok(new JsonObject { ["code_sent"] = true });
        });
    }

    /// <summary><c>{mobile, transaction_pin, confirmation_code}</c>: pays. Three wrong codes fail the payment.</summary>
    private static Answer Confirm(string pidx, Fields fields, Ledger ledger, Switchboard board, SandboxClock clock)
    {
        FieldRules rules = new(fields.Body);
        string mobile = rules.Text("mobile");
        string pin = rules.Text("transaction_pin");
        string code = rules.Text("confirmation_code");
        Wallet.CheckPayer(rules, mobile, pin);
        Wallet.CheckCode(rules, code);
        SandboxSwitches switches = board.Current;
        DateTimeOffset now = clock.GetUtcNow();
        return rules.Errors.Count > 0 ? Errors.Fields(rules.Errors) : IfPayable(pidx, PayMode.Wallet, ledger, switches, now, (book, link) =>
        {
            if (link.Mobile != mobile)
            {
                // Another mobile has begun in between, or this one never did.
                return Errors.Fields(new JsonObject { ["token"] = new JsonArray(Errors.InvalidToken) });
            }

            if (code == Payer.Otp && pin == Payer.Pin)
            {
                return Move(book, link with { PaidWith = PayMode.Wallet }, LinkState.Completed, switches, now);
            }

            Transaction abused = link with { OtpFailures = link.OtpFailures + 1 };
            if (abused.OtpFailures < Transaction.OtpAttempts)
            {
                book.Save(abused);
                return Errors.WrongCode();
            }

            Transaction failed = abused.Become(LinkState.Failed, switches);
            book.Save(failed);
            return Closed(failed, switches, now);
        });
    }

    /// <summary><c>{mode}</c>: a bank that always says yes.</summary>
    private static Answer PayFromBank(string pidx, Fields fields, Ledger ledger, Switchboard board, SandboxClock clock)
    {
        FieldRules rules = new(fields.Body);
        string mode = rules.Text("mode");
        SandboxSwitches switches = board.Current;
        DateTimeOffset now = clock.GetUtcNow();
        return mode == PayMode.Wallet || !PayMode.All.Contains(mode)
            ? Errors.Detail(400, "There is no such bank payment.")
            : IfPayable(pidx, mode, ledger, switches, now, (book, link) =>
                Move(book, link with { PaidWith = mode, Mobile = "" }, LinkState.Completed, switches, now));
    }

    /// <summary><c>{outcome}</c>: what the payer, the bank or time does instead of paying.</summary>
    private static Answer Decide(string pidx, Fields fields, Ledger ledger, Switchboard board, SandboxClock clock)
    {
        FieldRules rules = new(fields.Body);
        string? state = Outcomes.GetValueOrDefault(rules.Text("outcome"));
        SandboxSwitches switches = board.Current;
        DateTimeOffset now = clock.GetUtcNow();
        return state is null
            ? Errors.Detail(400, $"outcome must be one of {string.Join(", ", Outcomes.Keys)}.")
            : IfPayable(pidx, mode: null, ledger, switches, now, (book, link) => state == link.State
                ? Redirect(link, switches) // canceled once more
                : Move(book, link, state, switches, now));
    }

    private static Answer IfPayable(
        string pidx, string? mode, Ledger ledger, SandboxSwitches switches, DateTimeOffset now, Func<Book, Transaction, Answer> step) =>
        ledger.Run(book => book.ByPidx(pidx, now) is not { } link ? NoSuchLink()
            : !EPayments.IsPayable(link, switches, now) ? Closed(link, switches, now)
            : mode is not null && !EPayments.Modes(link).Contains(mode) ? Errors.Detail(400, "The merchant does not take this way to pay.")
            : step(book, link));

    private static Answer Move(Book book, Transaction link, string state, SandboxSwitches switches, DateTimeOffset now)
    {
        if (EPayments.Move(link, state, switches, now) is not { } moved)
        {
            return Closed(link, switches, now);
        }

        book.Save(moved);
        return Redirect(moved, switches);
    }

    private static Answer Redirect(Transaction link, SandboxSwitches switches) =>
        Answer.Ok(new JsonObject { ["redirectUrl"] = ReturnUrl.For(link, switches) });

    /// <summary>Nothing was done: the page shows how the link stands instead.</summary>
    private static Answer Closed(Transaction link, SandboxSwitches switches, DateTimeOffset now) =>
        Answer.Json(409, View(link, switches, now));

    private static JsonObject View(Transaction link, SandboxSwitches switches, DateTimeOffset now) => new()
    {
        ["merchant"] = Merchants.ByIdx(link.MerchantIdx).Name,
        ["amount"] = link.Amount,
        ["breakdown"] = link.Order["amount_breakdown"]?.DeepClone() ?? new JsonArray(),
        ["purchaseOrderId"] = link.PurchaseOrderId,
        ["purchaseOrderName"] = link.ProductName,
        ["modes"] = new JsonArray([.. EPayments.Modes(link).Select(mode => JsonValue.Create(mode))]),
        ["expiresAt"] = link.ExpiresAt?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        ["status"] = link.State,
        ["payable"] = EPayments.IsPayable(link, switches, now),
        ["returnUrl"] = EPayments.IsPayable(link, switches, now) ? null : ReturnUrl.For(link, switches),
    };

    private static Answer NoSuchLink() => Errors.Detail(404, "There is no such payment.");
}
