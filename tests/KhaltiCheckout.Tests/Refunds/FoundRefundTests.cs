using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Refunds;

/// <summary>Money that was refunded in Khalti's dashboard, without our doing.</summary>
public sealed class FoundRefundTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_full_dashboard_refund_is_recorded_and_not_repeated(bool byLink)
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string idx) = await GivenPaidAsync(shop, byLink);
        await shop.Sandbox.PostAsync($"/_sandbox/transactions/{idx}/state", new { state = "Refunded" });

        (int status, JsonNode refusal) = await shop.RefundAsync(order);

        status.ShouldBe(409);
        refusal.Code().ShouldBe("not_refundable");
        JsonNode after = await shop.ReadAsync(order);
        after.Status().ShouldBe("refunded");
        ((long)after["amountRefunded"]!).ShouldBe(RefundSteps.TeaPrice);
        (await shop.AttentionAsync(order)).ShouldBe("refunded_at_khalti");
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(0);
        (await shop.TimelineAsync(order)).ShouldContain("refund_found");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_partial_dashboard_refund_is_recorded_and_the_rest_refundable(bool byLink)
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string idx) = await GivenPaidAsync(shop, byLink);
        await DashboardPartAsync(shop, idx, byLink, 4000);

        (int status, JsonNode refund) = await shop.RefundAsync(order);

        status.ShouldBe(201, refund.ToJsonString());
        ((long)refund["amount"]!).ShouldBe(RefundSteps.TeaPrice - 4000);
        (await shop.ReadAsync(order)).Status().ShouldBe("refunded");
        (await shop.AttentionAsync(order)).ShouldBe("refunded_at_khalti");
        (await shop.Sandbox.ListAsync("/_sandbox/transactions")).Sum(transaction => (long)transaction["refundedAmount"]!)
            .ShouldBe(RefundSteps.TeaPrice);
    }

    [Fact]
    public async Task A_dashboard_refund_of_unknown_amount_blocks_refunds_until_recorded()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.Sandbox.SwitchAsync(new { refundsAsChildren = false });
        (JsonNode order, string idx) = await GivenPaidAsync(shop, byLink: false);
        await DashboardPartAsync(shop, idx, byLink: false, 4000);

        (int status, JsonNode refusal) = await shop.RefundAsync(order, 100);
        JsonNode noted = await shop.ReadAsync(order);
        string paymentId = (string)noted.Payment()["id"]!;
        (int tooMuch, _) = await FoundAsync(shop, paymentId, RefundSteps.TeaPrice);
        (int recorded, JsonNode found) = await FoundAsync(shop, paymentId, 4000);
        (int rest, JsonNode refund) = await shop.RefundAsync(order, 100);

        status.ShouldBe(409);
        refusal.Code().ShouldBe("not_refundable");
        noted.Status().ShouldBe("partially_refunded");
        noted.PaymentStatus().ShouldBe("partially_refunded");
        (await shop.AttentionAsync(order)).ShouldBe("refunded_at_khalti");
        tooMuch.ShouldBe(422);
        recorded.ShouldBe(201, found.ToJsonString());
        ((string)found["origin"]!).ShouldBe("khalti");
        rest.ShouldBe(201, refund.ToJsonString());
        ((long)(await shop.ReadAsync(order))["amountRefunded"]!).ShouldBe(4100);
    }

    [Fact]
    public async Task A_dashboard_refund_unknown_to_Khalti_cannot_be_recorded()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();

        (int status, JsonNode refusal) = await FoundAsync(shop, (string)order.Payment()["id"]!, 4000);

        status.ShouldBe(409);
        refusal.Code().ShouldBe("not_refundable");
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_lost_refund_and_a_dashboard_refund_are_both_recorded()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string idx) = await GivenPaidAsync(shop, byLink: false);
        await shop.Sandbox.FaultAsync("refund", "drop_after", times: 1);
        (_, JsonNode refund) = await shop.RefundAsync(order, 5000);
        await shop.Sandbox.PostAsync($"/_sandbox/transactions/{idx}/state", new { state = "Refunded" });

        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));

        ((string)(await shop.ReadRefundAsync(refund))["status"]!).ShouldBe("completed");
        JsonNode after = await shop.ReadAsync(order);
        after.Status().ShouldBe("refunded");
        (await shop.InDatabaseAsync(db => Task.FromResult(db.Refunds.ToList().Sum(row => (long)row.Amount))))
            .ShouldBe(RefundSteps.TeaPrice);
        (await shop.AttentionAsync(order)).ShouldBe("refunded_at_khalti");
    }

    [Fact]
    public async Task A_contradiction_about_a_refund_raises_attention()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string idx) = await GivenPaidAsync(shop, byLink: false);
        (await shop.RefundAsync(order, 5000)).Status.ShouldBe(201);
        await shop.Sandbox.PostAsync($"/_sandbox/transactions/{idx}/state", new { state = "Completed", refundedAmount = 0, force = true });

        (int status, JsonNode refusal) = await shop.RefundAsync(order, 100);

        status.ShouldBe(409);
        refusal.Code().ShouldBe("not_refundable");
        (await shop.AttentionAsync(order)).ShouldBe("unknown_state");
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(1);
    }

    private static Task<(int Status, JsonNode Body)> FoundAsync(Shop shop, string paymentId, long amount) =>
        shop.WithKeyAsync(
            HttpMethod.Post, $"/api/v1/admin/payments/{paymentId}/refunds-found", new { amount, note = "by phone, in the dashboard" });

    private static Task<JsonNode> DashboardPartAsync(Shop shop, string idx, bool byLink, long amount) =>
        shop.Sandbox.PostAsync(
            $"/_sandbox/transactions/{idx}/state",
            new { state = byLink ? "Partially Refunded" : "Partially refunded", refundedAmount = amount });

    private static async Task<(JsonNode Order, string Idx)> GivenPaidAsync(Shop shop, bool byLink)
    {
        JsonNode order = byLink ? (await shop.GivenPaidByLinkAsync()).Order : (await shop.GivenPaidAsync()).Order;
        return (order, (string)order.Payment()["transactionId"]!);
    }
}
