using System.Text.Json.Nodes;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Payments;

/// <summary>Khalti has completed a payment and its record, which says what was paid for, can't be read.</summary>
public sealed class ProductIdentityTests
{
    [Fact]
    public async Task A_payment_whose_record_Khalti_does_not_find_pays_when_it_is_found()
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
    public async Task A_payment_whose_record_is_never_found_is_held_and_asked_about_on()
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
        (await AttentionAsync(shop, order)).ShouldBe(Attention.UnknownState);

        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromHours(1.2));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_lost_payment_is_not_taken_for_another_whose_record_can_not_be_read()
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

    private static Task<Attention?> AttentionAsync(Shop shop, JsonNode order)
    {
        string id = order.Id();
        return shop.InDatabaseAsync(db => db.Orders.Where(one => one.Id == id).Select(one => one.Attention).SingleAsync());
    }
}
