using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests.Support;

internal static class Reach
{
    /// <summary>
    /// Waits until a click has led the page to an address and all of it is there. WaitForURLAsync looks first and listens then:
    /// a page that goes in between is missed.
    /// </summary>
    internal static async Task ReachAsync(this IPage page, string address)
    {
        await Expect(page).ToHaveURLAsync(new Regex(address, RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.WaitForLoadStateAsync();
    }
}
