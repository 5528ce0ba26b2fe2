using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>The pages where no widget is at work.</summary>
public sealed class OrderPageTests(Browser browser) : BrowserTest(browser)
{
    [Fact]
    public async Task A_cancelled_order_says_so_and_its_things_come_back_into_the_basket()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync("dhaka-topi", 2));
        await order.Page.Locator("#cancel").ClickAsync();
        await order.Page.Locator("#cancel-no").ClickAsync();
        await order.ShouldTellAsync("open");
        await order.CancelAsync();

        await order.ShouldStandAsync("cancelled", "");
        await Expect(order.Title).ToBeFocusedAsync();
        await order.ShouldNotOfferToPayAsync();
        await order.Page.ReloadAsync();
        await order.ShouldStandAsync("cancelled", "");

        await order.Page.Locator("#restart").ClickAsync();
        ShopPage shop = new(order.Page);
        await Expect(shop.Line("dhaka-topi").GetByRole(AriaRole.Textbox)).ToHaveValueAsync("2");
        OrderPage again = await shop.PlaceOrderAsync();
        await again.ShouldStandAsync("pending", "");
    }

    [Fact]
    public async Task An_order_expires_on_the_open_page()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await order.ShouldTellAsync("open");

        Shop.Clock.Advance(Storefront.TooLong);
        await order.ShouldStandAsync("expired", "");
        await Expect(order.Text).ToContainTextAsync("No payment was recorded for it.");
        await order.ShouldNotOfferToPayAsync();
        await Expect(order.Page.Locator("#restart")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("ord_01jd3y0000e0000000000000000")]
    [InlineData("")]
    [InlineData("<img src=x onerror=alert(1)>")]
    public async Task An_unknown_order_shows_a_message_and_no_payment(string id)
    {
        await OpenAsync();
        Visit visit = (await VisitAsync()).Expecting("status of 404", "answer: 404 GET");
        OrderPage order = await visit.OpenOrderAsync(Uri.EscapeDataString(id));

        await Expect(order.Title).ToHaveTextAsync("This order is not known here");
        await order.ShouldStandAsync("", "");
        await order.ShouldNotOfferToPayAsync();
        await Expect(order.Receipt).ToBeHiddenAsync();
        await order.Page.Locator("#back").ClickAsync();
        await Expect(new ShopPage(order.Page).AddButton("ilam-tea")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_page_for_a_path_that_leads_nowhere_has_a_way_back_to_the_shop()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync()).Expecting("status of 404", "answer: 404 GET");
        IPage page = await visit.Context.NewPageAsync();
        await page.GotoAsync("/nope");

        await Expect(page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("This path leads nowhere");
        await page.GetByRole(AriaRole.Link, new() { Name = "To the shop" }).ClickAsync();
        await Expect(new ShopPage(page).AddButton("ilam-tea")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Without_javascript_the_shop_says_what_it_needs_in_both_languages()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(360, JavaScript: false));
        ShopPage shop = await visit.OpenShopAsync();

        await Expect(shop.Page.Locator("noscript .notice").First).ToContainTextAsync("This shop needs JavaScript");
        await Expect(shop.Page.Locator("noscript [lang=ne]")).ToContainTextAsync("जाभास्क्रिप्ट");
        await Expect(shop.Page.Locator(".shop")).ToBeHiddenAsync();
        await visit.ShootAsync(shop.Page, "without-javascript-shop");
    }

    [Fact]
    public async Task Without_javascript_the_order_page_still_tells_whether_money_was_taken()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(360, JavaScript: false));
        string id = await Shop.GivenOrderAsync();
        OrderPage order = await visit.OpenOrderAsync(id);
        ILocator notice = order.Page.Locator("noscript .notice").First;
        await Expect(notice).ToContainTextAsync("Nothing has been charged.");
        await Expect(order.Page.Locator("noscript [lang=ne]")).ToContainTextAsync("पैसा काटिएको छैन");
        await order.ShouldStandAsync("pending", "");
        await order.ShouldNotOfferToPayAsync();
        await visit.ShootAsync(order.Page, "without-javascript-open");

        string token = await Shop.Sandbox.ConfirmedTokenAsync(18_500, id);
        await Shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        await Shop.PostAsync("/api/v1/payments/verify", new { orderId = id, token, amount = 18_500 });
        await order.Page.ReloadAsync();
        await Expect(notice).ToContainTextAsync("do not pay again");
        await order.ShouldStandAsync("pending", "verifying");
        await visit.ShootAsync(order.Page, "without-javascript-verifying");

        Shop.Clock.Advance(Storefront.AMoment);
        await Shop.UntilAsync(id, "paid");
        await order.Page.ReloadAsync();
        await Expect(notice).ToContainTextAsync("Paid. Khalti has confirmed your payment.");
        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task The_language_is_changed_with_one_click_and_kept()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await order.Page.Locator("[data-language=ne]").ClickAsync();

        await Expect(order.Title).ToHaveTextAsync("तपाईंको भुक्तानीको पर्खाइमा");
        await Expect(order.PayButton).ToHaveTextAsync("खल्तीबाट रु\u00a0१८५ तिर्नुहोस्");
        await Expect(order.Page.Locator("html")).ToHaveAttributeAsync("lang", "ne");
        ShopPage shop = await visit.OpenShopAsync();
        await Expect(shop.Card("ilam-tea")).ToContainTextAsync("इलाम चिया");
    }

    [Fact]
    public async Task An_unreachable_shop_is_shown_and_the_page_recovers_by_itself()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync()).Expecting("net::ERR_FAILED");
        string id = await Shop.GivenOrderAsync();
        await visit.Context.RouteAsync("**/api/v1/orders/*", route => route.AbortAsync());
        OrderPage order = await visit.OpenOrderAsync(id);

        await Expect(order.Title).ToHaveTextAsync("The shop did not answer");
        await order.ShouldNotOfferToPayAsync();
        await visit.Context.UnrouteAllAsync();
        await order.ShouldStandAsync("pending", "");
        await Expect(order.PayButton).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Two_clicks_on_placing_the_order_make_one_order_also_when_the_answer_is_lost()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync()).Expecting("net::ERR_FAILED");
        ShopPage shop = await visit.OpenShopAsync();
        await shop.AddAsync("ilam-tea");
        List<string> made = [];
        await shop.Page.RouteAsync("**/api/v1/orders", async route =>
        {
            IAPIResponse answer = await route.FetchAsync();
            made.Add(await answer.TextAsync());
            if (made.Count == 1)
            {
                await route.AbortAsync(); // made, but the page never hears of it
            }
            else
            {
                await route.FulfillAsync(new RouteFulfillOptions { Response = answer });
            }
        });

        await shop.PlaceOrder.DblClickAsync();
        OrderPage order = await shop.PlacedAsync();

        await order.ShouldStandAsync("pending", "");
        made.Count.ShouldBe(2);
        made.ShouldAllBe(one => one.Contains(order.Id));
    }

    [Fact]
    public async Task A_wrong_phone_number_is_marked_and_nothing_is_ordered()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        ShopPage shop = await visit.OpenShopAsync();
        await shop.AddAsync("ilam-tea");
        await shop.Page.FillAsync("#customer-phone", "12");
        await shop.PlaceOrder.ClickAsync();

        await Expect(shop.Page.Locator("#customer-phone")).ToBeFocusedAsync();
        await Expect(shop.Page.Locator("#customer-phone-bad")).ToContainTextAsync("This does not look like a phone number.");
        await shop.Page.FillAsync("#customer-phone", "९८०००००००१");
        await shop.PlaceOrderAsync();
    }

    [Fact]
    public async Task The_first_page_is_small()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(360));
        IPage page = await visit.Context.NewPageAsync();
        List<IRequest> requests = [];
        page.RequestFinished += (_, request) => requests.Add(request);
        await page.GotoAsync("/", new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle });
        await Expect(new ShopPage(page).AddButton("ilam-tea")).ToBeVisibleAsync();

        long bytes = 0;
        foreach (IRequest request in requests)
        {
            RequestSizesResult sizes = await request.SizesAsync();
            bytes += sizes.ResponseBodySize + sizes.ResponseHeadersSize;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{bytes} bytes in {requests.Count} requests");
        bytes.ShouldBeLessThan(100_000);
        requests.Count.ShouldBeLessThanOrEqualTo(40);
        requests.ShouldAllBe(request => request.Url.StartsWith(Shop.Address.ToString(), StringComparison.Ordinal));
    }
}
