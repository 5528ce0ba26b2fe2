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
        return Record(
            one.Idx, Type(switches.WalletTypeIdx, "Wallet payment"), one.State, one.Amount, one.Fee, IsRefunded(one, switches),
            one.CreatedOn, User(one, switches), Party(merchant.Idx, merchant.Name, merchant.Email));
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

    internal static JsonObject Detail(Transaction one, SandboxSwitches switches)
    {
        JsonObject record = Record(one, switches);
        record["can_refund"] = one.State is TransactionState.Completed or TransactionState.PartiallyRefunded;
        record["can_complete"] = one.State == TransactionState.Confirmed;
        record["child_transactions"] = one.FeeIdx is null ? [] : new JsonArray(Fee(one, one.FeeIdx));
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
            one.CreatedOn, Party(merchant.Idx, merchant.Name, merchant.Email), Party(Ids.For("khalti"), "", "wallet@khalti.com"));
        fee["meta"] = null;
        return fee;
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

    private static JsonObject User(Transaction one, SandboxSwitches switches) => Party(
        Ids.For("payer " + one.Mobile), "Test User", switches.MaskMobileInRecords ? Payer.Mask(one.Mobile) : one.Mobile);

    private static JsonObject Party(string idx, string name, string mobile) =>
        new() { ["idx"] = idx, ["name"] = name, ["mobile"] = mobile };

    private static bool IsRefunded(Transaction one, SandboxSwitches switches) =>
        one.State == TransactionState.Refunded
        || (one.State == TransactionState.PartiallyRefunded && switches.RefundedWhenPartial);

    private static string Instant(DateTimeOffset at) =>
        at.ToOffset(Nepal).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);
}
