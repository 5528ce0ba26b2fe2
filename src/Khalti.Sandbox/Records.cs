using System.Globalization;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>The JSON of a transaction in verify, list and detail.</summary>
internal sealed class Records(Merchants merchants, Payers payers, SandboxBehaviour behaviour)
{
    private static readonly TimeSpan Nepal = new(5, 45, 0);

    internal JsonObject Record(Transaction one)
    {
        Merchant merchant = merchants.ByIdx(one.MerchantIdx);
        JsonObject type = one.FromWallet
            ? Type(behaviour.WalletTypeIdx, "Wallet payment")
            : Type(Ids.For("type Ebanking payment"), "Ebanking payment");
        return Record(
            one.Idx, type, one.RecordState, one.Amount, one.Fee, IsRefunded(one, behaviour),
            one.CreatedOn, User(one), Shop(merchant));
    }

    /// <summary>The record with the undocumented fields that verify answered in 2023.</summary>
    internal JsonObject Verified(Transaction one)
    {
        JsonObject record = Record(one);
        if (behaviour.ExtraVerifyFields)
        {
            record["token"] = one.Token;
            record["cashback"] = 0;
            record["reference"] = null;
            record["remarks"] = null;
            record["product_identity"] = one.ProductIdentity;
        }

        return record;
    }

    internal JsonObject Detail(Transaction one, IReadOnlyList<Refund> refunds)
    {
        JsonObject record = Record(one);
        record["can_refund"] = one.RecordState is TransactionState.Completed or TransactionState.PartiallyRefunded;
        record["can_complete"] = one.State == TransactionState.Confirmed;
        JsonObject[] fee = one.FeeIdx is null || one.Fee == 0 ? [] : [Fee(one, one.FeeIdx)];
        JsonObject[] refunded = behaviour.RefundsAsChildren ? [.. refunds.Select(refund => Refunded(one, refund))] : [];
        record["child_transactions"] = new JsonArray([.. fee, .. refunded]);
        record["meta"] = Meta(one);
        return record;
    }

    /// <summary>The record of the API before v2, with its names source and destination added. Official plugins read either.</summary>
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

    private JsonObject Fee(Transaction one, string idx)
    {
        Merchant merchant = merchants.ByIdx(one.MerchantIdx);
        JsonObject fee = Record(
            idx, Type("YpwbDVqAnH42odGZmT5vZ8", "Fee"), TransactionState.Completed, one.Fee, fee: 0, refunded: false,
            one.CreatedOn, Shop(merchant), Party(Ids.For("khalti"), "", "wallet@khalti.com"));
        fee["meta"] = null;
        return fee;
    }

    /// <summary>A refund as a child transaction from the merchant to the payer, modelled on the fee; no sample shows one.</summary>
    private JsonObject Refunded(Transaction one, Refund refund)
    {
        JsonObject child = Record(
            refund.Idx, Type(Ids.For("type Refund"), "Refund"), TransactionState.Completed, refund.Amount, fee: 0, refunded: false,
            refund.CreatedOn, Shop(merchants.ByIdx(one.MerchantIdx)),
            refund.Mobile is { } mobile ? User(mobile) : User(one));
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

    /// <summary>The state with its id: three are known from Khalti's documents, the others are ours.</summary>
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

    private JsonObject User(Transaction one) => one.FromWallet
        ? User(one.Mobile)
        : Party(Ids.For("bank rail " + one.PaidWith), one.PaidWith!, Payer.NoMobile);

    private JsonObject User(string mobile) => Party(
        Ids.For("payer " + mobile), payers.Of(mobile).Name, behaviour.MaskMobileInRecords ? Payer.Mask(mobile) : mobile);

    private static JsonObject Shop(Merchant merchant) => Party(merchant.Idx, merchant.Name, merchant.Email);

    private static JsonObject Party(string idx, string name, string mobile) =>
        new() { ["idx"] = idx, ["name"] = name, ["mobile"] = mobile };

    /// <summary>The <c>refunded</c> flag. A test may force it together with Completed, which contradict each other.</summary>
    internal static bool IsRefunded(Transaction one, SandboxBehaviour behaviour) =>
        one.State == TransactionState.Refunded
        || (one.State == one.PartiallyRefunded && behaviour.RefundedWhenPartial)
        || (one.State == TransactionState.Completed && one.RefundedAmount == one.Amount);

    internal static string Instant(DateTimeOffset at) =>
        at.ToOffset(Nepal).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);
}
