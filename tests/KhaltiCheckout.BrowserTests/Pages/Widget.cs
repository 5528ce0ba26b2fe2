using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests.Pages;

/// <summary>Khalti's window, the sandbox's own or the official one: same steps, other words.</summary>
internal sealed class Widget(IPage page)
{
    internal const string TestMobile = "9800000001";
    internal const string TestPin = "1111";
    internal const string TestCode = "987654";

    // A window that was given up stays in the page, empty and hidden.
    private const string FrameSelector = "iframe[id^='khalti-widget-']:visible";

    internal ILocator Frame => page.Locator(FrameSelector);

    private IFrameLocator Inside => page.FrameLocator(FrameSelector);

    internal ILocator Mobile => Field("Khalti mobile number", "Enter khalti registered number");

    internal ILocator Pin => Field("Khalti PIN", "Enter Khalti Pin");

    internal ILocator Code => Field("Confirmation code", "Enter Confirmation Code (OTP)");

    internal ILocator PayButton => Inside.Locator("#pay, #KHALTI button[type=submit], form:has([name=mobile]) button:visible").First;

    internal ILocator Body => Inside.Locator("body");

    internal ILocator CloseButton => Inside.Locator("#close, img[src*='close.svg']");

    internal async Task GiveWalletAsync(string pin = TestPin, string mobile = TestMobile)
    {
        await Mobile.FillAsync(mobile);
        await Pin.FillAsync(pin);
        await PayButton.ClickAsync();
    }

    internal async Task GiveCodeAsync(string code = TestCode)
    {
        await Code.FillAsync(code);
        await PayButton.ClickAsync();
    }

    internal async Task ReachCodeAsync()
    {
        await GiveWalletAsync();
        await Expect(Code).ToBeVisibleAsync();
    }

    internal async Task PayAsync()
    {
        await ReachCodeAsync();
        await GiveCodeAsync();
    }

    internal Task ShouldBeGoneAsync() => Expect(Frame).ToHaveCountAsync(0);

    private ILocator Field(string ours, string theirs) =>
        Inside.Locator($"input[placeholder='{ours}'], input[placeholder='{theirs}']").First;
}
