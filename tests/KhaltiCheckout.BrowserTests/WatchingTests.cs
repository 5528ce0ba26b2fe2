using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>How an order page learns what happened elsewhere: it is told, and asks only where it can't be.</summary>
public sealed class WatchingTests(Browser browser) : BrowserTest(browser)
{
    private const long TeaPrice = 18_500;

    // A tab that goes out of sight and comes back, as far as its page can tell.
    private const string Hide =
        "Object.defineProperty(document, 'hidden', { configurable: true, value: true }); document.dispatchEvent(new "
        + "Event('visibilitychange'));";
    private const string Show = "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'));";

    [Fact]
    public async Task A_payment_completed_elsewhere_appears_without_polling()
    {
        (OrderPage order, Asked asked) = await GivenHearingOrderAsync();

        await PayElsewhereAsync(order.Id);

        await order.ShouldStandAsync("paid", "completed");
        asked.Of(Asked.Order).ShouldBe(1); // when it was loaded
        asked.Of(Asked.Events).ShouldBe(1);
    }

    [Fact]
    public async Task A_resolved_lost_answer_appears_without_polling()
    {
        (OrderPage order, Asked asked) = await GivenHearingOrderAsync();
        await Shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);

        await PayElsewhereAsync(order.Id);

        await order.ShouldTellAsync("verifying");
        Shop.Clock.Advance(Storefront.AMoment);
        await order.ShouldStandAsync("paid", "completed");
        asked.Of(Asked.Order).ShouldBe(1);
    }

    [Fact]
    public async Task An_order_in_a_final_state_closes_its_event_stream()
    {
        (OrderPage order, Asked asked) = await GivenHearingOrderAsync();
        Task over = HungUpAsync(order.Page);
        await PayElsewhereAsync(order.Id);
        await order.ShouldStandAsync("paid", "completed");
        await over;

        await order.Page.Clock.FastForwardAsync(120_000);
        asked.Of(Asked.Order).ShouldBe(1);
        asked.Of(Asked.Events).ShouldBe(1);
    }

    [Fact]
    public async Task Without_EventSource_the_page_polls()
    {
        (OrderPage order, Asked asked) = await GivenOrderAsync("delete window.EventSource;");
        await order.ShouldTellAsync("open");
        await PayElsewhereAsync(order.Id);

        await order.ShouldStandAsync("paid", "completed");
        asked.Of(Asked.Events).ShouldBe(0);
        asked.Of(Asked.Order).ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task With_blocked_events_the_page_polls_and_reconnects_with_backoff()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync()).Expecting("net::ERR_ABORTED"); // a leap in time ends the patience with what is being asked
        await visit.WithoutEventsAsync();
        (OrderPage order, Asked asked) = await GivenOrderAsync(visit: visit);
        await order.ShouldTellAsync("open");
        for (int minute = 0; minute < 5; minute++)
        {
            int before = asked.Of(Asked.Events);
            await asked.OverAsync(Asked.Events, before);
            await order.Page.Clock.FastForwardAsync(60_000 * 2);
            await asked.AtLeastAsync(Asked.Events, before + 1);
        }

        await PayElsewhereAsync(order.Id);
        await asked.OverAsync(Asked.Order, asked.Of(Asked.Order)); // a leap would end the page's patience with it
        await order.Page.Clock.FastForwardAsync(20_000); // fifteen seconds are its longest pause
        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task With_buffered_events_the_page_polls()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        await visit.Context.RouteAsync(Asked.EventsPath, _ => Task.CompletedTask);
        (OrderPage order, Asked asked) = await GivenOrderAsync(visit: visit);
        await asked.AtLeastAsync(Asked.Events, 1);
        await PayElsewhereAsync(order.Id);
        await order.Page.Clock.FastForwardAsync(5_000);

        await order.ShouldStandAsync("paid", "completed");
        asked.Of(Asked.Order).ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task An_ended_event_stream_is_reopened()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        await visit.Context.RouteAsync(
            Asked.EventsPath,
            route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/event-stream", Body = ": over\n\n" }),
            new BrowserContextRouteOptions { Times = 1 });
        OrderEvents events = await OrderEvents.InAsync(visit.Context);
        (OrderPage order, Asked asked) = await GivenOrderAsync(visit: visit, still: true);
        await asked.OverAsync(Asked.Events, 1);
        await order.Page.Clock.FastForwardAsync(1_500); // its first pause is no longer
        await events.NextAsync();

        await PayElsewhereAsync(order.Id);
        await order.ShouldStandAsync("paid", "completed");
        asked.Of(Asked.Events).ShouldBe(2);
    }

    [Fact]
    public async Task Restored_events_stop_the_polling()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync()).Expecting("net::ERR_ABORTED");
        await visit.WithoutEventsAsync();
        OrderEvents events = await OrderEvents.InAsync(visit.Context);
        (OrderPage order, Asked asked) = await GivenOrderAsync(visit: visit);
        await asked.AtLeastAsync(Asked.Order, 2);
        await asked.OverAsync(Asked.Events, asked.Of(Asked.Events));
        await visit.Context.UnrouteAllAsync();
        await order.Page.Clock.FastForwardAsync(120_000);
        await events.NextAsync();
        int before = asked.Of(Asked.Order);

        await PayElsewhereAsync(order.Id);
        await order.ShouldStandAsync("paid", "completed");
        asked.Of(Asked.Order).ShouldBeInRange(before, before + 1); // one may have been on its way
    }

    [Fact]
    public async Task A_hidden_tab_disconnects_and_updates_when_shown()
    {
        (OrderPage order, Asked asked) = await GivenHearingOrderAsync();
        await order.Page.EvaluateAsync(Hide);
        Task over = HungUpAsync(order.Page);
        await order.Page.Clock.FastForwardAsync(31_000);
        await over;
        await PayElsewhereAsync(order.Id);
        await order.ShouldStandAsync("pending", "");

        await order.Page.EvaluateAsync(Show);
        await order.ShouldStandAsync("paid", "completed");
        asked.Of(Asked.Order).ShouldBe(1);
        asked.Of(Asked.Events).ShouldBe(2);
    }

    [Fact]
    public async Task A_briefly_hidden_tab_keeps_its_connection()
    {
        (OrderPage order, Asked asked) = await GivenHearingOrderAsync();
        await order.Page.EvaluateAsync(Hide);
        await order.Page.Clock.FastForwardAsync(10_000);
        await order.Page.EvaluateAsync(Show);
        await order.Page.Clock.FastForwardAsync(25_000);

        await PayElsewhereAsync(order.Id);
        await order.ShouldStandAsync("paid", "completed");
        asked.Of(Asked.Events).ShouldBe(1);
        asked.Of(Asked.Order).ShouldBe(1);
    }

    [Fact]
    public async Task The_page_shows_the_expiry_by_itself()
    {
        (OrderPage order, _) = await GivenHearingOrderAsync();
        await Expect(order.PayButton).ToBeVisibleAsync();
        await order.Page.RouteAsync("**/api/v1/orders/ord_*", _ => Task.CompletedTask); // the shop does not say so

        await order.Page.Clock.FastForwardAsync((long)Storefront.TooLong.TotalMilliseconds);

        await order.ShouldTellAsync("timeup");
        await order.ShouldStandAsync("pending", "");
        await order.ShouldNotOfferToPayAsync();
    }

    [Fact]
    public async Task An_outdated_event_never_reverts_a_paid_order()
    {
        (OrderPage order, _) = await GivenOrderAsync();
        await PayElsewhereAsync(order.Id);
        await order.ShouldStandAsync("paid", "completed");
        await order.Page.RouteAsync("**/api/v1/orders/ord_*", route => route.ChangeAsync(json =>
        {
            json["status"] = "pending";
            json["payments"]!.AsArray().Clear();
        }));
        Task<IResponse> answered = order.Page.WaitForResponseAsync("**/api/v1/orders/ord_*");
        await order.Page.EvaluateAsync("window.dispatchEvent(new Event('online'))");
        await answered;

        await order.ShouldNotOfferToPayAsync();
        await order.ShouldStandAsync("paid", "completed");
    }

    /// <summary>An open order in a page that has heard how it stands. Its time stands still, so that nothing makes it lose its
    /// patience with a slow machine.</summary>
    private async Task<(OrderPage Order, Asked Asked)> GivenHearingOrderAsync()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        OrderEvents events = await OrderEvents.InAsync(visit.Context);
        (OrderPage order, Asked asked) = await GivenOrderAsync(visit: visit, still: true);
        await events.NextAsync();
        await order.ShouldTellAsync("open");
        return (order, asked);
    }

    /// <summary>An open order in a page whose clock the test holds, and what that page asks the shop.</summary>
    /// <param name="still">Time stands unless the test moves it.</param>
    private async Task<(OrderPage Order, Asked Asked)> GivenOrderAsync(string? scriptBefore = null, Visit? visit = null, bool still = false)
    {
        if (visit is null)
        {
            await OpenAsync();
            visit = await VisitAsync();
        }

        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        await visit.Context.Clock.InstallAsync(new ClockInstallOptions { TimeDate = now });
        if (still)
        {
            await visit.Context.Clock.PauseAtAsync(now.AddSeconds(1));
        }

        Asked asked = new(visit.Context);
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync(), scriptBefore);
        return (order, asked);
    }

    private static async Task HungUpAsync(IPage page)
    {
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        page.RequestFailed += (_, request) =>
        {
            if (Asked.Events.IsMatch(request.Url))
            {
                over.TrySetResult();
            }
        };
        await over.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
    }

    private async Task PayElsewhereAsync(string id) => await Shop.PostAsync(
        "/api/v1/payments/verify", new { orderId = id, token = await Shop.Sandbox.ConfirmedTokenAsync(TeaPrice, id), amount = TeaPrice });
}
