using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Checkout;

/// <summary>With a key a line may cost nothing, and a discount is a line that is taken off.</summary>
public sealed class DiscountTests
{
    private const string Orders = "/api/v1/orders";

    private static object Offer(long discount) => new
    {
        lines = new object[]
        {
            new { name = "Dashain offer", unitPrice = discount, quantity = 1, kind = "discount" },
            new { name = "Momo, 10 pieces", unitPrice = 18_000, quantity = 2, kind = "item" },
            new { name = "Chutney", unitPrice = 0, quantity = 1 },
        },
    };

    [Fact]
    public async Task A_discount_is_subtracted_and_a_free_line_is_kept()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:Pan", "600000001"), ("Store:VatPercent", "13"));

        JsonNode order = await shop.GivenOrderAsync(KeyHolding.SettingsKey, Offer(5_000));

        ((long)order["amount"]!).ShouldBe(31_000);
        order["lines"]!.AsArray().Select(line => ((string)line!["kind"]!, (long)line["amount"]!))
            .ShouldBe([("discount", 5_000), ("item", 36_000), ("item", 0)]);
        JsonNode read = await shop.ReadAsync(order);
        read.ToJsonString().ShouldBe(order.ToJsonString());
        (int status, JsonNode paid) = await shop.VerifyAsync(order, await shop.Sandbox.ConfirmedTokenAsync(31_000, order.Id()));
        (status, paid.Status()).ShouldBe((200, "paid"));
        paid["receipt"]!["vat"]!.ToJsonString().ShouldBe("""{"percent":13,"taxable":27434,"amount":3566}""");
        (await shop.RefundAsync(order)).Status.ShouldBe(201);
    }

    [Theory]
    [InlineData(36_001)]
    [InlineData(36_000)]
    [InlineData(35_001)]
    [InlineData(10_000_000_000)]
    public async Task Discounts_that_leave_a_total_out_of_range_are_refused(long discount)
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Orders, Offer(discount)))
            .ShouldBeProblem(422, "amount_out_of_range");

        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(0);
        (await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Orders, Offer(35_000))).Status.ShouldBe(201);
    }

    [Fact]
    public async Task An_order_of_discounts_only_is_refused()
    {
        await using Shop shop = await Shop.OpenAsync();
        object order = new { lines = new[] { new { name = "Offer", unitPrice = 5_000, quantity = 1, kind = "discount" } } };

        (await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Orders, order)).ShouldBeProblem(422, "amount_out_of_range");
    }

    [Fact]
    public async Task Product_details_are_sent_to_Khalti_only_if_they_add_up_to_the_amount()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode withFreeLine = await shop.GivenOrderAsync(KeyHolding.SettingsKey, new
        {
            lines = new object[]
            {
                new { name = "Momo", unitPrice = 18_000, quantity = 2 },
                new { name = "Chutney", unitPrice = 0, quantity = 1 }
            },
        });
        JsonNode withDiscount = await shop.GivenOrderAsync(KeyHolding.SettingsKey, Offer(5_000));

        foreach (JsonNode order in (JsonNode[])[withFreeLine, withDiscount])
        {
            string pidx = await shop.GivenLinkAsync(order);
            await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "completed"));
            (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        }

        string free = await AskedAsync(shop, withFreeLine);
        free.ShouldContain("product_details");
        free.ShouldNotContain("Chutney");
        string discounted = await AskedAsync(shop, withDiscount);
        discounted.ShouldNotContain("product_details");
        discounted.ShouldContain("Momo, 10 pieces and 1 more");
    }

    private static async Task<string> AskedAsync(Shop shop, JsonNode order) => (await shop.Sandbox.ListAsync("/_sandbox/requests"))
        .Where(one => (string?)one["operation"] == "epayment_initiate").Select(one => one.ToJsonString())
        .Single(request => request.Contains(order.Id(), StringComparison.Ordinal));

    [Fact]
    public async Task The_CSV_export_has_the_discount()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenOrderAsync(KeyHolding.SettingsKey, Offer(5_000));

        string table = (await shop.AsMerchantAsync("/api/v1/admin/orders.csv")).Text;

        table.ShouldContain("Dashain offer (-50.00); 2 x Momo, 10 pieces; 1 x Chutney");
        table.ShouldContain(",310.00,");
    }
}
