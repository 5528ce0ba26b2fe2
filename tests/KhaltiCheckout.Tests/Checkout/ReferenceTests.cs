using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Checkout;

/// <summary>A reference belongs to one order, until nobody has paid that order and nobody can any more.</summary>
public sealed class ReferenceTests
{
    private const string Orders = "/api/v1/orders";

    private static object Bill => new { lines = new[] { new { name = "Tea", unitPrice = 15_000, quantity = 1 } }, reference = "bill-7" };

    [Theory]
    [InlineData("cancelled")]
    [InlineData("expired")]
    public async Task An_unpaid_closed_order_frees_its_reference(string became)
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "00:10:00"));
        JsonNode first = await shop.GivenOrderAsync(KeyHolding.SettingsKey, Bill);
        await GiveUpAsync(shop, first, became);

        JsonNode second = await shop.GivenOrderAsync(KeyHolding.SettingsKey, Bill);

        (await shop.ReadAsync(first)).Status().ShouldBe(became);
        (await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Orders, Bill)).ShouldBeProblem(409, "reference_taken");
        (await shop.SearchAsync("bill-7")).ShouldBe([second.Id(), first.Id()], ignoreOrder: true);
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("expired")]
    public async Task A_late_payment_counts_for_an_order_that_freed_its_reference(string became)
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "00:10:00"));
        JsonNode first = await shop.GivenOrderAsync(KeyHolding.SettingsKey, Bill);
        string pidx = await shop.GivenLinkAsync(first);
        await GiveUpAsync(shop, first, became);
        JsonNode second = await shop.GivenOrderAsync(KeyHolding.SettingsKey, Bill);

        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));

        (await shop.ReadAsync(first)).Status().ShouldBe("paid");
        (await shop.AttentionAsync(first)).ShouldBe("paid_late");
        (int status, JsonNode paid) = await shop.VerifyAsync(second, await shop.Sandbox.ConfirmedTokenAsync(15_000, second.Id()));
        (status, paid.Status()).ShouldBe((200, "paid"));
        ((string?)(await shop.ReadAsync(first))["reference"]).ShouldBe("bill-7");
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("expired")]
    public async Task An_order_paid_late_keeps_its_reference(string became)
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "00:10:00"));
        JsonNode order = await shop.GivenOrderAsync(KeyHolding.SettingsKey, Bill);
        string pidx = await shop.GivenLinkAsync(order);
        await GiveUpAsync(shop, order, became);
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));

        (await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Orders, Bill)).ShouldBeProblem(409, "reference_taken");
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task Of_twenty_parallel_orders_one_takes_a_freed_reference()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        await shop.CancelAsync(await shop.GivenOrderAsync(KeyHolding.SettingsKey, Bill));

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number =>
            (number % 2 == 0 ? shop : other).SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Orders, Bill)));

        answers.Count(answer => answer.Status == 201).ShouldBe(1);
        answers.Where(answer => answer.Status != 201).ShouldAllBe(answer => answer.Status == 409);
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync(order => order.Status == OrderStatus.Pending))).ShouldBe(1);
    }

    private static async Task GiveUpAsync(Shop shop, JsonNode order, string became)
    {
        if (became == "cancelled")
        {
            (await shop.CancelAsync(order)).Status.ShouldBe(200);
        }
        else
        {
            await shop.PassAfterAsync(TimeSpan.FromMinutes(11));
        }

        (await shop.ReadAsync(order)).Status().ShouldBe(became);
    }
}
