using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>The calls of the widget and the mobile SDKs, authenticated by the public key.</summary>
internal static class WidgetApi
{
    private const long MinAmount = 1000;

    internal static void MapWidgetApi(this IEndpointRouteBuilder app)
    {
        foreach (string version in (string[])["/api/v2", "/api"])
        {
            app.MapPost($"{version}/payment/initiate/", Initiate).AsCall(Operation.Initiate);
            app.MapPost($"{version}/payment/confirm/", Confirm).AsCall(Operation.Confirm);
        }
    }

    private static Answer Initiate(
        Fields fields, Ledger ledger, Merchants merchants, BehaviourSettings settings, SandboxClock clock)
    {
        SandboxBehaviour behaviour = settings.Current;
        FieldRules rules = new(fields);
        Account? account = AccountOf(rules, merchants);
        string mobile = rules.Text("mobile");
        string pin = rules.Text("transaction_pin");
        long amount = rules.Amount("amount");
        Transaction requested = new()
        {
            Idx = Ids.New(),
            Token = Ids.New(),
            Flow = Flow.Widget,
            MerchantIdx = account?.Merchant.Idx ?? "",
            Mode = account?.WidgetMode ?? Mode.Test,
            State = TransactionState.Initiated,
            Amount = amount,
            Mobile = mobile,
            ProductIdentity = rules.Text("product_identity"),
            ProductName = rules.Text("product_name"),
            ProductUrl = rules.OptionalText("product_url"),
            Extras = Extras(fields),
            CreatedOn = clock.GetUtcNow(),
        };
        Wallet.CheckPayer(rules, mobile, pin);
        CheckAmount(rules, amount, account?.MaxAmount(behaviour));
        return rules.Errors.Count > 0
            ? Errors.Fields(rules.Errors, behaviour)
            : ledger.Run(session => StartPayment(session, requested, pin));
    }

    private static Answer StartPayment(LedgerSession session, Transaction requested, string pin)
    {
        if (Wallet.CheckPin(session, requested.Mobile, pin, requested.CreatedOn) is { } refused)
        {
            return refused;
        }

        session.Add(requested);
        return Answer.Ok(new JsonObject { ["token"] = requested.Token });
    }

    private static Answer Confirm(Fields fields, Ledger ledger, Merchants merchants, BehaviourSettings settings)
    {
        SandboxBehaviour behaviour = settings.Current;
        FieldRules rules = new(fields);
        Account? account = AccountOf(rules, merchants);
        string token = rules.Text("token");
        string code = rules.Text("confirmation_code");
        string pin = rules.Text("transaction_pin");
        Wallet.CheckCode(rules, code);
        return rules.Errors.Count > 0 || account is null
            ? Errors.Fields(rules.Errors, behaviour)
            : ledger.Run(session => ConfirmPayment(session, account, token, pin, code, behaviour));
    }

    private static Answer ConfirmPayment(
        LedgerSession session, Account account, string token, string pin, string code, SandboxBehaviour behaviour)
    {
        if (session.ByToken(token) is not { } found || !found.BelongsTo(account)
            || !TransactionState.CanTransitionTo(found.State, TransactionState.Confirmed))
        {
            return Errors.BadToken(behaviour);
        }

        if (Wallet.IsConfirmed(session, found.Mobile, pin, code))
        {
            if (Wallet.CheckBalance(session, found.Mobile, found.Amount) is { } refused)
            {
                return refused;
            }

            session.Save(found.TransitionTo(TransactionState.Confirmed, behaviour));
            return Answer.Ok(Confirmation(found));
        }

        Transaction counted = found with { OtpFailures = found.OtpFailures + 1 };
        session.Save(counted.OtpFailures < Transaction.OtpAttempts ? counted : counted.TransitionTo(TransactionState.Disabled, behaviour));
        return Errors.WrongCode();
    }

    /// <summary>The data that the widget gives to the merchant's page. It proves nothing.</summary>
    internal static JsonObject Confirmation(Transaction one)
    {
        JsonObject body = new()
        {
            ["idx"] = one.Idx,
            ["token"] = one.Token,
            ["amount"] = one.Amount,
            ["mobile"] = Payer.Mask(one.Mobile),
            ["product_identity"] = one.ProductIdentity,
            ["product_name"] = one.ProductName,
        };
        if (one.ProductUrl is not null)
        {
            body["product_url"] = one.ProductUrl;
        }

        foreach ((string name, JsonNode? value) in one.Extras)
        {
            body[name] = value?.DeepClone();
        }

        return body;
    }

    private static Account? AccountOf(FieldRules rules, Merchants merchants)
    {
        string key = rules.Text("public_key");
        Account? account = merchants.ByPublicKey(key) is { WidgetMode: not null } found ? found : null;
        if (account is null)
        {
            rules.Refuse("public_key", "Invalid public key.");
        }

        return account;
    }

    private static void CheckAmount(FieldRules rules, long amount, long? maxAmount)
    {
        if (amount < MinAmount)
        {
            rules.Refuse("amount", Errors.BelowMinimum);
        }
        else if (amount > maxAmount)
        {
            rules.Refuse("amount", $"Amount must be less than {maxAmount / 100}.");
        }
    }

    private static JsonObject Extras(Fields fields)
    {
        JsonObject extras = [];
        foreach ((string name, JsonNode? value) in fields.Values)
        {
            if (name.StartsWith("merchant_", StringComparison.Ordinal))
            {
                extras[name] = value?.DeepClone();
            }
        }

        return extras;
    }
}
