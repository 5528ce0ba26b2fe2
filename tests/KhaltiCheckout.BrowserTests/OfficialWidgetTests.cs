using KhaltiCheckout.BrowserTests.Support;

namespace KhaltiCheckout.BrowserTests;

/// <summary>
/// With Khalti's own widget, as published: its files under Khalti's own names, its calls answered by the sandbox.
/// </summary>
[Collection("Khalti's official widget")]
public sealed class OfficialWidgetTests(Browser browser) : PayingTests(browser)
{
    // Its waiting picture and that picture's place: our policy stops both, and nothing is lost.
    private protected override string[] HarmlessTroubles =>
        ["sha256-SITgL0EwdDoRLrtdssn5VfTM96eAp1SnQH65g0XwJQ8=", "icons/infinity-loader.svg' violates"];

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
