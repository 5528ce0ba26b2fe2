using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>What the other tests trust: a fault is found on the page, in Khalti's window and where it shows in the dark only.</summary>
public sealed class JudgeTests(Browser browser) : BrowserTest(browser)
{
    private const string PictureWithoutWords = "document.body.append(new Image(9, 9))";

    [Fact]
    public async Task The_accessibility_check_finds_a_fault_of_the_page()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        ShopPage shop = await visit.OpenShopAsync();
        await Expect(shop.AddButton("ilam-tea")).ToBeVisibleAsync();
        await visit.JudgeAsync(shop.Page, "judged");

        await shop.Page.EvaluateAsync(PictureWithoutWords);

        (await Assert.ThrowsAsync<ShouldAssertException>(() => visit.JudgeAsync(shop.Page, "judged"))).Message.ShouldContain("image-alt");
    }

    [Fact]
    public async Task The_accessibility_check_finds_a_fault_in_the_widget()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await order.OpenWidgetAsync();
        await visit.JudgeAsync(order.Page, "judged");

        await order.Page.Frames.Single(frame => frame.ParentFrame is not null && frame.Url != "about:blank")
            .EvaluateAsync(PictureWithoutWords);

        (await Assert.ThrowsAsync<ShouldAssertException>(() => visit.JudgeAsync(order.Page, "judged"))).Message.ShouldContain("image-alt");
    }

    [Fact]
    public async Task The_accessibility_check_finds_a_fault_in_dark_mode()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        ShopPage shop = await visit.OpenShopAsync();
        await Expect(shop.AddButton("ilam-tea")).ToBeVisibleAsync();

        await shop.Page.EvaluateAsync(
            """
            () => {
              const faint = Object.assign(document.createElement('p'), { id: 'faint', textContent: 'Seen by day' });
              const paint = new CSSStyleSheet();
              paint.replaceSync('#faint { background: #fff; color: #000 } @media (prefers-color-scheme: dark) { #faint { color: #eee } }');
              document.adoptedStyleSheets = [paint];
              document.querySelector('main').append(faint);
            }
            """);

        (await Assert.ThrowsAsync<ShouldAssertException>(() => visit.JudgeAsync(shop.Page, "judged"))).Message.ShouldContain("dark");
    }
}
