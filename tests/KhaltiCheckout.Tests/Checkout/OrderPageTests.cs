using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Checkout;

/// <summary>What the order page says to a browser that runs no script.</summary>
public sealed class OrderPageTests
{
    [Fact]
    public async Task The_page_of_a_paid_order_says_so_without_script()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenPaidAsync();

        string page = await PageAsync(shop, order.Id());

        page.ShouldContain("data-status=\"paid\" data-payment=\"completed\"");
        page.ShouldContain("Paid. Khalti has confirmed your payment.");
        page.ShouldContain(order.Id());
        page.ShouldNotContain("http-equiv=\"refresh\"");
        page.ShouldNotContain(token);
    }

    [Fact]
    public async Task While_the_outcome_is_unknown_the_page_warns_and_reloads()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        await shop.VerifyAsync(order, token);

        string page = await PageAsync(shop, order.Id());

        page.ShouldContain("data-status=\"pending\" data-payment=\"verifying\"");
        page.ShouldContain("do not pay again");
        page.ShouldContain("फेरि भुक्तानी नगर्नुहोस्");
        page.ShouldContain("http-equiv=\"refresh\"");
    }

    [Fact]
    public async Task The_page_of_a_pending_or_cancelled_order_says_that_nothing_was_charged()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();

        string waiting = await PageAsync(shop, order.Id());
        await shop.CancelAsync(order);
        string cancelled = await PageAsync(shop, order.Id());

        waiting.ShouldContain("data-status=\"pending\" data-payment=\"\"");
        waiting.ShouldContain("Nothing has been charged");
        cancelled.ShouldContain("Cancelled. Nothing was charged");
    }

    [Theory]
    [InlineData("")]
    [InlineData("?id=")]
    [InlineData("?id=ord_01k9x4c7qmf3t8v5z2w6y1n0ah")]
    [InlineData("?id=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")]
    public async Task The_page_of_an_unknown_order_does_not_repeat_its_id(string query)
    {
        await using Shop shop = await Shop.OpenAsync();

        string page = await shop.Http.GetStringAsync("/order.html" + query, TestContext.Current.CancellationToken);

        page.ShouldContain("names no order that this shop knows");
        page.ShouldNotContain("alert(1)");
        page.ShouldContain("data-status=\"\" data-payment=\"\"");
    }

    [Fact]
    public async Task The_order_page_is_not_cached()
    {
        await using Shop shop = await Shop.OpenAsync();

        using HttpResponseMessage answer = await shop.Http.GetAsync("/order.html", TestContext.Current.CancellationToken);

        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
    }

    private static Task<string> PageAsync(Shop shop, string id) =>
        shop.Http.GetStringAsync($"/order.html?id={id}", TestContext.Current.CancellationToken);
}
