using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests.Pages;

/// <summary>The catalogue and its basket.</summary>
internal sealed class ShopPage(IPage page)
{
    internal IPage Page => page;

    internal ILocator Card(string productId) => page.Locator($"#products [data-product={productId}]");

    internal ILocator Line(string productId) => page.Locator($"#basket-lines [data-product={productId}]");

    internal ILocator PlaceOrder => page.Locator("#place-order");

    internal async Task AddAsync(string productId)
    {
        await Card(productId).GetByRole(AriaRole.Button).ClickAsync();
        await Expect(Line(productId)).ToBeVisibleAsync();
    }

    internal async Task<OrderPage> PlaceOrderAsync()
    {
        await PlaceOrder.ClickAsync();
        await page.WaitForURLAsync("**/order.html?id=ord_*");
        return new OrderPage(page);
    }
}
