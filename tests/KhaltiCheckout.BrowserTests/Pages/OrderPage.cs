using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests.Pages;

/// <summary>One order: pay it, or see how it stands.</summary>
internal sealed class OrderPage(IPage page)
{
    internal IPage Page => page;

    internal string Id => page.Url.Split("id=")[1];

    internal ILocator Status => page.Locator("#order-status");

    internal ILocator Title => page.Locator("#status-title");

    internal ILocator Text => page.Locator("#status-text");

    internal ILocator Note => page.Locator("#status-note");

    internal ILocator Why => page.Locator("#status-why");

    internal ILocator PayButton => page.Locator("#pay-with-khalti");

    internal ILocator LinkButton => page.Locator("#pay-with-epayment");

    internal ILocator PayPanel => page.Locator("#pay-panel");

    internal ILocator Receipt => page.Locator("#receipt");

    internal Widget Widget => new(page);

    internal WayOut WayOut => new(page);

    /// <summary>What tests from outside hold on to: the order's status and its newest payment's.</summary>
    internal async Task ShouldStandAsync(string status, string payment)
    {
        await Expect(Status).ToHaveAttributeAsync("data-status", status);
        await Expect(Status).ToHaveAttributeAsync("data-payment", payment);
    }

    /// <summary>The page's own name for what it tells the shopper.</summary>
    internal Task ShouldTellAsync(string state) => Expect(Status).ToHaveAttributeAsync("data-state", state);

    /// <summary>When the shop has said what came of this page's payment: then it has written down what it knows, and when it
    /// asks again. The page is told of the payment before.</summary>
    internal Task VerifiedAsync() => page.WaitForResponseAsync("**/api/v1/payments/verify");

    internal async Task<Widget> OpenWidgetAsync()
    {
        await PayButton.ClickAsync();
        await Expect(Widget.Mobile).ToBeVisibleAsync();
        return Widget;
    }

    internal async Task<KhaltiPage> GoToKhaltiAsync()
    {
        await LinkButton.ClickAsync();
        return await KhaltiPage.ReachedAsync(page);
    }

    internal async Task CancelAsync()
    {
        await page.Locator("#cancel").ClickAsync();
        await page.Locator("#cancel-yes").ClickAsync();
    }

    /// <summary>Nothing on the page lets the shopper pay.</summary>
    internal async Task ShouldNotOfferToPayAsync()
    {
        await Expect(PayButton).ToBeHiddenAsync();
        await Expect(LinkButton).ToBeHiddenAsync();
        await Expect(PayPanel).ToBeHiddenAsync();
    }
}
