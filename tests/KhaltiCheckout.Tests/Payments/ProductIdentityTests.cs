using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Payments;

/// <summary>Khalti has completed a payment and its record, which says what was paid for, can't be read.</summary>
public sealed class ProductIdentityTests
{
    [Fact]
    public async Task A_payment_without_a_record_pays_once_the_record_is_found()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("detail", "error", status: 404);

        (int status, JsonNode waiting) = await shop.VerifyAsync(order, token);

        (status, waiting.Status(), waiting.PaymentStatus()).ShouldBe((202, "pending", "verifying"));
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await AttentionAsync(shop, order)).ShouldBeNull();
    }

    [Fact]
    public async Task A_payment_whose_record_is_never_found_goes_to_review()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("detail", "error", status: 404);
        await shop.VerifyAsync(order, token);
        for (int minute = 0; minute < 8; minute++)
        {
            await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        }

        JsonNode held = await shop.ReadAsync(order);
        (held.Status(), held.PaymentStatus(), (string?)held.Payment()["khaltiState"]).ShouldBe(("pending", "needs_review", "Completed"));
        held.Payment()["transactionId"].ShouldNotBeNull("the money can be refunded");
        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.UnknownState);

        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromHours(1.2));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_lost_payment_is_not_matched_with_an_unreadable_record()
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        string second = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        await shop.Sandbox.ForceStateAsync(second, "Completed");
        string own = (string)(await shop.Sandbox.TransactionAsync(token))["idx"]!;
        await shop.Sandbox.SwitchAsync(new { verifyAgain = "invalidToken" });
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        wire.UnknownTransaction = own;

        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));

        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("needs_review", "either of the two may be it");
    }

    [Theory]
    [InlineData("detail", 404)]
    [InlineData("detail", 500)]
    [InlineData("list", 500)]
    public async Task A_failed_payment_completed_at_Khalti_is_checked_until_it_pays(string unread, int answer)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await GivenFailedThenCompletedAsync(shop);
        await shop.Sandbox.SwitchAsync(new { verifyAgain = unread == "list" ? "invalidToken" : "replay" });
        await shop.Sandbox.FaultAsync(unread, "error", status: answer);

        await CheckAsync(shop, order);

        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("failed");
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await AttentionAsync(shop, order)).ShouldBeNull();
    }

    [Fact]
    public async Task A_failed_payment_completed_without_a_record_goes_to_review()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await GivenFailedThenCompletedAsync(shop);
        await shop.Sandbox.FaultAsync("detail", "error", status: 404);

        await CheckAsync(shop, order);

        await PassMinutesAsync(shop, 16);
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("needs_review");
        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.UnknownState);
    }

    [Fact]
    public async Task A_closed_payment_completed_without_a_record_goes_to_review()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.ForceStateAsync(token, "Frozen");
        await shop.VerifyAsync(order, token);
        string resolve = $"/api/v1/admin/orders/{order.Id()}/resolve";
        (await shop.AsMerchantAsync(HttpMethod.Post, resolve, new { note = "looked" })).Status.ShouldBe(200);
        await shop.Sandbox.ForceStateAsync(token, "Completed");
        await shop.Sandbox.FaultAsync("detail", "error", status: 404);

        await CheckAsync(shop, order);

        await PassMinutesAsync(shop, 16);
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("needs_review", "who closed it did not know of this");
        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.UnknownState);
    }

    private static async Task<JsonNode> GivenFailedThenCompletedAsync(Shop shop)
    {
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.ForceStateAsync(token, "Failed");
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(402);
        await shop.Sandbox.ForceStateAsync(token, "Completed");
        return order;
    }

    private static async Task CheckAsync(Shop shop, JsonNode order)
    {
        string payment = (await shop.ReadAsync(order)).Payment().Id();
        (await shop.AsMerchantAsync(HttpMethod.Post, $"/api/v1/admin/payments/{payment}/check")).Status.ShouldBe(200);
    }

    private static async Task PassMinutesAsync(Shop shop, int minutes)
    {
        for (int minute = 0; minute < minutes; minute += 2)
        {
            await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        }
    }

    private static Task<AttentionReason?> AttentionAsync(Shop shop, JsonNode order)
    {
        string id = order.Id();
        return shop.InDatabaseAsync(db => db.Orders.Where(one => one.Id == id).Select(one => one.Attention).SingleAsync());
    }
}
