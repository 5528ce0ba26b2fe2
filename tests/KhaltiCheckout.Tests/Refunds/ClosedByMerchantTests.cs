using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Refunds;

/// <summary>No order waits for ever: what no rule can settle, a person can.</summary>
public sealed class ClosedByMerchantTests
{
    [Theory]
    [InlineData("Refunded", "refunded")]
    [InlineData("Frozen", "failed")]
    public async Task A_payment_that_no_rule_could_settle_is_over_when_a_person_has_looked(string state, string becomes)
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
    public async Task While_Khalti_has_money_of_it_looking_does_not_close_a_payment()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        string token = await shop.Sandbox.ConfirmedTokenAsync(RefundSteps.TeaPrice, "ord_of_somebody_else");
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);

        (_, JsonNode resolved) = await shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/resolve", new { note = "looked" });
        (int status, JsonNode refund) = await shop.RefundAsync(order);

        resolved.PaymentStatus().ShouldBe("needs_review");
        status.ShouldBe(201, refund.ToJsonString());
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("refunded");
    }
}
