using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>With the widget that Khalti Sandbox brings along.</summary>
public sealed class SandboxWidgetTests(Browser browser) : PayingTests(browser)
{
    [Fact]
    public async Task The_window_names_the_order_and_escape_closes_it_from_inside_and_from_the_page()
    {
        OrderPage order = await GivenOpenOrderAsync();
        Widget widget = await order.OpenWidgetAsync();
        await Expect(widget.Body).ToContainTextAsync(order.Id);
        await widget.Mobile.PressAsync("Escape");
        await widget.ShouldBeGoneAsync();
        await Expect(order.Note).ToContainTextAsync("You closed Khalti’s window. Nothing was charged.");

        await order.OpenWidgetAsync();
        await order.Page.EvaluateAsync("() => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))");
        await widget.ShouldBeGoneAsync();
        await Expect(order.PayButton).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_script_with_the_hash_of_the_settings_opens_the_window_and_another_one_is_not_run()
    {
        byte[] script = await File.ReadAllBytesAsync(
            Path.Combine(Repository.Root, "src", "Khalti.Sandbox", "wwwroot", "khalti-checkout.js"), TestContext.Current.CancellationToken);
        await OpenAsync(("Khalti:Widget:ScriptIntegrity", ScriptIntegrity.Of(script)));
        Visit visit = (await VisitAsync()).Expecting("integrity");
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await order.OpenWidgetAsync();

        await order.Page.RouteAsync("**/khalti-checkout.js*", route => route.FulfillAsync(new()
        {
            ContentType = "text/javascript",
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Access-Control-Allow-Origin"] = "*" },
            Body = "window.KhaltiCheckout = class { constructor() { window.foreign = true; } show() {} hide() {} };",
        }));
        await order.Page.ReloadAsync();
        await order.PayButton.ClickAsync();

        await Expect(order.Note).ToContainTextAsync("Nothing was charged");
        (await order.Page.EvaluateAsync<bool>("() => window.foreign === true")).ShouldBeFalse();
    }

    [Fact]
    public async Task While_the_window_is_open_the_keyboard_stays_out_of_the_page_behind_it()
    {
        OrderPage order = await GivenOpenOrderAsync();
        await order.OpenWidgetAsync();
        for (int pressed = 0; pressed < 20; pressed++)
        {
            await order.Page.Keyboard.PressAsync(pressed < 10 ? "Tab" : "Shift+Tab");
            string focused = await order.Page.EvaluateAsync<string>("() => document.activeElement.tagName");
            focused.ShouldBeOneOf("IFRAME", "BODY");
        }
    }

    [Fact]
    public async Task Three_wrong_codes_end_that_payment_and_a_new_one_pays()
    {
        OrderPage order = await GivenOpenOrderAsync(ConfirmRefused);
        Widget widget = await order.OpenWidgetAsync();
        await widget.ReachCodeAsync();
        for (int tries = 0; tries < 3; tries++)
        {
            await widget.GiveCodeAsync("111111");
            await Expect(widget.Body).ToContainTextAsync("does not match.");
        }

        await widget.GiveCodeAsync();
        await Expect(widget.Body).ToContainTextAsync("This payment cannot go on. Please start again.");
        await widget.PayAsync();

        await order.ShouldStandAsync("paid", "completed");
        await KhaltiShouldHoldAsync((TeaPrice, "Completed"), (TeaPrice, "Disabled"));
    }

    [Theory]
    [InlineData("drop_before", null)]
    [InlineData("garbage", null)]
    [InlineData("error", 503)]
    public async Task However_khaltis_answer_gets_lost_the_page_turns_to_paid_by_itself(string kind, int? status)
    {
        OrderPage order = await GivenOpenOrderAsync();
        await Shop.Sandbox.FaultAsync("verify", kind, status, times: 1);
        Widget widget = await order.OpenWidgetAsync();
        Task answered = order.VerifiedAsync();
        await widget.PayAsync();

        await order.ShouldStandAsync("pending", "verifying");
        await order.ShouldNotOfferToPayAsync();
        await answered;
        Shop.Clock.Advance(Storefront.AMoment);
        await order.ShouldStandAsync("paid", "completed");
        await KhaltiShouldHoldAsync((TeaPrice, "Completed"));
    }

    [Fact]
    public async Task A_lost_answer_is_resolved_with_the_page_closed()
    {
        OrderPage order = await GivenOpenOrderAsync();
        await Shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        Widget widget = await order.OpenWidgetAsync();
        Task answered = order.VerifiedAsync();
        await widget.PayAsync();
        await order.ShouldStandAsync("pending", "verifying");
        await answered;
        string id = order.Id;
        await order.Page.CloseAsync();

        Shop.Clock.Advance(Storefront.AMoment);
        await Shop.UntilAsync(id, "paid");
        OrderPage later = await Visits[0].OpenOrderAsync(id);
        await later.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task After_a_lost_connection_to_the_shop_the_confirmed_payment_is_completed()
    {
        OrderPage order = await GivenOpenOrderAsync("net::ERR_INTERNET_DISCONNECTED");
        Widget widget = await order.OpenWidgetAsync();
        await widget.ReachCodeAsync();
        await widget.Code.FillAsync(Widget.TestCode);

        // Khalti has answered the window, and before the page can tell the shop the connection is gone.
        await order.Page.EvaluateAsync(
            """
            () => {
              const really = window.fetch;
              window.fetch = (path, how) => String(path).endsWith('/payments/verify') && !window.connected
                ? Promise.reject(new TypeError('Failed to fetch')) : really(path, how);
            }
            """);
        await widget.PayButton.ClickAsync();
        await order.ShouldTellAsync("checking");
        await Expect(order.Why).ToContainTextAsync("The shop could not be reached. Trying again in a moment.");
        await order.ShouldNotOfferToPayAsync();

        await Visits[0].Context.SetOfflineAsync(true);
        await Expect(order.Page.Locator("#offline")).ToBeVisibleAsync();
        await order.Page.EvaluateAsync("() => { window.connected = true; }");
        await Visits[0].Context.SetOfflineAsync(false);
        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task The_page_updates_when_another_tab_completes_the_order()
    {
        OrderPage order = await GivenOpenOrderAsync();
        OrderPage other = await Visits[0].OpenOrderAsync(order.Id);
        Widget widget = await order.OpenWidgetAsync();
        await widget.PayAsync();

        await order.ShouldStandAsync("paid", "completed");
        await other.ShouldStandAsync("paid", "completed");
        await other.ShouldNotOfferToPayAsync();
    }

    [Fact]
    public async Task A_page_can_be_scrolled_again_after_the_window_was_shown_twice_and_closed()
    {
        OrderPage order = await GivenOpenOrderAsync();
        await order.OpenWidgetAsync();
        await order.Page.Keyboard.PressAsync("Escape");

        string[] overflows = await order.Page.EvaluateAsync<string[]>(
            """
            () => {
              const settings = () => ({
                publicKey: 'test_public_key_11111111111111111111111111111111', productIdentity: 'a', productName: 'b',
                productUrl: 'http://localhost/', amount: 1000, eventHandler: { onSuccess() {} },
              });
              const seen = [];
              const note = () => seen.push(document.body.style.overflow);
              document.body.style.overflow = 'scroll';
              const one = new KhaltiCheckout(settings());
              const other = new KhaltiCheckout(settings());
              one.show();
              one.show();
              note();
              one.hide();
              note();
              one.show();
              other.show();
              one.hide();
              note();
              other.hide();
              other.hide();
              note();
              return seen;
            }
            """);

        overflows.ShouldBe(["hidden", "scroll", "hidden", "scroll"]);
    }

    [Fact]
    public async Task On_a_dark_page_the_window_lets_the_page_through_as_on_a_light_one()
    {
        OrderPage order = await GivenOpenOrderAsync();
        await order.OpenWidgetAsync();
        await order.Page.EvaluateAsync(
            """
            () => {
              const behind = document.createElement('div');
              behind.style.cssText = 'position: fixed; inset: 0; z-index: 99998; background: rgb(200, 30, 30)';
              document.body.append(behind);
            }
            """);

        byte[] light = await CornerAsync("light");
        byte[] dark = await CornerAsync("dark");
        await order.Page.EvaluateAsync("() => { document.querySelector('iframe[id^=khalti-widget-]').style.colorScheme = 'dark'; }");
        byte[] opaque = await CornerAsync("dark");

        dark.ShouldBe(light);
        opaque.ShouldNotBe(light); // what the picture shows without the window's own color scheme

        async Task<byte[]> CornerAsync(string scheme)
        {
            await order.Page.EvaluateAsync("scheme => { document.documentElement.style.colorScheme = scheme; }", scheme);
            return await order.Page.ScreenshotAsync(new() { Clip = new() { X = 4, Y = 4, Width = 8, Height = 8 } });
        }
    }
}
