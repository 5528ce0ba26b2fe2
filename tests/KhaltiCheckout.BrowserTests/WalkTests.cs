using System.Text.Json.Nodes;
using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>A new shopper with a small phone who reads Nepali, from the first look at the shop
/// to the receipt, and into every trouble.</summary>
public sealed class WalkTests(Browser browser) : BrowserTest(browser)
{
    private const string NotCharged = "पैसा काटिएको छैन";
    private const string NotKnown = "पैसा काटियो कि काटिएन";
    private const string NoneRecorded = "कुनै भुक्तानी दर्ता भएन";

    [Fact]
    public async Task Walk_from_the_shop_to_the_receipt()
    {
        (Visit visit, Walk walk) = await GivenShopperAsync("paying");
        ShopPage shop = await visit.OpenShopAsync();
        IPage page = shop.Page;
        await Expect(shop.AddButton("ilam-tea")).ToBeVisibleAsync();
        await walk.StepAsync(page, "shop");

        await shop.AddButton("singing-bowl").TapAsync();
        await shop.AddButton("ilam-tea").TapAsync();
        ILocator quantity = shop.Line("singing-bowl").GetByRole(AriaRole.Textbox);
        await quantity.FillAsync("४०");
        await quantity.BlurAsync();
        await page.FillAsync("#customer-name", "Maya Gurung");
        await Expect(page.Locator("#basket-total")).ToHaveTextAsync("रु\u00a0१,२८,१८५");
        await walk.StepAsync(page, "basket");

        await shop.PlaceOrder.TapAsync();
        OrderPage order = await shop.PlacedAsync();
        await order.ShouldTellAsync("open");
        await Expect(order.PayButton).ToHaveTextAsync("खल्तीबाट रु\u00a0१,२८,१८५ तिर्नुहोस्");
        await walk.StepAsync(order, "order", NotCharged);
        await page.Locator("#pay-practice summary").TapAsync();
        await walk.StepAsync(order, "how-to-pay", NotCharged);

        await order.PayButton.TapAsync();
        Widget widget = order.Widget;
        await Expect(widget.Mobile).ToBeVisibleAsync();
        await widget.Mobile.FillAsync(Widget.TestMobile);
        await widget.Pin.FillAsync(Widget.TestPin);
        await walk.StepAsync(page, "khalti-number-and-pin");
        await widget.PayButton.ClickAsync();
        await Expect(widget.Code).ToBeVisibleAsync();
        await walk.StepAsync(page, "khalti-code");

        await Shop.Sandbox.HoldUpAsync("verify");
        await widget.GiveCodeAsync();
        await order.ShouldTellAsync("verifying");
        await walk.StepAsync(order, "verifying", NotKnown);

        await Shop.Sandbox.MendAsync();
        await order.ShouldStandAsync("paid", "completed");
        await Expect(page.Locator("#qr")).ToBeVisibleAsync();
        await walk.StepAsync(order, "paid", "रु\u00a0१,२८,१८५ को भुक्तानी पुष्टि गर्‍यो");
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        await visit.ShootAsync(page, "walk-paying-receipt");
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Screen });

        await page.Locator("#back").ClickAsync();
        await Expect(shop.LastOrder).ToBeVisibleAsync();
        await walk.StepAsync(page, "shop-again");
    }

    [Fact]
    public async Task Walk_with_a_closed_widget_and_a_declined_payment()
    {
        (Visit visit, Walk walk) = await GivenShopperAsync("declined");
        visit.Expecting("/api/v1/payments/verify");
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        Widget widget = await order.OpenWidgetAsync();
        await widget.CloseButton.ClickAsync();
        await walk.StepAsync(order, "closed", NotCharged);

        await order.OpenWidgetAsync();
        await order.Page.EvaluateAsync(
            """
            () => window.postMessage({ realm: 'walletPaymentVerification', payload: {
              widget_id: document.querySelector('iframe[id^=khalti-widget-]').id, token: 'nobodyconfirmedthisone', amount: 18500 } }, '*')
            """);
        await order.ShouldStandAsync("pending", "failed");
        await walk.StepAsync(order, "declined", NotCharged);
    }

    [Fact]
    public async Task Walk_with_a_lost_answer()
    {
        (Visit visit, Walk walk) = await GivenShopperAsync("lost");
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await Shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        Widget widget = await order.OpenWidgetAsync();
        Task answered = order.VerifiedAsync();
        await widget.PayAsync();
        await order.ShouldTellAsync("verifying");
        await walk.StepAsync(order, "unknown", NotKnown);
        await order.ShouldNotOfferToPayAsync();

        await answered;
        Shop.Clock.Advance(Storefront.AMoment);
        await order.ShouldStandAsync("paid", "completed");
        await walk.StepAsync(order, "found", "भुक्तानी पुष्टि गर्‍यो");
    }

    [Fact]
    public async Task Walk_with_a_widget_that_does_not_open()
    {
        (Visit visit, Walk walk) = await GivenShopperAsync("silent");
        visit.Expecting("net::ERR_");
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await order.ShouldTellAsync("open");
        await order.Page.RouteAsync("**/*widget.html", _ => Task.CompletedTask);
        await order.PayButton.TapAsync();
        await Expect(order.WayOut.Button).ToBeVisibleAsync();
        await walk.StepAsync(order, "opening", NotCharged);

        await order.WayOut.Button.TapAsync();
        await walk.StepAsync(order, "back", NotCharged);
    }

    [Fact]
    public async Task Walk_with_a_cancellation()
    {
        (Visit visit, Walk walk) = await GivenShopperAsync("cancelled");
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await order.Page.Locator("#cancel").TapAsync();
        await walk.StepAsync(order, "asked", NotCharged);

        await order.Page.Locator("#cancel-yes").TapAsync();
        await order.ShouldStandAsync("cancelled", "");
        await walk.StepAsync(order, "cancelled", NoneRecorded);
    }

    [Fact]
    public async Task Walk_with_an_expiry()
    {
        (Visit visit, Walk walk) = await GivenShopperAsync("expired");
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await order.ShouldTellAsync("open");
        Shop.Clock.Advance(Storefront.TooLong);
        await order.ShouldStandAsync("expired", "");
        await walk.StepAsync(order, "expired", NoneRecorded);
    }

    [Theory]
    [InlineData("retry", "failed", NotCharged)]
    [InlineData("needs_review", "needs_review", NotKnown)]
    [InlineData("initiated", "initiated", NotCharged)]
    public async Task Walk_with_a_payment_in_review(string state, string payment, string events)
    {
        (Visit visit, Walk walk) = await GivenShopperAsync(state);
        await visit.WithoutEventsAsync();
        await visit.Context.RouteAsync(
            "**/api/v1/orders/ord_*", route => route.ChangeAsync(json => json["payments"] = new JsonArray(new JsonObject
            {
                ["id"] = "pay_1",
                ["status"] = payment,
                ["createdAt"] = json["createdAt"]!.DeepClone(),
            })));
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await order.ShouldTellAsync(state);

        await walk.StepAsync(order, state, events);
    }

    [Fact]
    public async Task Walk_to_an_unknown_order()
    {
        (Visit visit, Walk walk) = await GivenShopperAsync("missing");
        visit.Expecting("status of 404", "answer: 404 GET");
        OrderPage order = await visit.OpenOrderAsync("ord_01jd3y0000e0000000000000000");
        await order.ShouldTellAsync("order.missing");
        await walk.StepAsync(order, "missing", "फेरि भुक्तानी नगर्नुहोस्");
    }

    [Theory]
    [InlineData(10_000_000, "रु\u00a0१,००,०००")]
    [InlineData(9_999_999, "रु\u00a0९९,९९९.९९")]
    [InlineData(1_234_567_850, "रु\u00a0१,२३,४५,६७८.५०")]
    [InlineData(1000, "रु\u00a0१०")]
    public async Task Money_is_grouped_and_written_as_nepal_does(long paisa, string written)
    {
        (Visit visit, _) = await GivenShopperAsync("money");
        IPage page = (await visit.OpenShopAsync()).Page;

        (await page.EvaluateAsync<string>("async paisa => (await import('/js/money.js')).money(paisa)", paisa)).ShouldBe(written);
    }

    private async Task<(Visit Visit, Walk Walk)> GivenShopperAsync(string name, params (string Key, string? Value)[] settings)
    {
        await OpenAsync(settings);
        Visit visit = await VisitAsync(new Shopper(360, "ne", Touch: true));
        return (visit, new Walk(visit, name));
    }
}
