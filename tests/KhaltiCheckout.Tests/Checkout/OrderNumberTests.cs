using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Checkout;

/// <summary>The short number of an order, for people.</summary>
public sealed class OrderNumberTests
{
    [Fact]
    public async Task Every_order_has_a_short_number_of_its_own_that_shopper_and_merchant_see()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode first = await shop.GivenOrderAsync();
        JsonNode second = await shop.GivenOrderAsync();

        string number = (string)first["number"]!;
        number.ShouldMatch("^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$");
        ((string)second["number"]!).ShouldNotBe(number);
        ((string?)(await shop.ReadAsync(first))["number"]).ShouldBe(number);
        JsonNode listed = (await shop.AsMerchantAsync("/api/v1/admin/orders?q=" + number)).Json["data"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)listed["id"], (string?)listed["number"]).ShouldBe((first.Id(), number));
    }

    [Theory]
    [InlineData("HZ9D-7DQV", "HZ9D7DQV")]
    [InlineData("oil0-OIL1", "01100111")]
    [InlineData("HZ9D-7DQ", null)]
    [InlineData("HZ9D-7DQVA", null)]
    [InlineData("HZ9D-7DQU", null)]
    public void A_typed_number_is_read_as_crockford_says(string typed, string? number) => OrderNumber.Parse(typed).ShouldBe(number);
}
