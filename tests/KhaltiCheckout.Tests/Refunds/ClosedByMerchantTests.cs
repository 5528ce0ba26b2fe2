using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Refunds;

/// <summary>No order waits for ever: what no rule can settle, a person can.</summary>
public sealed class ClosedByMerchantTests
{
    [Theory]
    [InlineData("Refunded", "refunded")]
    [InlineData("Frozen", "failed")]
    public async Task A_payment_in_review_is_closed_by_the_merchant(string state, string becomes)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.SwitchAsync(new { verifyRefunded = "replay" });
        await shop.Sandbox.ForceStateAsync(token, state);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("needs_review");

        (int status, JsonNode resolved) = await shop.WithKeyAsync(
            HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/resolve", new { note = "Khalti was called: no money is there." });

        status.ShouldBe(200, resolved.ToJsonString());
        resolved["attention"].ShouldBeNull();
        resolved.PaymentStatus().ShouldBe(becomes);
        ((string)resolved["timeline"]!.AsArray()[^1]!["what"]!).ShouldBe("payment_closed");
        ((string)resolved["timeline"]!.AsArray()[^1]!["key"]!).ShouldBe("settings key 1");
        string another = await shop.Sandbox.ConfirmedTokenAsync(RefundSteps.TeaPrice, order.Id());
        (await shop.VerifyAsync(order, another)).Status.ShouldBe(200, "the order can be paid again");
    }

    [Fact]
    public async Task The_last_reason_of_a_payment_in_review_stays_open_while_Khalti_has_money()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await GivenHeldAsync(shop);

        (int refused, JsonNode problem) = await ResolveAsync(shop, order);
        (int status, JsonNode refund) = await shop.RefundAsync(order);
        (int late, JsonNode resolved) = await ResolveAsync(shop, order);

        (refused, problem.Code()).ShouldBe((409, "payment_still_held"));
        status.ShouldBe(201, refund.ToJsonString());
        late.ShouldBe(200, resolved.ToJsonString());
        resolved.PaymentStatus().ShouldBe("refunded");
        resolved["attention"].ShouldBeNull();
    }

    [Fact]
    public async Task The_last_reason_of_a_payment_in_review_stays_open_with_an_unknown_refund()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await GivenHeldAsync(shop);
        await shop.Sandbox.FaultAsync("refund", "drop_before", times: 1);
        (_, JsonNode refund) = await shop.RefundAsync(order);

        (int status, JsonNode problem) = await ResolveAsync(shop, order, closePayments: true);
        shop.Clock.Advance(TimeSpan.FromMinutes(16));
        await SettleAsFailedAsync(shop, refund);

        (status, problem.Code()).ShouldBe((409, "payment_still_held"));
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("needs_review");
        (await shop.ListAsync("?attention=any")).ShouldBe([order.Id()]);
        (await shop.RefundAsync(order)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task A_failed_refund_raises_a_reason_for_a_payment_in_review_without_one()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await GivenHeldAsync(shop);
        await shop.Sandbox.FaultAsync("refund", "drop_before", times: 1);
        (_, JsonNode refund) = await shop.RefundAsync(order);
        await shop.SqlAsync($"""UPDATE "AttentionReasons" SET "ResolvedAt" = "RaisedAt" WHERE "OrderId" = {order.Id()}""");
        await shop.SqlAsync($"""UPDATE "Orders" SET "Attention" = NULL WHERE "Id" = {order.Id()}""");

        shop.Clock.Advance(TimeSpan.FromMinutes(16));
        await SettleAsFailedAsync(shop, refund);

        JsonNode reason = (await shop.ReasonsAsync(order)).ShouldHaveSingleItem();
        ((string?)reason["reason"], (string?)reason["paymentId"]).ShouldBe(("unknown_state", (string?)refund["paymentId"]));
        (await shop.ListAsync("?attention=unknown_state")).ShouldBe([order.Id()]);
    }

    [Fact]
    public async Task A_payment_in_review_keeps_its_own_reason_when_the_orders_is_resolved()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await GivenHeldAsync(shop);
        await shop.SqlAsync($"""UPDATE "AttentionReasons" SET "PaymentId" = NULL WHERE "OrderId" = {order.Id()}""");

        (int status, JsonNode resolved) = await ResolveAsync(shop, order);

        status.ShouldBe(200, resolved.ToJsonString());
        JsonNode reason = resolved["reasons"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)reason["reason"], (string?)reason["paymentId"]).ShouldBe(("unknown_state", (string?)resolved.Payment()["id"]));
    }

    // Khalti's answer to the verify contradicts the order.
    private static async Task<JsonNode> GivenHeldAsync(Shop shop)
    {
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        string token = await shop.Sandbox.ConfirmedTokenAsync(RefundSteps.TeaPrice, "ord_of_somebody_else");
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("needs_review");
        return order;
    }

    private static Task<(int Status, JsonNode Body)> ResolveAsync(Shop shop, JsonNode order, bool closePayments = false) =>
        shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/resolve", new { note = "looked", closePayments });

    private static async Task SettleAsFailedAsync(Shop shop, JsonNode refund)
    {
        (int status, JsonNode settled) = await shop.WithKeyAsync(
            HttpMethod.Post, $"/api/v1/admin/refunds/{refund.Id()}/settle", new { outcome = "failed", note = "seen in the dashboard" });
        status.ShouldBe(200, settled.ToJsonString());
    }
}
