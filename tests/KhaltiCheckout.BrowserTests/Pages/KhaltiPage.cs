using KhaltiCheckout.BrowserTests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests.Pages;

/// <summary>Khalti's own payment page, as the sandbox plays it.</summary>
internal sealed class KhaltiPage(IPage page)
{
    internal IPage Page => page;

    internal string Pidx => page.Url.Split("pidx=")[1];

    internal ILocator Amount => page.Locator("#amount");

    internal ILocator ClosedTitle => page.Locator("#closed-title");

    /// <summary>Once the shop has sent the shopper here.</summary>
    internal static async Task<KhaltiPage> ReachedAsync(IPage page)
    {
        await page.PingAsync("/\\?pidx=");
        return new KhaltiPage(page);
    }

    internal Task ShouldBeOpenAsync() => Expect(page.Locator("#mobile")).ToBeVisibleAsync();

    /// <summary>By wallet: mobile number, PIN, code.</summary>
    internal async Task PayAsync()
    {
        await page.Locator("#mobile").FillAsync(Widget.TestMobile);
        await page.Locator("#pin").FillAsync(Widget.TestPin);
        await page.Locator("#pay").ClickAsync();
        await page.Locator("#code").FillAsync(Widget.TestCode);
        await page.Locator("#pay").ClickAsync();
    }

    internal Task PayFromBankAsync() => page.Locator("[data-mode=EBANKING]").ClickAsync();

    /// <param name="outcome">canceled, pending, failed or expired.</param>
    internal Task EndAsync(string outcome) => page.Locator($"[data-outcome={outcome}]").ClickAsync();
}
