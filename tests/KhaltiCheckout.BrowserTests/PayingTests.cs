using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>What a shopper does and sees between the catalogue and the receipt, whichever widget the shop hosts.</summary>
public abstract class PayingTests(Browser browser) : BrowserTest(browser)
{
    [Theory]
    [InlineData(1280, "en")]
    [InlineData(1280, "ne")]
    [InlineData(360, "en")]
    [InlineData(360, "ne")]
    public async Task A_shopper_pays_from_the_catalogue_to_the_receipt(int width, string language)
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(width, language));
        ShopPage shop = await visit.OpenShopAsync();
        await shop.AddAsync("ilam-tea");

        OrderPage order = await shop.PlaceOrderAsync();
        await order.ShouldStandAsync("pending", "");
        Widget widget = await order.OpenWidgetAsync();
        await widget.PayAsync();

        await order.ShouldStandAsync("paid", "completed");
        await widget.ShouldBeGoneAsync();
        await Expect(order.Title).ToHaveTextAsync(language == "ne" ? "भुक्तानी भयो। धन्यवाद!" : "Paid. Thank you!");
        await Expect(order.Receipt).ToContainTextAsync(language == "ne" ? "रु\u00a0१८५" : "Rs\u00a0185");
        await order.ShouldNotOfferToPayAsync();
    }
}
