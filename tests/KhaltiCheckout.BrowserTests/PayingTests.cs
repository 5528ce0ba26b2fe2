using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>What a shopper does and sees between the catalogue and the receipt, whichever widget the shop hosts.</summary>
public abstract class PayingTests(Browser browser) : BrowserTest(browser)
{
    private protected const long TeaPrice = 18_500;

    /// <summary>Chromium writes each refusal into the console, whoever deals with it.</summary>
    private protected const string InitiateRefused = "/api/v2/payment/initiate/";
    private protected const string ConfirmRefused = "/api/v2/payment/confirm/";
    private protected const string VerifyRefused = "/api/v1/payments/verify";

    [Theory]
    [InlineData(1280, "en")]
    [InlineData(1280, "ne")]
    [InlineData(360, "en")]
    [InlineData(360, "ne")]
    public async Task A_shopper_pays_from_the_catalogue_to_the_receipt(int width, string language)
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(width, language));
        ShopPage shop = await visit.OpenShopAsync();
        await shop.AddAsync("ilam-tea");

        OrderPage order = await shop.PlaceOrderAsync();
        await order.ShouldStandAsync("pending", "");
        Widget widget = await order.OpenWidgetAsync();
        await widget.PayAsync();

        await order.ShouldStandAsync("paid", "completed");
        await widget.ShouldBeGoneAsync();
        await Expect(order.Title).ToHaveTextAsync(language == "ne" ? "भुक्तानी भयो। धन्यवाद!" : "Paid. Thank you!");
        await Expect(order.Receipt).ToContainTextAsync(language == "ne" ? "रु\u00a0१८५" : "Rs\u00a0185");
        await order.ShouldNotOfferToPayAsync();
        await KhaltiShouldHoldAsync((TeaPrice, "Completed"));
    }

    [Fact]
    public async Task A_payment_works_with_the_keyboard_only()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        ShopPage shop = await visit.OpenShopAsync();
        IPage page = shop.Page;
        await page.TabAndPressAsync(shop.AddButton("ilam-tea"), "Enter");
        await page.TabAndPressAsync(shop.PlaceOrder, "Enter");
        OrderPage order = await shop.PlacedAsync();

        await page.TabAndPressAsync(order.PayButton, "Enter");
        Widget widget = order.Widget;
        await page.TabAndTypeAsync(widget.Mobile, Widget.TestMobile);
        await page.TabAndTypeAsync(widget.Pin, Widget.TestPin);
        await page.TabAndPressAsync(widget.PayButton, "Enter");
        await page.TabAndTypeAsync(widget.Code, Widget.TestCode);
        await page.TabAndPressAsync(widget.PayButton, "Enter");

        await order.ShouldStandAsync("paid", "completed");
        await Expect(order.Title).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_wrong_pin_is_told_and_the_right_one_pays()
    {
        OrderPage order = await GivenOpenOrderAsync(InitiateRefused);
        Widget widget = await order.OpenWidgetAsync();

        await widget.GiveWalletAsync(pin: "2222");
        await Expect(widget.Body).ToContainTextAsync("Mobile or pin invalid.");
        await Expect(widget.Body).ToContainTextAsync("Attempts Remaining: 2");
        await order.ShouldStandAsync("pending", "");
        await widget.PayAsync();

        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task Three_wrong_pins_lock_the_wallet_and_another_wallet_pays()
    {
        OrderPage order = await GivenOpenOrderAsync(InitiateRefused);
        Widget widget = await order.OpenWidgetAsync();
        for (int left = 2; left >= 0; left--)
        {
            await widget.GiveWalletAsync(pin: "2222");
            await Expect(widget.Body).ToContainTextAsync($"Attempts Remaining: {left}");
        }

        await widget.CloseButton.ClickAsync();
        await order.ShouldStandAsync("pending", "");
        await order.OpenWidgetAsync();
        await widget.GiveWalletAsync(mobile: "9800000002");
        await widget.GiveCodeAsync();

        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task A_wrong_code_is_told_and_the_right_one_pays()
    {
        OrderPage order = await GivenOpenOrderAsync(ConfirmRefused);
        Widget widget = await order.OpenWidgetAsync();
        await widget.ReachCodeAsync();

        await widget.GiveCodeAsync("111111");
        await Expect(widget.Body).ToContainTextAsync("Confirmation code or transaction pin does not match.");
        await order.ShouldStandAsync("pending", "");
        await widget.GiveCodeAsync();

        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task Closing_the_window_at_any_step_charges_nothing_and_the_order_can_still_be_paid()
    {
        OrderPage order = await GivenOpenOrderAsync();
        Widget widget = await order.OpenWidgetAsync();
        await CloseAsync(order, widget);

        await order.OpenWidgetAsync();
        await widget.Mobile.FillAsync(Widget.TestMobile);
        await CloseAsync(order, widget);

        await order.OpenWidgetAsync();
        await widget.ReachCodeAsync();
        await CloseAsync(order, widget);

        // Both widgets come back at the code: their token is still good.
        await order.OpenWidgetAsync();
        await widget.GiveCodeAsync();
        await order.ShouldStandAsync("paid", "completed");
        await KhaltiShouldHoldAsync((TeaPrice, "Completed"));
    }

    [Fact]
    public async Task A_code_left_waiting_does_not_pay_for_another_order()
    {
        OrderPage first = await GivenOpenOrderAsync();
        Widget widget = await first.OpenWidgetAsync();
        await widget.ReachCodeAsync();
        await CloseAsync(first, widget);

        string other = await Shop.GivenOrderAsync("dhaka-topi");
        await first.Page.GotoAsync($"/order.html?id={other}");
        await first.OpenWidgetAsync();
        await widget.PayAsync();

        await first.ShouldStandAsync("paid", "completed");
        ((long)(await Shop.OrderAsync(other))["payments"]![0]!["amount"]!).ShouldBe(50_000);
        await KhaltiShouldHoldAsync((50_000, "Completed"), (TeaPrice, "Initiated"));
    }

    [Fact]
    public async Task A_window_that_asked_for_another_amount_pays_nothing()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync()).Expecting(VerifyRefused);
        string id = await Shop.GivenOrderAsync();
        OrderPage order = await visit.OpenOrderAsync(id);
        await order.Page.RouteAsync("**/api/v1/orders/*", route => route.ChangeAsync(json => json["amount"] = 1000));
        Widget widget = await order.OpenWidgetAsync();
        await order.Page.UnrouteAllAsync();
        await widget.PayAsync();

        await Expect(order.Note).ToContainTextAsync("was not this order’s amount");
        await order.ShouldStandAsync("pending", "");
        (await Shop.Sandbox.CountAsync("verify")).ShouldBe(0);
        await KhaltiShouldHoldAsync((1000, "Confirmed"));

        await order.OpenWidgetAsync();
        await widget.PayAsync();
        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task Paying_in_two_tabs_charges_once()
    {
        OrderPage first = await GivenOpenOrderAsync();
        OrderPage second = await Visits[0].Expecting(VerifyRefused).OpenOrderAsync(first.Id);
        Widget one = await first.OpenWidgetAsync();
        Widget two = await second.OpenWidgetAsync();
        await one.ReachCodeAsync();
        await two.ReachCodeAsync();

        await one.GiveCodeAsync();
        await first.ShouldStandAsync("paid", "completed");
        await second.ShouldStandAsync("paid", "completed"); // behind the window that is still open there
        await two.GiveCodeAsync();

        await Expect(second.Note).ToContainTextAsync("It was not charged for this try.");
        await second.ShouldStandAsync("paid", "completed");
        await second.ShouldNotOfferToPayAsync();
        await KhaltiShouldHoldAsync((TeaPrice, "Confirmed"), (TeaPrice, "Completed"));
    }

    [Fact]
    public async Task Double_clicks_pay_once()
    {
        OrderPage order = await GivenOpenOrderAsync(ConfirmRefused);
        await order.PayButton.DblClickAsync();
        Widget widget = order.Widget;
        await Expect(widget.Frame).ToHaveCountAsync(1);
        await widget.Mobile.FillAsync(Widget.TestMobile);
        await widget.Pin.FillAsync(Widget.TestPin);
        await widget.PayButton.DblClickAsync();
        await widget.Code.FillAsync(Widget.TestCode);
        await widget.PayButton.DblClickAsync();

        await order.ShouldStandAsync("paid", "completed");
        (await Shop.Sandbox.CountAsync("verify")).ShouldBe(1);
        (await StatesAtKhaltiAsync()).Count(state => state.State == "Completed").ShouldBe(1);
    }

    [Fact]
    public async Task A_forged_success_pays_nothing_and_the_order_can_still_be_paid()
    {
        OrderPage order = await GivenOpenOrderAsync(VerifyRefused);
        await order.OpenWidgetAsync();
        await order.Page.EvaluateAsync(
            """
            amount => window.postMessage({ realm: 'walletPaymentVerification', payload: {
              widget_id: document.querySelector('iframe[id^=khalti-widget-]').id,
              idx: 'forgedforgedforgedfor1', token: 'forgedforgedforgedforg', amount } }, '*')
            """, TeaPrice);

        await order.ShouldStandAsync("pending", "failed");
        await order.ShouldTellAsync("retry");
        await Expect(order.Text).ToContainTextAsync("No money was taken for that try.");
        await KhaltiShouldHoldAsync();

        Widget widget = await order.OpenWidgetAsync();
        await widget.PayAsync();
        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task Tokens_posted_by_a_page_itself_do_not_pay()
    {
        OrderPage order = await GivenOpenOrderAsync(VerifyRefused);
        string started = await Shop.Sandbox.InitiatedTokenAsync(TeaPrice, order.Id);
        string cheap = await Shop.Sandbox.ConfirmedTokenAsync(1000, order.Id);
        string other = await Shop.GivenOrderAsync();
        string spent = await Shop.Sandbox.ConfirmedTokenAsync(TeaPrice, other);
        await Shop.PostAsync("/api/v1/payments/verify", new { orderId = other, token = spent, amount = TeaPrice });

        foreach ((string token, long amount, string code) in ((string, long, string)[])[
            (started, TeaPrice, "payment_declined"), (cheap, 1000, "amount_mismatch"), (cheap, TeaPrice, "payment_declined"),
            (spent, TeaPrice, "token_already_used")])
        {
            string answered = await order.Page.EvaluateAsync<string>(
                """
                async body => (await (await fetch('/api/v1/payments/verify',
                  { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json()).code
                """, new { orderId = order.Id, token, amount });
            answered.ShouldBe(code);
        }

        await order.Page.ReloadAsync();
        await order.ShouldStandAsync("pending", "failed");
    }

    [Fact]
    public async Task A_blocked_widget_script_is_shown_and_a_retry_pays()
    {
        OrderPage order = await GivenOpenOrderAsync("net::ERR_FAILED");
        await order.Page.RouteAsync("**/khalti-checkout*.js", route => route.AbortAsync());
        await order.PayButton.ClickAsync();

        await Expect(order.Note).ToContainTextAsync("Khalti’s window could not be opened. Nothing was charged.");
        await Expect(order.PayButton).ToBeFocusedAsync();

        await order.Page.UnrouteAllAsync();
        Widget widget = await order.OpenWidgetAsync();
        await widget.PayAsync();
        await order.ShouldStandAsync("paid", "completed");
    }

    [Theory]
    [InlineData("**/khalti-checkout*.js*")]
    [InlineData("**/*widget.html")]
    public async Task A_widget_timeout_offers_a_retry(string silent)
    {
        OrderPage order = await GivenOpenOrderAsync("net::ERR_");
        await order.Page.Clock.InstallAsync();
        await order.Page.ReloadAsync();
        await order.Page.RouteAsync(silent, _ => Task.CompletedTask);
        Task<IRequest> asked = order.Page.WaitForRequestAsync(silent);
        await order.PayButton.ClickAsync();
        await asked;
        await Expect(order.PayButton).ToHaveTextAsync("Opening Khalti …");
        await order.Page.Clock.FastForwardAsync(15_000);

        await Expect(order.Note).ToContainTextAsync("Khalti’s window could not be opened. Nothing was charged.");
        await order.Widget.ShouldBeGoneAsync();
        await order.ShouldStandAsync("pending", "");

        await order.Page.UnrouteAllAsync(new PageUnrouteAllOptions { Behavior = UnrouteBehavior.IgnoreErrors });
        Widget widget = await order.OpenWidgetAsync();
        await widget.PayAsync();
        await order.ShouldStandAsync("paid", "completed");
    }

    [Theory]
    [InlineData("**/khalti-checkout*.js*", "en")]
    [InlineData("**/*widget.html", "en")]
    [InlineData("**/*widget.html", "ne")]
    public async Task While_the_widget_does_not_load_touch_can_close_it(string silent, string language)
    {
        (OrderPage order, Visit visit) = await GivenSilentKhaltiAsync(silent, language);
        await order.PayButton.TapAsync();

        await Expect(order.WayOut.Button).ToBeVisibleAsync();
        (await order.WayOut.CanBeTouchedAsync()).ShouldBeTrue();
        await visit.ShootAsync(order.Page, $"way-out-{GetType().Name}");
        await order.WayOut.Button.TapAsync();

        await Expect(order.Note).ToContainTextAsync(language == "ne" ? "पैसा काटिएको छैन।" : "Nothing was charged. You can try again");
        await Expect(order.WayOut.Panel).ToBeHiddenAsync();
        await order.Widget.ShouldBeGoneAsync();
        await order.ShouldStandAsync("pending", "");
        await Expect(order.PayButton).ToBeFocusedAsync();

        await order.Page.UnrouteAllAsync(new PageUnrouteAllOptions { Behavior = UnrouteBehavior.IgnoreErrors });
        Widget widget = await order.OpenWidgetAsync();
        await Expect(order.WayOut.Panel).ToBeHiddenAsync();
        await widget.PayAsync();
        await order.ShouldStandAsync("paid", "completed");
        await KhaltiShouldHoldAsync((TeaPrice, "Completed"));
    }

    [Theory]
    [InlineData("Enter")]
    [InlineData("Escape")]
    public async Task While_the_widget_does_not_load_the_keyboard_can_close_it(string key)
    {
        (OrderPage order, _) = await GivenSilentKhaltiAsync("**/*widget.html", whole: true);
        await order.Page.TabAndPressAsync(order.PayButton, "Enter");
        await Expect(order.WayOut.Button).ToBeFocusedAsync();
        await order.Page.Keyboard.PressAsync("Tab");
        await order.Page.TabAndPressAsync(order.WayOut.Button, key);

        await Expect(order.Note).ToContainTextAsync("Nothing was charged.");
        await Expect(order.PayButton).ToBeFocusedAsync();
        await order.Widget.ShouldBeGoneAsync();
    }

    [Fact]
    public async Task Going_back_during_a_payment_elsewhere_does_not_offer_to_pay()
    {
        (OrderPage order, Visit visit) = await GivenSilentKhaltiAsync("**/*widget.html");
        await visit.WithoutEventsAsync(); // the page has not heard of it
        await order.PayButton.TapAsync();
        await Expect(order.WayOut.Button).ToBeVisibleAsync();
        await Shop.Sandbox.HoldUpAsync("verify");
        string token = await Shop.Sandbox.ConfirmedTokenAsync(TeaPrice, order.Id);
        Task paid = Shop.PostAsync("/api/v1/payments/verify", new { orderId = order.Id, token, amount = TeaPrice });
        await Shop.UntilAsync(order.Id, found => found["payments"]!.AsArray().Count > 0);

        await order.WayOut.Button.TapAsync();

        await order.ShouldTellAsync("verifying");
        await Expect(order.Note).ToBeHiddenAsync();
        await order.ShouldNotOfferToPayAsync();
        await Shop.Sandbox.MendAsync();
        await paid;
        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task A_widget_left_open_past_the_expiry_charges_nothing_and_says_so()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(360));
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        Widget widget = await order.OpenWidgetAsync();
        await widget.ReachCodeAsync();
        Shop.Clock.Advance(Storefront.TooLong);
        await order.ShouldStandAsync("expired", ""); // behind the window

        await widget.CloseButton.ClickAsync();
        await Expect(order.Text).ToContainTextAsync("No payment was recorded for it.");
        await Expect(order.Note).ToBeHiddenAsync(); // it would say to pay whenever one is ready
        await order.ShouldNotOfferToPayAsync();
        await Expect(order.Page.Locator("#restart")).ToBeVisibleAsync();
        await KhaltiShouldHoldAsync((TeaPrice, "Initiated"));
    }

    [Theory]
    [InlineData("en", "Money may have been taken for it. Please do not pay again")]
    [InlineData("ne", "पैसा काटिएको हुन सक्छ। कृपया फेरि भुक्तानी नगर्नुहोस्")]
    public async Task A_token_used_elsewhere_is_shown_and_the_page_does_not_offer_to_pay(
        string language, string events)
    {
        await OpenAsync();
        Visit visit = (await VisitAsync(new Shopper(360, language))).Expecting(VerifyRefused);
        string other = await Shop.GivenOrderAsync();
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        Widget widget = await order.OpenWidgetAsync();
        await widget.ReachCodeAsync();

        // Between Khalti's answer and the page's own question, somebody who saw the token passes it on for another order.
        await order.Page.EvaluateAsync(
            """
            other => {
              const really = window.fetch;
              window.fetch = async (path, how) => {
                if (!String(path).endsWith('/payments/verify')) return really(path, how);
                await really(path, { ...how, body: JSON.stringify({ ...JSON.parse(how.body), orderId: other }) });
                return really(path, how);
              };
            }
            """, other);
        await widget.GiveCodeAsync();

        await order.ShouldTellAsync("held");
        await order.ShouldStandAsync("pending", "");
        await Expect(order.Text).ToContainTextAsync(events);
        await Expect(order.Page.Locator("#reference-id")).ToHaveTextAsync(order.Id);
        await order.ShouldNotOfferToPayAsync();
        await visit.JudgeAsync(order.Page, $"order-held-{GetType().Name}", "iframe[id^='khalti-widget-']");

        await order.Page.ReloadAsync();
        await order.ShouldTellAsync("held");
        await order.ShouldNotOfferToPayAsync();
    }

    [Fact]
    public async Task A_tab_closed_right_after_confirming_loses_nothing()
    {
        OrderPage closed = await GivenOpenOrderAsync();
        await HoldVerifyAsync(closed);
        Widget widget = await closed.OpenWidgetAsync();
        await widget.PayAsync();
        await closed.ShouldTellAsync("checking");
        await closed.Page.CloseAsync();

        // Reopened while the shop is out of reach: it was confirmed, the outcome is not known, nothing invites to pay again.
        OrderPage waiting = await Visits[0].OpenOrderAsync(closed.Id, HoldVerify);
        await waiting.ShouldTellAsync("checking");
        await waiting.ShouldStandAsync("pending", "");
        await Expect(waiting.Text).ToContainTextAsync("Please do not pay again.");
        await waiting.ShouldNotOfferToPayAsync();

        OrderPage reopened = await Visits[0].OpenOrderAsync(closed.Id);
        await reopened.ShouldStandAsync("paid", "completed");
        await waiting.ShouldStandAsync("paid", "completed");
        (await Shop.Sandbox.CountAsync("verify")).ShouldBe(1);
    }

    [Fact]
    public async Task On_another_device_an_unsent_token_shows_nothing_charged()
    {
        OrderPage phone = await GivenOpenOrderAsync();
        await HoldVerifyAsync(phone);
        Widget widget = await phone.OpenWidgetAsync();
        await widget.PayAsync();
        await phone.ShouldTellAsync("checking");

        // Only verifying moves the money, and nobody has asked for it.
        Visit elsewhere = await VisitAsync();
        OrderPage laptop = await elsewhere.OpenOrderAsync(phone.Id);
        await laptop.ShouldTellAsync("open");
        await KhaltiShouldHoldAsync((TeaPrice, "Confirmed"));
    }

    [Fact]
    public async Task A_reload_while_khalti_checks_neither_asks_twice_nor_forgets()
    {
        OrderPage order = await GivenOpenOrderAsync("net::ERR_ABORTED");
        await Shop.Sandbox.HoldUpAsync("verify");
        Widget widget = await order.OpenWidgetAsync();
        Task<IRequest> posted = order.Page.WaitForRequestAsync("**/payments/verify");
        await widget.PayAsync();
        await posted;
        await order.ShouldTellAsync("verifying"); // told by the shop, while the page's own question is still unanswered
        await order.Page.ReloadAsync();

        await order.ShouldStandAsync("pending", "verifying");
        await Expect(order.Text).ToContainTextAsync("Please do not pay again.");
        await order.ShouldNotOfferToPayAsync();
        await Shop.Sandbox.MendAsync();
        await order.ShouldStandAsync("paid", "completed");
        (await Shop.Sandbox.CountAsync("verify")).ShouldBe(1);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ne")]
    public async Task A_lost_answer_is_being_checked_and_turns_to_paid_by_itself(string language)
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(360, language));
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await Shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        Widget widget = await order.OpenWidgetAsync();
        Task answered = order.VerifiedAsync();
        await widget.PayAsync();

        await order.ShouldStandAsync("pending", "verifying");
        await Expect(order.Text).ToContainTextAsync(language == "ne" ? "कृपया फेरि भुक्तानी नगर्नुहोस्।" : "Please do not pay again.");
        await order.ShouldNotOfferToPayAsync();

        await answered;
        Shop.Clock.Advance(Storefront.AMoment);
        await order.ShouldStandAsync("paid", "completed");
        await KhaltiShouldHoldAsync((TeaPrice, "Completed"));
    }

    [Fact]
    public async Task The_back_button_never_leads_to_a_second_payment()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        ShopPage shop = await visit.OpenShopAsync();
        await shop.AddAsync("ilam-tea");
        OrderPage order = await shop.PlaceOrderAsync();

        // With the window open: back is the shop, uncovered, and forward is the order, still to be paid.
        Widget widget = await order.OpenWidgetAsync();
        await order.Page.GoBackAsync();
        await Expect(shop.AddButton("ilam-tea")).ToBeVisibleAsync();
        await Expect(shop.LastOrder).ToBeVisibleAsync();

        // The basket is kept until its order is paid, and leads to that order.
        await Expect(shop.PlaceOrder).ToBeVisibleAsync();
        await order.Page.GoForwardAsync();
        await order.ShouldTellAsync("open");
        await order.OpenWidgetAsync();
        await widget.PayAsync();
        await order.ShouldStandAsync("paid", "completed");

        await order.Page.GoBackAsync();
        await Expect(shop.PlaceOrder).ToBeHiddenAsync();
        await order.Page.GoForwardAsync();
        await order.ShouldStandAsync("paid", "completed");
        await order.ShouldNotOfferToPayAsync();
        (await Shop.Sandbox.CountAsync("verify")).ShouldBe(1);
    }

    [Fact]
    public async Task An_order_cancelled_in_another_tab_takes_no_money()
    {
        OrderPage order = await GivenOpenOrderAsync(VerifyRefused);
        Widget widget = await order.OpenWidgetAsync();
        await widget.ReachCodeAsync();
        OrderPage other = await Visits[0].OpenOrderAsync(order.Id);
        await other.CancelAsync();
        await other.ShouldStandAsync("cancelled", "");

        await widget.GiveCodeAsync();
        await order.ShouldStandAsync("cancelled", "");
        await Expect(order.Note).ToContainTextAsync("It was not charged for this try.");
        await order.ShouldNotOfferToPayAsync();
        await KhaltiShouldHoldAsync((TeaPrice, "Confirmed"));
    }

    [Fact]
    public async Task An_order_that_expires_behind_the_window_takes_no_money()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync()).Expecting(VerifyRefused);
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        Widget widget = await order.OpenWidgetAsync();
        await widget.ReachCodeAsync();
        Shop.Clock.Advance(Storefront.TooLong);
        OrderPage other = await visit.OpenOrderAsync(order.Id);
        await other.ShouldStandAsync("expired", "");
        await Expect(other.Text).ToContainTextAsync("No payment was recorded for it.");
        await other.ShouldNotOfferToPayAsync();

        await widget.GiveCodeAsync();
        await order.ShouldStandAsync("expired", "");
        await Expect(order.Note).ToContainTextAsync("It was not charged for this try.");
        await KhaltiShouldHoldAsync((TeaPrice, "Confirmed"));
    }

    /// <summary>A shop, a visitor, and an order of one packet of tea on the screen.</summary>
    private protected async Task<OrderPage> GivenOpenOrderAsync(params string[] errors)
    {
        await OpenAsync();
        Visit visit = (await VisitAsync()).Expecting(errors);
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await order.ShouldStandAsync("pending", "");
        return order;
    }

    /// <summary>An order on a phone, and a part of Khalti's window that never comes.</summary>
    private async Task<(OrderPage Order, Visit Visit)> GivenSilentKhaltiAsync(string silent, string language = "en", bool whole = false)
    {
        await OpenAsync();
        Visit visit = (await VisitAsync(new Shopper(360, language, Touch: true), whole)).Expecting("net::ERR_");
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await order.ShouldTellAsync("open");
        await order.Page.RouteAsync(silent, _ => Task.CompletedTask);
        return (order, visit);
    }

    private protected async Task<(long Amount, string State)[]> StatesAtKhaltiAsync() =>
        [.. (await Shop.Sandbox.ListAsync("/_sandbox/transactions")).Select(one => ((long)one["amount"]!, (string)one["state"]!))];

    /// <summary>Newest first.</summary>
    private protected async Task KhaltiShouldHoldAsync(params (long Amount, string State)[] transactions) =>
        (await StatesAtKhaltiAsync()).ShouldBe(transactions);

    // The page's request to verify gets no further than this tab: no answer, no error, as when the network just stalls.
    private const string HoldVerify =
        """
        const really = window.fetch;
        window.fetch = (path, how) => String(path).endsWith('/payments/verify') ? new Promise(() => {}) : really(path, how);
        """;

    private static async Task HoldVerifyAsync(OrderPage order) => await order.Page.EvaluateAsync($"() => {{ {HoldVerify} }}");

    private static async Task CloseAsync(OrderPage order, Widget widget)
    {
        await widget.CloseButton.ClickAsync();
        await widget.ShouldBeGoneAsync();
        await Expect(order.Note).ToContainTextAsync("You closed Khalti’s window. Nothing was charged.");
        await Expect(order.PayButton).ToBeFocusedAsync();
        await order.ShouldStandAsync("pending", "");
    }
}
