using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests.Support;

internal static class Reach
{
    /// <summary>
    /// Waits until a click has led the page to an address and all of it is there. WaitForURLAsync and WaitForLoadStateAsync look
    /// first and listen then, and miss what happens in between: so the page itself is asked, again and again.
    /// </summary>
    internal static async Task PingAsync(this IPage page, string address)
    {
        await Expect(page).ToHaveURLAsync(new Regex(address, RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.WaitForFunctionAsync("() => document.readyState === 'complete'");
    }
}
