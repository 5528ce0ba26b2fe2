using System.Net;
using System.Net.Sockets;
using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>The shop by plain http under a name that is not localhost, as on a phone of the same network: there a browser gives pages no
/// secure-context API. And faults of the pages' own script, which are told as what they are.</summary>
public sealed class PlainHttpTests(Browser browser) : BrowserTest(browser)
{
    // Headers that count on https only; Chromium says on the console that it leaves them out.
    private const string OnHttpsOnly = "Cross-Origin-Opener-Policy";

    private const string Broken = "crypto.getRandomValues = () => { throw new TypeError('out of luck'); };";

    [Theory]
    [InlineData(360)]
    [InlineData(1366)]
    public async Task Over_plain_http_an_order_is_placed_paid_cancelled_and_refunded(int width)
    {
        Visit visit = await GivenPlainVisitAsync(new Shopper(width));
        ShopPage shop = await visit.OpenShopAsync();
        (await shop.Page.EvaluateAsync<bool>("() => isSecureContext || 'randomUUID' in crypto")).ShouldBeFalse();
        await shop.AddAsync("ilam-tea");
        OrderPage order = await shop.PlaceOrderAsync();
        string id = order.Id;
        await order.Page.Locator("#copy").ClickAsync();
        await Expect(order.Page.Locator("#copy")).ToHaveTextAsync("Copied");
        await (await order.OpenWidgetAsync()).PayAsync();
        await order.ShouldStandAsync("paid", "completed");
        await visit.ShootAsync(order.Page, "plain-http-paid");

        OrderPage byLink = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await (await byLink.GoToKhaltiAsync()).PayAsync();
        await byLink.ShouldStandAsync("paid", "completed");
        OrderPage cancelled = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await cancelled.CancelAsync();
        await cancelled.ShouldStandAsync("cancelled", "");

        DeskPage desk = await DeskPage.OpenAsync(visit, key: DeskPage.MerchantKey);
        await desk.OpenOrderAsync(id);
        await desk.Page.Locator(".copy").First.ClickAsync();
        await Expect(desk.Page.Locator(".copy").First).ToHaveTextAsync("Copied");
        await desk.AskRefundAsync("100");
        await desk.Send.ClickAsync();
        await Expect(desk.Notice).ToHaveTextAsync("Rs\u00a0100 were given back.");
        await desk.Page.GotoAsync("/admin/?view=closes");
        await desk.Page.Locator("form [type=submit]").ClickAsync();
        await Expect(desk.Page.Locator("[data-close]")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_fault_of_the_pages_own_script_is_never_told_as_a_lost_answer()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync(new Shopper(360))).Expecting("out of luck");
        string id = await Shop.GivenOrderAsync();
        await visit.Context.AddInitScriptAsync(Broken);

        ShopPage shop = await visit.OpenShopAsync();
        await shop.AddAsync("ilam-tea");
        await shop.PlaceOrder.ClickAsync();
        await Expect(shop.Page.Locator("#place-error")).ToContainTextAsync("Something in this page went wrong");
        await Expect(shop.Page.Locator("#place-error")).ToContainTextAsync("(TypeError: out of luck)");

        OrderPage order = await visit.OpenOrderAsync(id);
        await order.CancelAsync();
        await Expect(order.Note).ToContainTextAsync("Something in this page went wrong");
        await order.LinkButton.ClickAsync();
        await Expect(order.Note).ToContainTextAsync("(TypeError: out of luck)");
        await visit.ShootAsync(order.Page, "page-fault");
    }

    [Fact]
    public async Task A_fault_of_the_desks_own_script_says_what_it_is_and_refunds_nothing()
    {
        await OpenAsync();
        string id = await Shop.GivenOrderAsync();
        Visit visit = (await VisitAsync(new Shopper(360))).Expecting("out of luck");
        OrderPage order = await visit.OpenOrderAsync(id);
        await (await order.GoToKhaltiAsync()).PayAsync();
        await order.ShouldStandAsync("paid", "completed");
        await visit.Context.AddInitScriptAsync(Broken);
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await desk.OpenOrderAsync(id);

        await desk.AskRefundAsync();
        await desk.Send.ClickAsync();

        await Expect(desk.Dialog).ToContainTextAsync("Something in this page went wrong");
        await Expect(desk.Dialog).ToContainTextAsync("(TypeError: out of luck)");
        await Expect(desk.Dialog).Not.ToContainTextAsync("{code}");
        (await Shop.Sandbox.CountAsync("refund")).ShouldBe(0);
    }

    [Fact]
    public async Task An_unhandled_error_is_shown_at_the_top_of_the_page()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync(new Shopper(360))).Expecting("out of luck");
        ShopPage shop = await visit.OpenShopAsync();
        await Expect(shop.Page.Locator("#fault")).ToBeHiddenAsync();

        await shop.Page.EvaluateAsync("() => { setTimeout(() => { throw new Error('out of luck'); }); }");

        await Expect(shop.Page.Locator("#fault")).ToContainTextAsync("Please load the page again");
        await visit.JudgeAsync(shop.Page, "page-fault-strip");
    }

    [Fact]
    public async Task Typed_text_is_brought_into_the_form_that_the_server_brings_it_into()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        IPage page = await visit.Context.NewPageAsync();
        await page.GotoAsync("/404.html");
        string examples = await File.ReadAllTextAsync(
            Path.Combine(Tests.Support.Repository.Root, "tests", "typed-text.json"), TestContext.Current.CancellationToken);

        string[] wrong = await page.EvaluateAsync<string[]>(
            """
            async text => {
              const typed = await import('/js/typed-text.js');
              const accepts = { phone: typed.isPhone, email: typed.isEmail };
              return JSON.parse(text).filter(example => {
                const meant = (typed[example.kind] ?? typed.line)(example.typed);
                return meant !== example.meant || (accepts[example.kind] ?? (() => true))(meant) !== example.accepted;
              }).map(example => JSON.stringify(example));
            }
            """,
            examples);

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pasted_phone_number_that_looks_right_is_taken()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(360));
        ShopPage shop = await visit.OpenShopAsync();
        await shop.AddAsync("ilam-tea");
        await shop.Page.FillAsync("#customer-name", "\u202dSita\u00a0Rai\u202c ");
        await shop.Page.FillAsync("#customer-email", "sita@example.com\u00a0");
        await shop.Page.FillAsync("#customer-phone", "\u202a(+९७७) ९८०\u2011०००\u2011००००\u202c\u00a0");

        OrderPage order = await shop.PlaceOrderAsync();

        string sent = (string)(await Shop.OrderAsync(order.Id))["customer"]!["name"]!;
        sent.ShouldBe("Sita Rai");
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await desk.OpenOrderAsync(order.Id);
        await Expect(desk.Page.Locator("a[href='tel:+9779800000000']")).ToHaveTextAsync("+9779800000000");
    }

    private async Task<Visit> GivenPlainVisitAsync(Shopper shopper)
    {
        int port = FreePort();
        Uri home = new($"http://{Browser.PlainHost}:{port}/");
        await OpenAsync(
            ("urls", $"http://127.0.0.1:{port}"), ("Store:PublicUrl", home.GetLeftPart(UriPartial.Authority)),
            ("Admin:ApiKeys:0", DeskPage.MerchantKey));
        return (await VisitAsync(shopper, home: home)).Expecting(OnHttpsOnly);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
