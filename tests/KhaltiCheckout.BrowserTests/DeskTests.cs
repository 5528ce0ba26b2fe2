using System.Text.Json.Nodes;
using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using KhaltiCheckout.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>What a merchant does at the desk, all of it on a phone.</summary>
public sealed class DeskTests(Browser browser) : BrowserTest(browser)
{
    private static readonly Shopper Phone = new(360);

    [Fact]
    public async Task Sign_in_refuses_a_wrong_key_and_shows_orders_until_sign_out()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync(Phone)).Expecting("401");
        IPage page = await visit.Context.NewPageAsync();
        await page.GotoAsync("/admin/");
        DeskPage desk = new(page);
        await desk.KeyField.FillAsync("some-wrong-key-000000");
        await desk.KeyField.PressAsync("Enter");
        await Expect(page.Locator("#sign-in-error")).ToContainTextAsync("This shop knows no such key");
        await Expect(desk.KeyField).ToBeFocusedAsync();
        (await desk.KeyField.GetAttributeAsync("type")).ShouldBe("password");
        (await desk.KeyField.GetAttributeAsync("autocomplete")).ShouldBe("off");

        await desk.SignInAsync();
        await Expect(page.Locator("#who-name")).ToHaveTextAsync("settings key 1 · may do everything");
        await Expect(page.Locator(".empty")).ToContainTextAsync("No order has been placed yet.");
        (await page.EvaluateAsync<string>("() => document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)"))
            .ShouldNotContain("dev-admin");

        await page.ReloadAsync();
        await Expect(page.Locator("#who-name")).ToBeVisibleAsync();
        await page.ClickAsync("#sign-out");
        await Expect(desk.KeyField).ToBeVisibleAsync();
        await Expect(page.Locator("#nav")).ToBeHiddenAsync();
        await page.ReloadAsync();
        await Expect(desk.KeyField).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_failed_sign_out_is_shown_and_can_be_retried()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync(Phone)).Expecting("/api/v1/admin/session", "ERR_FAILED");
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await visit.Context.RouteAsync(
            "**/api/v1/admin/session", route => route.Request.Method == "DELETE" ? route.AbortAsync() : route.ContinueAsync());

        await desk.Page.ClickAsync("#sign-out");

        await Expect(desk.Page.Locator("#header-note"))
            .ToHaveTextAsync("You may still be signed in on this device. The shop did not answer. Try again in a moment.");
        await Expect(desk.Page.Locator("#sign-out")).ToBeVisibleAsync();
        await visit.JudgeAsync(desk.Page, "desk-sign-out-failed");
        await visit.Context.UnrouteAsync("**/api/v1/admin/session");
        await desk.Page.ClickAsync("#sign-out");
        await Expect(desk.KeyField).ToBeVisibleAsync();
        await Expect(desk.Page.Locator("#header-note")).ToBeHiddenAsync();
        await desk.Page.ReloadAsync();
        await Expect(desk.KeyField).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_desk_warns_a_year_before_a_fiscal_year_is_not_known()
    {
        await OpenAsync();
        Shop.Clock.Advance(new DateTimeOffset(2028, 7, 16, 0, 0, 0, TimeSpan.Zero) - Shop.Clock.GetUtcNow());
        Visit visit = await VisitAsync(Phone);
        DeskPage desk = await DeskPage.OpenAsync(visit);

        await Expect(desk.Page.Locator("#notices")).ToContainTextAsync("Store:FiscalYearStarts");
        await visit.JudgeAsync(desk.Page, "desk-fiscal-year-ending");
    }

    [Fact]
    public async Task A_transaction_that_only_Khalti_knows_is_attached_by_keyboard()
    {
        await OpenAsync(("Reconciliation:Enabled", "false"));
        Visit visit = (await VisitAsync(Phone)).Expecting("status of 422", "answer: 422 POST");
        JsonNode order = await Shop.OrderAsync(await Shop.GivenOrderAsync());
        string wrong = await Shop.Sandbox.CompletedTransactionAsync((long)order["amount"]! - 1, order.Id());
        string idx = await Shop.Sandbox.CompletedTransactionAsync((long)order["amount"]!, order.Id());
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await desk.OpenOrderAsync(order.Id());

        await desk.Button("Attach a payment").FocusAsync();
        await desk.Page.Keyboard.PressAsync("Enter");
        await Expect(desk.Dialog.Locator("#attach-transaction")).ToBeFocusedAsync();
        await desk.Page.Keyboard.TypeAsync(wrong);
        await desk.Page.Keyboard.PressAsync("Tab");
        await desk.Page.Keyboard.TypeAsync("The shopper sent the receipt.");
        await visit.JudgeAsync(desk.Page, "desk-attach-dialog");
        await desk.Send.ClickAsync();
        await Expect(desk.Dialog.Locator("[role=alert]")).ToContainTextAsync("does not call this transaction completed");
        await desk.Dialog.Locator("#attach-transaction").FillAsync($" {idx} ");
        await desk.Dialog.Locator("#attach-transaction").PressAsync("Enter");

        await Expect(desk.Notice).ToHaveTextAsync("The transaction is this order’s payment now.");
        await Expect(desk.Status).ToHaveAttributeAsync("data-status", "paid");
        await Expect(desk.Page.Locator("#timeline")).ToContainTextAsync("The shopper sent the receipt.");
        await visit.JudgeAsync(desk.Page, "desk-attached");
    }

    [Fact]
    public async Task Money_without_an_order_is_shown_and_resolved()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(360, "ne"));
        await Shop.Sandbox.CompletedTransactionAsync(12_300, "another-till");
        await Shop.UntilUnmatchedAsync();
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await desk.Page.GotoAsync("/admin/?view=inbox");

        await Expect(desk.Page.Locator("#unmatched")).ToContainTextAsync("another-till");
        await visit.JudgeAsync(desk.Page, "desk-unmatched");
        await desk.Page.Locator("#unmatched").GetByRole(AriaRole.Button).Last.ClickAsync();
        await desk.Dialog.Locator("#note").FillAsync("The till's.");
        await visit.JudgeAsync(desk.Page, "desk-unmatched-resolve");
        await desk.Send.ClickAsync();

        await Expect(desk.Page.Locator("#unmatched")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task More_money_without_an_order_is_shown_page_by_page_and_by_keyboard()
    {
        await OpenAsync();
        await Shop.GivenUnmatchedAsync(60);
        Visit visit = await VisitAsync(Phone);
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await desk.Page.GotoAsync("/admin/?view=inbox");
        ILocator found = desk.Page.Locator("#unmatched .found");
        await Expect(found).ToHaveCountAsync(50);

        await desk.Button("Show more").FocusAsync();
        await desk.Page.Keyboard.PressAsync("Enter");

        await Expect(found).ToHaveCountAsync(60);
        await Expect(found.Nth(50).Locator("button").First).ToBeFocusedAsync();
        await Expect(desk.Button("Show more")).ToHaveCountAsync(0);
        await visit.JudgeAsync(desk.Page, "desk-unmatched-more");
    }

    [Fact]
    public async Task The_desk_names_days_that_could_not_be_compared_with_Khalti()
    {
        await OpenAsync(("DailyReconciliation:Enabled", "false"));
        await Shop.GivenDayNotComparedAsync(new DateOnly(2026, 11, 20));
        Visit visit = await VisitAsync(new Shopper(360, "ne"));
        DeskPage desk = await DeskPage.OpenAsync(visit);

        await Expect(desk.Page.Locator("#notices")).ToContainTextAsync("खल्तीको खातासँग सबै कुरा दाँज्न सकिएन");
        await visit.JudgeAsync(desk.Page, "desk-day-not-compared");
    }

    [Fact]
    public async Task Too_many_wrong_keys_show_the_time_to_wait()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync(Phone)).Expecting("401", "429");
        IPage page = await visit.Context.NewPageAsync();
        await page.GotoAsync("/admin/");
        await Expect(page.Locator("#key")).ToBeVisibleAsync();
        await page.EvaluateAsync(
            """
            async () => {
              for (let i = 0; i < 10; i++) {
                const body = JSON.stringify({ key: 'wrong-' + i });
                await fetch('/api/v1/admin/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
              }
            }
            """);
        await page.FillAsync("#key", DeskPage.Key);
        await page.PressAsync("#key", "Enter");

        await Expect(page.Locator("#sign-in-error")).ToContainTextAsync("Try again in 15 min");
    }

    [Fact]
    public async Task An_order_is_found_by_phone_and_amount_and_shows_its_timeline()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(Phone);
        string id = await GivenPaidAsync("Sita Rai", "+977 984-1234567", "dhaka-topi", 3);
        await Shop.GivenOrderAsync();
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await Expect(desk.Rows).ToHaveCountAsync(2);

        await desk.FindAsync("98412");
        await Expect(desk.Rows).ToHaveCountAsync(1);
        await Expect(desk.Search).ToBeFocusedAsync();
        await desk.FindAsync("Rs 1,500");
        await Expect(desk.Rows).ToHaveCountAsync(1);
        await visit.ShootAsync(desk.Page, "desk-found");
        await desk.FindAsync("nobody");
        await Expect(desk.Page.Locator(".empty")).ToContainTextAsync("Nothing was found.");
        await desk.Page.GoBackAsync();
        await Expect(desk.Search).ToHaveValueAsync("Rs 1,500");
        await desk.Rows.GetByRole(AriaRole.Link).ClickAsync();

        await Expect(desk.Status).ToHaveAttributeAsync("data-status", "paid");
        await Expect(desk.Page.Locator("h1")).ToHaveTextAsync($"Order …{id[^8..]}");
        await Expect(desk.Page.Locator("h1")).ToBeFocusedAsync();
        await Expect(desk.Page.Locator("#view")).ToContainTextAsync("Sita Rai");
        await Expect(desk.Page.Locator("#view")).ToContainTextAsync("Rs\u00a01,455"); // what is left after the fee of 3 %
        await Expect(desk.Timeline).ToHaveCountAsync(3);
        await Expect(desk.Timeline.Last).ToContainTextAsync("The order was placed. by the customer");
        (await desk.Page.Locator("body").InnerTextAsync()).ShouldNotContain("data-i18n");
        await visit.ShootAsync(desk.Page, "desk-order");

        await desk.Page.GetByText("← To the orders").ClickAsync();
        await Expect(desk.Search).ToHaveValueAsync("Rs 1,500");
    }

    [Fact]
    public async Task A_partial_and_a_full_refund_are_made_after_a_preview()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(Phone);
        string id = await GivenPaidAsync("Sita Rai", null, "dhaka-topi", 3);
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await desk.OpenOrderAsync(id);

        await desk.AskRefundAsync("५००");
        await Expect(desk.Effect).ToHaveTextAsync(
            "Rs\u00a0500 of Rs\u00a01,500 go back to the payer’s Khalti account. Rs\u00a01,000 stay with the shop. This can’t be undone.");
        await desk.Page.FillAsync("#refund-reason", "One came back");
        await visit.ShootAsync(desk.Page, "desk-refund");
        await desk.Send.DblClickAsync();
        await Expect(desk.Notice).ToHaveTextAsync("Rs\u00a0500 were given back.");
        await Expect(desk.Notice).ToBeFocusedAsync();
        await Expect(desk.Status).ToHaveAttributeAsync("data-status", "partially_refunded");
        await Expect(desk.Page.Locator("[data-refund]")).ToHaveCountAsync(1);
        await Expect(desk.Page.Locator("[data-refund]")).ToContainTextAsync("One came back");
        await visit.ShootAsync(desk.Page, "desk-refunded-part");

        await desk.AskRefundAsync();
        await Expect(desk.Effect).ToContainTextAsync("Rs\u00a01,000 of Rs\u00a01,500 go back");
        await desk.Send.ClickAsync();
        await Expect(desk.Status).ToHaveAttributeAsync("data-status", "refunded");
        await Expect(desk.Button("Give money back")).ToHaveCountAsync(0);
        ((long)(await Shop.OrderAsync(id))["amountRefunded"]!).ShouldBe(150_000);
        (await Shop.Sandbox.CountAsync("refund")).ShouldBe(2);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1500.01")]
    [InlineData("1.005")]
    [InlineData("five")]
    [InlineData("-5")]
    [InlineData("")]
    public async Task An_invalid_refund_amount_is_not_sent(string amount)
    {
        await OpenAsync();
        Visit visit = await VisitAsync(Phone);
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await desk.OpenOrderAsync(await GivenPaidAsync("Sita Rai", null, "dhaka-topi", 3));
        await desk.AskRefundAsync(amount);
        await desk.Send.ClickAsync();

        await Expect(desk.Dialog.Locator("[role=alert]")).ToBeVisibleAsync();
        (await Shop.Sandbox.CountAsync("refund")).ShouldBe(0);
        await desk.Page.Keyboard.PressAsync("Escape");
        await Expect(desk.Dialog).ToHaveCountAsync(0);
        await Expect(desk.Button("Give money back")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_lost_refund_answer_of_Khalti_never_leads_to_a_second_refund()
    {
        await OpenAsync(("Reconciliation:Enabled", "false"));
        Visit visit = await VisitAsync(Phone);
        string id = await GivenPaidAsync("Sita Rai", null, "dhaka-topi", 3);
        await Shop.Sandbox.FaultAsync("refund", "drop_after", times: 1);
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await desk.OpenOrderAsync(id);
        await desk.AskRefundAsync();
        await desk.Send.ClickAsync();

        await Expect(desk.Notice).ToContainTextAsync("Not known yet whether Rs\u00a01,500 went back.");
        await Expect(desk.Notice).ToContainTextAsync("Do not give it back again.");
        await Expect(desk.Button("Give money back")).ToHaveCountAsync(0);
        await Expect(desk.Status).ToContainTextAsync("Refund not known yet");
        await visit.ShootAsync(desk.Page, "desk-refund-unknown");

        await desk.Button("Ask Khalti about the refund").ClickAsync();
        await Expect(desk.Notice).ToHaveTextAsync("Khalti’s books show that the money went back.");
        await Expect(desk.Status).ToHaveAttributeAsync("data-status", "refunded");
        (await Shop.Sandbox.CountAsync("refund")).ShouldBe(1);
    }

    [Fact]
    public async Task A_retry_after_a_lost_answer_of_the_shop_makes_no_second_refund()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync(Phone)).Expecting("net::ERR_FAILED");
        string id = await GivenPaidAsync("Sita Rai", null, "dhaka-topi", 3);
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await desk.OpenOrderAsync(id);
        await desk.Page.RouteAsync("**/refunds", async route =>
        {
            await route.FetchAsync();
            await route.AbortAsync();
        }, new PageRouteOptions { Times = 1 });
        await desk.AskRefundAsync("500");
        await desk.Send.ClickAsync();
        await Expect(desk.Dialog).ToContainTextAsync("The answer did not arrive");
        await visit.ShootAsync(desk.Page, "desk-refund-lost");

        await desk.Send.ClickAsync();
        await Expect(desk.Notice).ToHaveTextAsync("Rs\u00a0500 were given back.");
        (await Shop.Sandbox.CountAsync("refund")).ShouldBe(1);
        ((long)(await Shop.OrderAsync(id))["amountRefunded"]!).ShouldBe(50_000);
    }

    [Fact]
    public async Task A_refund_without_Khalti_is_refused_with_a_message()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync(Phone)).Expecting("503");
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await desk.OpenOrderAsync(await GivenPaidAsync("Sita Rai", null, "dhaka-topi", 3));
        await Shop.Sandbox.FaultAsync("*", "drop_before");
        await desk.AskRefundAsync();
        await desk.Send.ClickAsync();

        await Expect(desk.Dialog.Locator("[role=alert]")).ToContainTextAsync("Nothing was given back.");
        (await Shop.Sandbox.CountAsync("refund")).ShouldBe(0);
    }

    [Fact]
    public async Task A_lost_payment_is_resolved_by_a_manual_check()
    {
        await OpenAsync(("Reconciliation:Enabled", "false"));
        Visit visit = await VisitAsync(Phone);
        string id = await Shop.GivenOrderAsync();
        string token = await Shop.Sandbox.ConfirmedTokenAsync(18_500, id);
        await Shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        await Shop.PostAsync("/api/v1/payments/verify", new { orderId = id, token, amount = 18_500 });
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await Expect(desk.Rows.First).ToContainTextAsync("Not known yet");
        await desk.OpenOrderAsync(id);
        await Expect(desk.Page.Locator("[data-payment]")).ToContainTextAsync("Khalti has not said yet whether the money moved.");

        await Shop.Sandbox.FaultAsync("*", "drop_before");
        await desk.Button("Ask Khalti now").ClickAsync();
        await Expect(desk.Notice).ToContainTextAsync("Khalti did not answer.");
        await visit.ShootAsync(desk.Page, "desk-check-silent");
        await Shop.Sandbox.MendAsync();
        await desk.Button("Ask Khalti now").ClickAsync();

        await Expect(desk.Notice).ToHaveTextAsync("Khalti has answered. The payment is now: Paid.");
        await Expect(desk.Status).ToHaveAttributeAsync("data-status", "paid");
        await Expect(desk.Timeline.Nth(1)).ToContainTextAsync("by settings key 1");
        (await desk.Page.ContentAsync()).ShouldNotContain(token);
    }

    [Fact]
    public async Task An_order_with_attention_shows_its_reason_and_is_resolved_with_a_note()
    {
        await OpenAsync(("Reconciliation:Enabled", "false"));
        Visit visit = await VisitAsync(Phone);
        string id = await GivenPaidLateAsync();
        DeskPage desk = await DeskPage.OpenAsync(visit, "/admin/?view=inbox");
        await Expect(desk.Page.Locator("[data-reason=paid_late]")).ToContainTextAsync("Send the things after all, or give the money back.");
        await Expect(desk.Page.Locator("#nav .count")).ToContainTextAsync("1");
        await visit.ShootAsync(desk.Page, "desk-inbox");
        await desk.Page.Locator("[data-reason=paid_late] a").First.ClickAsync();
        await Expect(desk.Page.Locator("#attention")).ToContainTextAsync("Paid too late");
        await visit.ShootAsync(desk.Page, "desk-attention");

        await desk.Button("I have looked at this").ClickAsync();
        await desk.Send.ClickAsync();
        await Expect(desk.Dialog.Locator("[role=alert]")).ToBeVisibleAsync(); // not without a word
        await desk.Page.FillAsync("#note", "Sent on Sunday");
        await desk.Send.ClickAsync();

        await Expect(desk.Page.Locator("#attention")).ToHaveCountAsync(0);
        await Expect(desk.Timeline.First).ToContainTextAsync("paid_late: Sent on Sunday");
        await Expect(desk.Page.Locator("#nav .count")).ToHaveCountAsync(0);
        await desk.Page.GotoAsync("/admin/?view=inbox");
        await Expect(desk.Page.Locator("#view")).ToContainTextAsync("No order wants a look.");
        (await Shop.OrderAsync(id))["status"]!.GetValue<string>().ShouldBe("paid");
    }

    [Fact]
    public async Task A_key_is_created_shown_once_used_and_revoked()
    {
        await OpenAsync(("Reconciliation:Enabled", "false"));
        Visit visit = await VisitAsync(Phone);
        string id = await GivenPaidLateAsync();
        DeskPage desk = await DeskPage.OpenAsync(visit, "/admin/?view=keys");
        await desk.Page.FillAsync("#key-name", "Sunita");
        await desk.Button("Make the key").ClickAsync();
        string key = await desk.Page.Locator("#new-key code").InnerTextAsync();
        await visit.ShootAsync(desk.Page, "desk-keys");
        await desk.Page.ReloadAsync();
        await Expect(desk.Page.Locator("[data-key]")).ToContainTextAsync("Sunita");
        (await desk.Page.ContentAsync()).ShouldNotContain(key);

        Visit other = (await VisitAsync(Phone)).Expecting("401");
        DeskPage hers = await DeskPage.OpenAsync(other, $"/admin/?order={id}", key);
        await Expect(hers.Timeline.First).ToBeVisibleAsync();
        (await hers.Page.Locator("#view button:not(.copy)").AllInnerTextsAsync()).ShouldBeEmpty();
        await Expect(hers.Page.Locator("#attention")).ToContainTextAsync("Somebody with a key that may do more has to settle this.");
        (await hers.Page.Locator("#nav a").AllInnerTextsAsync()).ShouldNotContain("Keys");
        await visit.ShootAsync(hers.Page, "desk-reader");
        await hers.Page.GotoAsync("/admin/?view=keys");
        await Expect(hers.Page.Locator("h1")).ToHaveTextAsync("Your key may not do this");

        await desk.Button("Revoke").ClickAsync();
        await Expect(desk.Dialog).ToContainTextAsync("Revoke the key of Sunita?");
        await desk.Send.ClickAsync();
        await Expect(desk.Page.Locator("[data-key]")).ToHaveAttributeAsync("data-revoked", "true");
        await hers.Page.Locator("#nav a").First.ClickAsync();
        await Expect(hers.KeyField).ToBeVisibleAsync();
    }

    [Fact]
    public async Task After_an_expired_session_sign_in_returns_to_the_same_page()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync(Phone)).Expecting("401");
        string id = await GivenPaidAsync("Sita Rai", null, "ilam-tea", 1);
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await Expect(desk.Rows).ToHaveCountAsync(1);
        await visit.Context.ClearCookiesAsync();
        await desk.Rows.GetByRole(AriaRole.Link).ClickAsync();

        await Expect(desk.KeyField).ToBeVisibleAsync();
        await desk.SignInAsync();
        await Expect(desk.Page.Locator("h1")).ToHaveTextAsync($"Order …{id[^8..]}");
    }

    [Fact]
    public async Task A_name_with_markup_is_shown_as_text_on_the_desk()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(Phone);
        string name = "<img src=x onerror=alert(1)>";
        string id = await GivenPaidAsync(name, null, "ilam-tea", 1);
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await Expect(desk.Rows.GetByRole(AriaRole.Link)).ToHaveTextAsync(name);
        await desk.OpenOrderAsync(id);

        await Expect(desk.Page.Locator("#view")).ToContainTextAsync(name);
        await Expect(desk.Page.Locator("#view img")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Loaded_pages_of_orders_are_kept_when_going_back()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(Phone);
        for (int i = 0; i < 27; i++)
        {
            await Shop.GivenOrderAsync();
        }

        DeskPage desk = await DeskPage.OpenAsync(visit);
        await Expect(desk.Rows).ToHaveCountAsync(25);
        await desk.Button("Show more").ClickAsync();
        await Expect(desk.Rows).ToHaveCountAsync(27);
        await Expect(desk.Button("Show more")).ToHaveCountAsync(0);
        await Expect(desk.Rows.Nth(25).GetByRole(AriaRole.Link)).ToBeFocusedAsync();

        await desk.Rows.Last.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(desk.Timeline.First).ToBeVisibleAsync();
        await desk.Page.GoBackAsync();
        await Expect(desk.Rows).ToHaveCountAsync(27);
    }

    [Fact]
    public async Task The_CSV_export_has_the_orders_of_the_list()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(Phone);
        await GivenPaidAsync("Sita Rai", null, "ilam-tea", 1);
        await Shop.GivenOrderAsync();
        DeskPage desk = await DeskPage.OpenAsync(visit, "/admin/?status=paid");
        await Expect(desk.Rows).ToHaveCountAsync(1);

        IDownload download = await desk.Page.RunAndWaitForDownloadAsync(
            () => desk.Page.GetByRole(AriaRole.Link, new() { Name = "Download as table" }).ClickAsync());

        download.SuggestedFilename.ShouldMatch("^orders-[0-9-]{10}\\.csv$");
        (await File.ReadAllLinesAsync(await download.PathAsync(), TestContext.Current.CancellationToken)).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Sales_are_shown_as_a_chart_and_a_table()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(Phone);
        await GivenPaidAsync("Sita Rai", null, "dhaka-topi", 3);
        DeskPage desk = await DeskPage.OpenAsync(visit, "/admin/?view=sales&days=7");

        await Expect(desk.Page.Locator("svg rect.paid title")).ToContainTextAsync("Rs\u00a01,500");
        await Expect(desk.Page.Locator(".figures tbody tr")).ToHaveCountAsync(7);
        await Expect(desk.Page.Locator(".figures tfoot td"))
            .ToHaveTextAsync(["1", "Rs\u00a01,500", "Rs\u00a00", "Rs\u00a045", "Rs\u00a01,455"]);
        await visit.ShootAsync(desk.Page, "desk-sales");
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "90 days" }).ClickAsync();
        await Expect(desk.Page.Locator(".figures tbody tr")).ToHaveCountAsync(90);
    }

    [Fact]
    public async Task A_reconciliation_difference_links_to_its_correction()
    {
        await OpenAsync(("Reconciliation:Enabled", "false"));
        Visit visit = await VisitAsync(Phone);
        await GivenPaidAsync("Sita Rai", null, "dhaka-topi", 3);
        string id = await Shop.GivenOrderAsync();
        string token = await Shop.Sandbox.ConfirmedTokenAsync(18_500, id);
        await Shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        await Shop.PostAsync("/api/v1/payments/verify", new { orderId = id, token, amount = 18_500 });
        DeskPage desk = await DeskPage.OpenAsync(visit, "/admin/?view=closes");
        await Expect(desk.Page.Locator(".empty")).ToHaveTextAsync("No day has been compared yet.");
        await desk.Page.FillAsync("#close-day", (string)(await desk.Page.Locator("#close-day").GetAttributeAsync("max"))!);
        await desk.Button("Compare this day").ClickAsync();

        await Expect(desk.Page.Locator("[data-difference=paid_at_khalti_only]")).ToBeVisibleAsync();
        await visit.ShootAsync(desk.Page, "desk-close");
        await desk.Button("Ask Khalti now").ClickAsync();
        await Expect(desk.Notice).ToContainTextAsync("Compare the day again");
        await desk.Button("Compare again").ClickAsync();
        await Expect(desk.Page.Locator("[data-close]")).ToContainTextAsync("Nothing differs.");
        ((string)(await Shop.OrderAsync(id))["status"]!).ShouldBe("paid");
    }

    [Fact]
    public async Task The_desk_works_with_the_keyboard_only()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync()).Expecting("401");
        string id = await GivenPaidAsync("Sita Rai", null, "dhaka-topi", 3);
        IPage page = await visit.Context.NewPageAsync();
        await page.GotoAsync("/admin/");
        await page.TabAndTypeAsync(page.Locator("#key"), DeskPage.Key);
        await page.Keyboard.PressAsync("Enter");
        await page.TabAndTypeAsync(page.Locator("#q"), "sita");
        await page.Keyboard.PressAsync("Enter");
        DeskPage desk = new(page);
        await Expect(desk.Rows).ToHaveCountAsync(1);
        await page.TabAndPressAsync(desk.Rows.GetByRole(AriaRole.Link), "Enter");
        await page.TabAndPressAsync(desk.Button("Give money back"), "Enter");
        await Expect(page.Locator("#refund-all")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.TabAndTypeAsync(page.Locator("#refund-amount"), "500");
        await page.TabAndPressAsync(desk.Send, "Enter");

        await Expect(desk.Notice).ToHaveTextAsync("Rs\u00a0500 were given back.");
        ((long)(await Shop.OrderAsync(id))["amountRefunded"]!).ShouldBe(50_000);
    }

    [Fact]
    public async Task The_desk_in_Nepali_on_a_phone_has_no_English_and_large_targets()
    {
        await OpenAsync(("Reconciliation:Enabled", "false"));
        Visit visit = (await VisitAsync(new Shopper(360, "ne", Touch: true))).Expecting("401");
        Walk walk = new(visit, "desk");
        await GivenPaidLateAsync();
        string id = await GivenPaidAsync("Maya Gurung", null, "dhaka-topi", 3);
        await Shop.Sandbox.FaultAsync("refund", "drop_after", times: 1);
        IPage page = await visit.Context.NewPageAsync();
        await page.GotoAsync("/admin/");
        DeskPage desk = new(page);
        await desk.KeyField.FillAsync("x");
        await desk.KeyField.PressAsync("Enter");
        await Expect(page.Locator("#sign-in-error")).ToBeVisibleAsync();
        await walk.StepAsync(page, "sign-in");
        await desk.SignInAsync();
        await Expect(desk.Rows).ToHaveCountAsync(2);
        await page.Locator(".filters summary").ClickAsync();
        await walk.StepAsync(page, "orders");

        await desk.OpenOrderAsync(id);
        await walk.StepAsync(page, "order");
        await page.GetByRole(AriaRole.Button, new() { Name = "पैसा फिर्ता गर्नुहोस्" }).ClickAsync();
        await page.Locator("#refund-part").CheckAsync();
        await page.Locator("#refund-amount").FillAsync("५००");
        await Expect(desk.Effect).ToContainTextAsync("रु\u00a0१,५०० मध्ये रु\u00a0५००");
        await walk.StepAsync(page, "refund");
        await desk.Send.ClickAsync();
        await Expect(desk.Notice).ToContainTextAsync("फेरि फिर्ता नगर्नुहोस्");
        await walk.StepAsync(page, "refund-unknown");

        foreach ((string view, string seen) in (
            (string, string)[])[("inbox", "[data-reason]"), ("sales", "svg"), ("closes", ".empty"), ("keys", "#key-name")])
        {
            await page.GotoAsync("/admin/?view=" + view);
            await Expect(page.Locator(seen).First).ToBeVisibleAsync();
            await walk.StepAsync(page, view);
        }

        await page.Locator("[data-language=en]").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Keys");
    }

    private async Task<string> GivenPaidAsync(string name, string? phone, string productId, int quantity)
    {
        JsonNode order =
            await Shop.PostAsync("/api/v1/orders", new { items = new[] { new { productId, quantity } }, customer = new { name, phone } });
        string id = (string)order["id"]!;
        long amount = (long)order["amount"]!;
        string token = await Shop.Sandbox.ConfirmedTokenAsync(amount, id);
        ((string?)(await Shop.PostAsync("/api/v1/payments/verify", new { orderId = id, token, amount }))["status"]).ShouldBe("paid");
        return id;
    }

    // Khalti's page was paid after the order had been cancelled.
    private async Task<string> GivenPaidLateAsync()
    {
        string id = await Shop.GivenOrderAsync();
        string pidx = (string)(await Shop.PostAsync("/api/v1/payments/initiate", new { orderId = id }))["pidx"]!;
        await Shop.PostAsync($"/api/v1/orders/{id}/cancel", new { });
        Uri back = await Shop.Sandbox.OutcomeAsync(pidx, "completed");
        await Shop.VisitAsync(back);
        ((string?)(await Shop.OrderAsync(id))["status"]).ShouldBe("paid");
        return id;
    }
}
