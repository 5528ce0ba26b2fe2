using KhaltiCheckout.BrowserTests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests.Pages;

/// <summary>The merchant's desk.</summary>
internal sealed class DeskPage(IPage page)
{
    /// <summary>The published development key.</summary>
    internal const string Key = "dev-admin-key-0000000000000000";

    /// <summary>For a shop with a public address, which refuses the published one.</summary>
    internal const string MerchantKey = "a-key-of-the-merchant-0123456789";

    internal IPage Page => page;

    internal ILocator KeyField => page.Locator("#key");

    internal ILocator Search => page.Locator("#q");

    internal ILocator Rows => page.Locator(".orders tbody tr");

    internal ILocator Status => page.Locator("#order-status");

    internal ILocator Notice => page.Locator("#view .notice[tabindex]");

    internal ILocator Dialog => page.Locator("dialog");

    internal ILocator Effect => page.Locator("#refund-effect");

    internal ILocator Send => Dialog.Locator("[type=submit]");

    internal ILocator Timeline => page.Locator("#timeline li");

    /// <summary>The only one of this name outside a dialog, or the first.</summary>
    internal ILocator Button(string name) => page.Locator("#view").GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).First;

    internal static async Task<DeskPage> OpenAsync(Visit visit, string address = "/admin/", string key = Key)
    {
        visit.Expecting("status of 401", "answer: 401 GET"); // who am I? nobody yet
        DeskPage desk = new(await visit.Context.NewPageAsync());
        await desk.Page.GotoAsync(address);
        await desk.SignInAsync(key);
        return desk;
    }

    internal async Task SignInAsync(string key = Key)
    {
        await KeyField.FillAsync(key);
        await page.Locator(".sign-in [type=submit]").ClickAsync();
        await Expect(page.Locator("#nav a").First).ToBeVisibleAsync();
    }

    internal async Task FindAsync(string text)
    {
        await Search.FillAsync(text);
        await Search.PressAsync("Enter");
        await Expect(page)
            .ToHaveURLAsync(
                new Uri(new Uri(page.Url), "/admin/?q=" + Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal))
                .AbsoluteUri);
        await Expect(page.Locator(".results .loading")).ToHaveCountAsync(0);
    }

    internal async Task OpenOrderAsync(string id)
    {
        await page.GotoAsync($"/admin/?order={id}");
        await Expect(Timeline.First).ToBeVisibleAsync();
    }

    /// <summary>Opens the question how much to refund, and answers it with a part, or all.</summary>
    internal async Task AskRefundAsync(string? part = null)
    {
        await Button("Give money back").ClickAsync();
        if (part is not null)
        {
            await page.Locator("#refund-part").CheckAsync();
            await page.Locator("#refund-amount").FillAsync(part);
        }
    }
}
