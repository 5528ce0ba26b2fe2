using KhaltiCheckout.BrowserTests.Support;

namespace KhaltiCheckout.BrowserTests;

/// <summary>
/// With Khalti's own widget, as published: its files under Khalti's own names, its calls answered by the sandbox.
/// </summary>
[Collection("Khalti's official widget")]
public sealed class OfficialWidgetTests(Browser browser) : PayingTests(browser)
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        (string? folder, string? missing) = await OfficialPackage.FindAsync();
        Need(missing);
        Browser.Front.Package = folder;
    }

    internal override async Task<Storefront> OpenAsync(params (string Key, string? Value)[] settings)
    {
        Storefront shop = await base.OpenAsync([.. settings, ("Khalti:Widget:ScriptUrl", KhaltiFront.Script)]);
        Browser.Front.Khalti = shop.SandboxAddress;
        return shop;
    }
}
