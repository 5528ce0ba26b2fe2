using Microsoft.Playwright;

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>A shopper without a mouse.</summary>
internal static class Keyboard
{
    /// <summary>Presses Tab until this has the focus.</summary>
    internal static async Task TabToAsync(this IPage page, ILocator target, int most = 60)
    {
        await target.WaitForAsync();
        for (int pressed = 0; pressed < most; pressed++)
        {
            if (await target.EvaluateAsync<bool>("node => node === document.activeElement && document.hasFocus()"))
            {
                return;
            }

            await page.Keyboard.PressAsync("Tab");
        }

        throw new ShouldAssertException($"{most} times Tab did not lead to {target}.");
    }

    internal static async Task TabAndPressAsync(this IPage page, ILocator target, string key)
    {
        await page.TabToAsync(target);
        await page.Keyboard.PressAsync(key);
    }

    internal static async Task TabAndTypeAsync(this IPage page, ILocator target, string text)
    {
        await page.TabToAsync(target);
        await page.Keyboard.TypeAsync(text);
    }
}
