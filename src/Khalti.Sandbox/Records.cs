using System.Globalization;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>A transaction as verify, list and detail show it.</summary>
internal static class Records
{
    private static readonly TimeSpan Nepal = new(5, 45, 0);

    internal static JsonObject Record(Transaction one, SandboxSwitches switches)
    {
        Merchant merchant = Merchants.ByIdx(one.MerchantIdx);
        JsonObject type = one.FromWallet
            ? Type(switches.WalletTypeIdx, "Wallet payment")
            : Type(Ids.For("type Ebanking payment"), "Ebanking payment");
        return Record(
            one.Idx, type, one.RecordState, one.Amount, one.Fee, IsRefunded(one, switches),
            one.CreatedOn, User(one, switches), Shop(merchant));
    }

    /// <summary>What verify answered in 2023 beyond what its page shows.</summary>
    internal static JsonObject Verified(Transaction one, SandboxSwitches switches)
    {
        JsonObject record = Record(one, switches);
        if (switches.ExtraVerifyFields)
        {
            record["token"] = one.Token;
            record["cashback"] = 0;
            record["reference"] = null;
            record["remarks"] = null;
            record["product_identity"] = one.ProductIdentity;
        }

        return record;
    }

    internal static JsonObject Detail(Transaction one, IReadOnlyList<Refund> refunds, SandboxSwitches switches)
    {
        JsonObject record = Record(one, switches);
        record["can_refund"] = one.RecordState is TransactionState.Completed or TransactionState.PartiallyRefunded;
        record["can_complete"] = one.State == TransactionState.Confirmed;
        JsonObject[] fee = one.FeeIdx is null || one.Fee == 0 ? [] : [Fee(one, one.FeeIdx)];
        record["child_transactions"] = new JsonArray([.. fee, .. switches.RefundsAsChildren ? refunds.Select(refund => Refunded(one, refund, switches)) : []]);
        record["meta"] = Meta(one);
        return record;
    }

    /// <summary>Before v2 the two sides were called source and destination. Official plugins read either, so both are there.</summary>
    internal static JsonObject AsBeforeV2(JsonObject record, bool detail)
    {
        record["source"] = record["user"]!.DeepClone();
        if (detail)
        {
            record["destination"] = record["merchant"]!.DeepClone();
            record["balance"] = 0;
            record["service_log"] = null;
        }

        return record;
    }

    private static JsonObject Fee(Transaction one, string idx)
    {
        Merchant merchant = Merchants.ByIdx(one.MerchantIdx);
        JsonObject fee = Record(
            idx, Type("YpwbDVqAnH42odGZmT5vZ8", "Fee"), TransactionState.Completed, one.Fee, fee: 0, refunded: false,
            one.CreatedOn, Shop(merchant), Party(Ids.For("khalti"), "", "wallet@khalti.com"));
        fee["meta"] = null;
        return fee;
    }

    /// <summary>No sample shows one: a child from the merchant to the payer, like the fee from the merchant to Khalti.</summary>
    private static JsonObject Refunded(Transaction one, Refund refund, SandboxSwitches switches)
    {
        JsonObject child = Record(
            refund.Idx, Type(Ids.For("type Refund"), "Refund"), TransactionState.Completed, refund.Amount, fee: 0, refunded: false,
            refund.CreatedOn, Shop(Merchants.ByIdx(one.MerchantIdx)), refund.Mobile is { } mobile ? User(mobile, switches) : User(one, switches));
        child["meta"] = null;
        return child;
    }

    private static JsonObject Record(
        string idx, JsonObject type, string state, long amount, long fee, bool refunded, DateTimeOffset createdOn,
        JsonObject user, JsonObject merchant) => new()
        {
            ["idx"] = idx,
            ["type"] = type,
            ["state"] = State(state),
            ["amount"] = amount,
            ["fee_amount"] = fee,
            ["refunded"] = refunded,
            ["created_on"] = Instant(createdOn),
            ["ebanker"] = null,
            ["user"] = user,
            ["merchant"] = merchant,
        };

    private static JsonObject Meta(Transaction one)
    {
        JsonObject meta = new()
        {
            ["product_identity"] = one.ProductIdentity,
            ["product_name"] = one.ProductName,
            ["product_url"] = one.ProductUrl,
        };
        foreach ((string name, JsonNode? value) in one.Extras)
        {
            meta[name] = value?.DeepClone();
        }

        return meta;
    }

    /// <summary>Ids of three states are known from Khalti's pages; the others are ours.</summary>
    private static JsonObject State(string name) => name switch
    {
        TransactionState.Completed => State("DhvMj9hdRufLqkP8ZY4d8g", name, "is complete"),
        TransactionState.Initiated => State("RzwhZdcAKj9HDWtEmWeu9a", name, "has been initiated"),
        TransactionState.Confirmed => State("Dhvaj9hdRufLqkP8ZY4d8g", name, "is confirm"),
        _ => State(Ids.For("state " + name), name, $"is {name.ToLowerInvariant()}"),
    };

    private static JsonObject State(string idx, string name, string template) =>
        new() { ["idx"] = idx, ["name"] = name, ["template"] = template };

    private static JsonObject Type(string idx, string name) => new() { ["idx"] = idx, ["name"] = name };

    private static JsonObject User(Transaction one, SandboxSwitches switches) => one.FromWallet
        ? User(one.Mobile, switches)
        : Party(Ids.For("bank rail " + one.PaidWith), one.PaidWith!, Payer.NoMobile);

    private static JsonObject User(string mobile, SandboxSwitches switches) => Party(
        Ids.For("payer " + mobile), "Test User", switches.MaskMobileInRecords ? Payer.Mask(mobile) : mobile);

    private static JsonObject Shop(Merchant merchant) => Party(merchant.Idx, merchant.Name, merchant.Email);

    private static JsonObject Party(string idx, string name, string mobile) =>
        new() { ["idx"] = idx, ["name"] = name, ["mobile"] = mobile };

    /// <summary>Completed and refunded at once contradict each other; a test may force it all the same.</summary>
    internal static bool IsRefunded(Transaction one, SandboxSwitches switches) =>
        one.State == TransactionState.Refunded
        || (one.State == one.PartiallyRefunded && switches.RefundedWhenPartial)
        || (one.State == TransactionState.Completed && one.RefundedAmount == one.Amount);

    internal static string Instant(DateTimeOffset at) =>
        at.ToOffset(Nepal).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);
}
