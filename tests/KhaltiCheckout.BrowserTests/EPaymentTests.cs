using System.Text.Json.Nodes;
using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>Paying at Khalti's own page: the choice, the way there, and every way back.</summary>
public sealed class EPaymentTests(Browser browser) : BrowserTest(browser)
{
    private const string InitiateRefused = "/api/v1/payments/initiate";

    [Theory]
    [InlineData(1280, "en")]
    [InlineData(360, "ne")]
    public async Task A_shopper_pays_at_Khaltis_page_and_comes_back_to_the_receipt(int width, string language)
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(width, language));
        ShopPage shop = await visit.OpenShopAsync();
        await shop.AddAsync("ilam-tea");
        OrderPage order = await shop.PlaceOrderAsync();
        string id = order.Id;
        await visit.JudgeAsync(order.Page, "epayment-choice");

        KhaltiPage khalti = await order.GoToKhaltiAsync();
        await khalti.ShouldBeOpenAsync();
        await Expect(khalti.Amount).ToContainTextAsync("185");
        await visit.ShootAsync(khalti.Page, "epayment-khalti");
        await khalti.PayAsync();

        await order.ShouldStandAsync("paid", "completed");
        order.Id.ShouldBe(id);
        await Expect(order.Receipt).ToContainTextAsync(language == "ne" ? "१८५" : "185");
        await order.ShouldNotOfferToPayAsync();
        await visit.JudgeAsync(order.Page, "epayment-paid");
    }

    [Fact]
    public async Task Turning_back_at_Khalti_charges_nothing_and_the_widget_still_pays()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(360, "ne"));
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        KhaltiPage khalti = await order.GoToKhaltiAsync();

        await khalti.EndAsync("canceled");

        await order.ShouldStandAsync("pending", "cancelled");
        await order.ShouldTellAsync("retry");
        await visit.JudgeAsync(order.Page, "epayment-turned-back");
        Widget widget = await order.OpenWidgetAsync();
        await widget.PayAsync();
        await order.ShouldStandAsync("paid", "completed");
        JsonNode[] completed = [
            .. (await Shop.Sandbox.ListAsync("/_sandbox/transactions")).Where(one => (string?)one["state"] == "Completed")];
        completed.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("failed", "failed")]
    [InlineData("expired", "expired")]
    public async Task A_payment_that_failed_at_Khalti_says_that_nothing_was_taken_and_offers_another(string outcome, string payment)
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        KhaltiPage khalti = await order.GoToKhaltiAsync();
        string first = khalti.Pidx;

        await khalti.EndAsync(outcome);

        await order.ShouldStandAsync("pending", payment);
        await Expect(order.Text).ToContainTextAsync("No money was taken");
        khalti = await order.GoToKhaltiAsync();
        khalti.Pidx.ShouldNotBe(first);
        await khalti.PayFromBankAsync();
        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task The_browsers_back_button_leads_to_an_order_that_offers_the_same_link()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(360, "en"));
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        KhaltiPage khalti = await order.GoToKhaltiAsync();
        string first = khalti.Pidx;

        await khalti.Page.GoBackAsync();

        await order.ShouldStandAsync("pending", "initiated");
        await order.ShouldTellAsync("initiated");
        await visit.JudgeAsync(order.Page, "epayment-started");
        khalti = await order.GoToKhaltiAsync();
        khalti.Pidx.ShouldBe(first);
        await khalti.PayAsync();
        await order.ShouldStandAsync("paid", "completed");
    }

    [Theory]
    [InlineData(360, "ne")]
    [InlineData(1366, "en")]
    public async Task Back_from_Khaltis_page_the_order_can_be_cancelled_and_late_money_still_counts(int width, string language)
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(width, language));
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        KhaltiPage khalti = await order.GoToKhaltiAsync();
        string pidx = khalti.Pidx;
        await khalti.Page.GoBackAsync();
        await order.ShouldTellAsync("initiated");

        await order.Page.Locator("#cancel").ClickAsync();
        await Expect(order.Page.Locator("#cancel-text")).ToContainTextAsync(language == "ne" ? "खल्तीको पृष्ठमा" : "first asks Khalti");
        await visit.JudgeAsync(order.Page, "epayment-cancel-asked");
        await order.Page.Locator("#cancel-yes").ClickAsync();

        await order.ShouldStandAsync("cancelled", "initiated");
        await Expect(order.Page.Locator("#status-more")).ToBeVisibleAsync();
        await Expect(order.Page.Locator("#restart")).ToBeVisibleAsync();
        await order.ShouldNotOfferToPayAsync();
        await visit.JudgeAsync(order.Page, "epayment-cancelled");
        await Shop.Sandbox.OutcomeAsync(pidx, "completed");
        Shop.Clock.Advance(Storefront.AMoment);
        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task A_paid_or_unanswered_link_is_not_cancelled()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync(new Shopper(360))).Expecting("/cancel", "409");
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        KhaltiPage khalti = await order.GoToKhaltiAsync();
        string pidx = khalti.Pidx;
        await khalti.Page.GoBackAsync();
        await order.ShouldTellAsync("initiated");
        await Shop.Sandbox.FaultAsync("epayment_lookup", "error", status: 500);

        await order.CancelAsync();

        await Expect(order.Note).ToContainTextAsync("could not find out whether it has been paid");
        await order.ShouldStandAsync("pending", "initiated");
        await Shop.Sandbox.MendAsync();
        await Shop.Sandbox.OutcomeAsync(pidx, "completed");
        await order.CancelAsync();
        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task The_basket_is_kept_until_its_order_is_paid_and_leads_to_the_same_order()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(360));
        ShopPage shop = await visit.OpenShopAsync();
        await shop.AddAsync("ilam-tea");
        OrderPage order = await shop.PlaceOrderAsync();
        string id = order.Id;
        KhaltiPage khalti = await order.GoToKhaltiAsync();
        await khalti.Page.GoBackAsync();
        await order.ShouldTellAsync("initiated");
        await order.Page.GoBackAsync();
        await Expect(shop.Line("ilam-tea")).ToBeVisibleAsync();

        order = await shop.PlaceOrderAsync();

        order.Id.ShouldBe(id);
        await (await order.GoToKhaltiAsync()).PayAsync();
        await order.ShouldStandAsync("paid", "completed");
        shop = await visit.OpenShopAsync();
        await Expect(shop.Page.Locator("#basket-empty")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_basket_whose_order_was_paid_while_its_page_was_closed_keeps_what_came_in_since()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        ShopPage shop = await visit.OpenShopAsync();
        await shop.AddAsync("ilam-tea");
        OrderPage order = await shop.PlaceOrderAsync();
        string pidx = (await order.GoToKhaltiAsync()).Pidx;
        string id = (string)(await Shop.Sandbox.ListAsync("/_sandbox/transactions"))[0]["purchaseOrderId"]!;
        await order.Page.CloseAsync();
        await Shop.Sandbox.OutcomeAsync(pidx, "completed");
        Shop.Clock.Advance(Storefront.AMoment);
        await Shop.UntilAsync(id, "paid");

        shop = await visit.OpenShopAsync();
        await Expect(shop.Page.Locator("#basket-empty")).ToBeVisibleAsync();
        await shop.AddAsync("dhaka-topi");
        await shop.Page.ReloadAsync();
        await Expect(shop.Line("dhaka-topi")).ToBeVisibleAsync();
        await Expect(shop.Line("ilam-tea")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Paid_at_Khalti_with_the_browser_closed_the_order_page_on_another_device_shows_it_by_itself()
    {
        await OpenAsync();
        string id = await Shop.GivenOrderAsync();
        OrderPage watching = await (await VisitAsync(new Shopper(360, "ne"))).OpenOrderAsync(id);
        Visit paying = await VisitAsync();
        KhaltiPage khalti = await (await paying.OpenOrderAsync(id)).GoToKhaltiAsync();

        await Shop.Sandbox.OutcomeAsync(khalti.Pidx, "completed");
        await khalti.Page.CloseAsync();

        Shop.Clock.Advance(Storefront.AMoment);
        await watching.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task Coming_back_twice_and_on_another_device_shows_the_same_receipt()
    {
        await OpenAsync();
        string id = await Shop.GivenOrderAsync();
        Visit visit = await VisitAsync();
        KhaltiPage khalti = await (await visit.OpenOrderAsync(id)).GoToKhaltiAsync();
        Uri back = await Shop.Sandbox.OutcomeAsync(khalti.Pidx, "completed");

        foreach (Visit device in (Visit[])[visit, visit, await VisitAsync(new Shopper(360, "ne"))])
        {
            Microsoft.Playwright.IPage page = await device.Context.NewPageAsync();
            await page.GotoAsync(back.ToString());
            OrderPage order = new(page);
            await order.ShouldStandAsync("paid", "completed");
            order.Id.ShouldBe(id);
        }

        (await Shop.OrderAsync(id))["payments"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_pending_link_asks_to_wait_and_offers_no_second_payment()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(360, "ne"));
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        KhaltiPage khalti = await order.GoToKhaltiAsync();
        string pidx = khalti.Pidx;

        await khalti.EndAsync("pending");

        await order.ShouldStandAsync("pending", "verifying");
        await order.ShouldTellAsync("verifying");
        await order.ShouldNotOfferToPayAsync();
        await visit.JudgeAsync(order.Page, "epayment-pending");
        await Shop.Sandbox.OutcomeAsync(pidx, "completed");
        Shop.Clock.Advance(Storefront.AMoment);
        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task Khalti_out_of_reach_says_that_nothing_was_started_and_the_next_click_works()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync()).Expecting(InitiateRefused);
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await Shop.Sandbox.FaultAsync("epayment_initiate", "error", status: 503, times: 1);

        await order.LinkButton.ClickAsync();

        await Expect(order.Note).ToContainTextAsync("Nothing was started and nothing was charged");
        await order.ShouldStandAsync("pending", "failed");
        KhaltiPage khalti = await order.GoToKhaltiAsync();
        await khalti.PayAsync();
        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task Coming_back_while_Khalti_does_not_answer_never_invites_to_pay_again()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        KhaltiPage khalti = await order.GoToKhaltiAsync();
        await Shop.Sandbox.FaultAsync("epayment_lookup", "error", status: 500);

        await khalti.PayAsync();

        await order.ShouldStandAsync("pending", "verifying");
        await order.ShouldNotOfferToPayAsync();
        await Shop.Sandbox.MendAsync();
        Shop.Clock.Advance(Storefront.AMoment);
        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task A_double_click_makes_one_link()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await Expect(order.LinkButton).ToBeVisibleAsync();

        await order.LinkButton.DblClickAsync();
        await KhaltiPage.ReachedAsync(order.Page);

        (await Shop.Sandbox.CountAsync("epayment_initiate")).ShouldBe(1);
    }

    [Fact]
    public async Task A_return_without_parameters_finds_the_order_by_cookie()
    {
        await OpenAsync();
        await Shop.Sandbox.SwitchAsync(new { failureCallback = "messageOnly" });
        Visit visit = await VisitAsync();
        string id = await Shop.GivenOrderAsync();
        KhaltiPage khalti = await (await visit.OpenOrderAsync(id)).GoToKhaltiAsync();

        await khalti.EndAsync("failed");

        OrderPage order = new(khalti.Page);
        await Expect(order.Title).ToBeVisibleAsync();
        order.Id.ShouldBe(id);
    }

    [Fact]
    public async Task A_shop_with_one_way_to_pay_shows_that_one()
    {
        await OpenAsync(("Khalti:Widget:Enabled", "false"));
        Visit visit = await VisitAsync(new Shopper(360, "en"));
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());

        await Expect(order.LinkButton).ToHaveTextAsync("Pay Rs\u00a0185 with Khalti");
        await Expect(order.PayButton).ToBeHiddenAsync();
        await visit.JudgeAsync(order.Page, "epayment-only");
        await (await order.GoToKhaltiAsync()).PayAsync();
        await order.ShouldStandAsync("paid", "completed");
    }
}
