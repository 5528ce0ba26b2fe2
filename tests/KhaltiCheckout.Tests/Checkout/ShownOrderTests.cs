using System.Text.Json.Nodes;
using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Checkout;

/// <summary>Whoever has paid looks at the order a moment later: what was shown then is shown again, if it is still so.</summary>
public sealed class ShownOrderTests
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

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task It_is_kept_for_one_look_and_read_for_every_other()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string _) = await shop.GivenPaidAsync();
        (Order order, ShownOrder shown) = await TakeAsync(shop, paid);
        shown.State.ShouldBe(order.StoredState);

        Keep(shop, order, shown with { View = shown.View with { Reference = "only here" } });

        ((string?)(await shop.ReadAsync(paid))["reference"]).ShouldBe("only here");
        ((string?)(await shop.ReadAsync(paid))["reference"]).ShouldBeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_given_back_since_is_seen_at_once(bool inAnotherProcess)
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
    public async Task What_changed_of_a_payment_alone_is_seen_too()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string _) = await shop.GivenPaidAsync();
        await shop.SqlAsync($"""UPDATE "Payments" SET "Version" = "Version" + 1, "KhaltiState" = 'Looked at' WHERE "OrderId" = {paid.Id()}""");

        ((string?)(await shop.ReadAsync(paid))["payments"]![0]!["khaltiState"]).ShouldBe("Looked at");
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task Who_asks_for_the_order_itself_is_not_given_what_was_shown_nor_the_other_way_round()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string _) = await shop.GivenPaidAsync();
        RecentOrders recent = Recent(shop);

        recent.Take<Order>(paid.Id()).ShouldBeNull();
        recent.Take<ShownOrder>(paid.Id()).ShouldNotBeNull();
        JsonNode placed = await shop.GivenOrderAsync();
        recent.Take<ShownOrder>(placed.Id()).ShouldBeNull();
        recent.Take<Order>(placed.Id()).ShouldNotBeNull();
    }

    private static RecentOrders Recent(Shop shop) => shop.Services.GetRequiredService<CheckoutStore>().Recent!;

    private static void Keep(Shop shop, Order order, ShownOrder shown) => Recent(shop).Keep(order, shown);

    private static async Task<(Order Order, ShownOrder Shown)> TakeAsync(Shop shop, JsonNode paid)
    {
        ShownOrder shown = Recent(shop).Take<ShownOrder>(paid.Id())!;
        Order? order = await shop.Services.GetRequiredService<CheckoutStore>()
            .ReadAsync(sql => sql.FindOrderAsync(paid.Id(), OrderParts.All), TestContext.Current.CancellationToken);
        return (order!, shown);
    }
}
