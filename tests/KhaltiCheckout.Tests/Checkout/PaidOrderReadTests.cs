using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Checkout;

/// <summary>An order is read a moment after it was paid, from the rows that were saved then, if they are current.</summary>
public sealed class PaidOrderReadTests
{
    [Fact]
    public async Task An_order_that_was_just_paid_is_shown_as_the_database_has_it()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        shop.Clock.Advance(TimeSpan.FromTicks(7)); // less than a database can hold
        (JsonNode paid, string _) = await shop.GivenPaidAsync();

        string shown = (await shop.ReadAsync(paid)).ToJsonString();

        shown.ShouldBe(paid.ToJsonString());
        shown.ShouldBe((await other.ReadAsync(paid)).ToJsonString());
        shown.ShouldBe((await shop.ReadAsync(paid)).ToJsonString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_refunded_since_is_seen_at_once(bool inAnotherProcess)
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        (JsonNode paid, string _) = await shop.GivenPaidAsync();

        (await (inAnotherProcess ? other : shop).RefundAsync(paid)).Status.ShouldBe(201);

        JsonNode seen = await shop.ReadAsync(paid);
        (seen.Status(), (long)seen["amountRefunded"]!).ShouldBe(("refunded", RefundSteps.TeaPrice));
        seen.ToJsonString().ShouldBe((await other.ReadAsync(paid)).ToJsonString());
    }

    [Fact]
    public async Task A_change_of_a_payment_alone_is_seen_at_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string _) = await shop.GivenPaidAsync();
        await shop.SqlAsync(
            $"""UPDATE "Payments" SET "Version" = "Version" + 1, "KhaltiState" = 'Looked at' WHERE "OrderId" = {paid.Id()}""");

        ((string?)(await shop.ReadAsync(paid))["payments"]![0]!["khaltiState"]).ShouldBe("Looked at");
    }
}
