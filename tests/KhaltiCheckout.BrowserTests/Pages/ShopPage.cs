using KhaltiCheckout.BrowserTests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests.Pages;

/// <summary>The catalogue and its basket.</summary>
internal sealed class ShopPage(IPage page)
{
    internal IPage Page => page;

    internal ILocator Card(string productId) => page.Locator($"#products [data-product={productId}]");

    internal ILocator Line(string productId) => page.Locator($"#basket-lines [data-product={productId}]");

    internal ILocator AddButton(string productId) => Card(productId).GetByRole(AriaRole.Button);

    internal ILocator LastOrder => page.Locator("#last-order");

    internal ILocator PlaceOrder => page.Locator("#place-order");

    internal async Task AddAsync(string productId)
    {
        await AddButton(productId).ClickAsync();
        await Expect(Line(productId)).ToBeVisibleAsync();
    }

    internal async Task<OrderPage> PlaceOrderAsync()
    {
        await PlaceOrder.ClickAsync();
        return await PlacedAsync();
    }

    /// <summary>The order that was just placed, by click or by key.</summary>
    internal async Task<OrderPage> PlacedAsync()
    {
        await page.PingAsync("/order\\.html\\?id=ord_");
        return new OrderPage(page);
    }
}
