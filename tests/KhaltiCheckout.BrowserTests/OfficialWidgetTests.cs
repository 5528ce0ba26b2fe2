using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>
/// With Khalti's own widget, as published: its files under Khalti's own names, its calls answered by the sandbox.
/// </summary>
[Collection("Khalti's official widget")]
public sealed class OfficialWidgetTests(Browser browser) : PayingTests(browser)
{
    // Its waiting picture and that picture's place: our policy stops both, and nothing is lost.
    private protected override string[] ExpectedErrors =>
        ["sha256-SITgL0EwdDoRLrtdssn5VfTM96eAp1SnQH65g0XwJQ8=", "icons/infinity-loader.svg' violates"];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        (string? file, string? missing) = await NpmPackage.OfficialWidget.FindAsync();
        Need(missing);
        Browser.Front.Package = Path.GetDirectoryName(file);
    }

    internal override async Task<Storefront> OpenAsync(params (string Key, string? Value)[] settings)
    {
        Storefront shop = await base.OpenAsync([.. settings, ("Khalti:Widget:ScriptUrl", KhaltiFront.Script)]);
        Browser.Front.Khalti = shop.SandboxAddress;
        return shop;
    }

    [Fact]
    public async Task The_sandboxs_own_widget_pays_at_the_address_of_khaltis()
    {
        Browser.Front.Package = null;
        await OpenAsync();
        Visit visit = await VisitAsync();
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());

        Widget widget = await order.OpenWidgetAsync();
        await Expect(widget.Body).ToContainTextAsync("Khalti Sandbox — no real money");
        await widget.ReachCodeAsync();
        await widget.GiveCodeAsync();

        await order.ShouldStandAsync("paid", "completed");
    }

    [Theory]
    [InlineData(360, "ne")]
    [InlineData(1280, "en")]
    public async Task The_page_around_khaltis_window_is_accessible(int width, string language)
    {
        const string Theirs = "iframe[id^='khalti-widget-']";
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(width, language));
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        Widget widget = await order.OpenWidgetAsync();
        await visit.JudgeAsync(order.Page, "official-open", Theirs);
        await widget.ReachCodeAsync();
        await visit.JudgeAsync(order.Page, "official-code", Theirs);
        await Expect(widget.Frame).ToHaveAttributeAsync("title", language == "ne" ? "खल्ती भुक्तानी विन्डो" : "Khalti payment window");
        await widget.GiveCodeAsync();
        await order.ShouldStandAsync("paid", "completed");
        await visit.JudgeAsync(order.Page, "official-paid", Theirs);
    }
}
