using System.Net.Http.Json;
using KhaltiCheckout.BrowserTests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>The page of Khalti Sandbox itself, <c>/_sandbox/</c>.</summary>
public sealed class SandboxPageTests(Browser browser) : BrowserTest(browser)
{
    private const string EPaymentKey = "live_secret_key_33333333333333333333333333333333";

    [Theory]
    [InlineData(1366)]
    [InlineData(360)]
    public async Task The_page_shows_transactions_and_calls_and_its_buttons_drive_the_sandbox(int width)
    {
        (Visit visit, IPage page) = await GivenPageAsync(width);
        ILocator payment = page.Locator("#transactions tr").First;
        await Expect(payment).ToContainTextAsync("None yet.");
        await visit.JudgeAsync(page, "sandbox-empty");

        (await InitiateAsync()).ShouldBeTrue();
        await Expect(payment).ToContainTextAsync("order-1042");
        await Expect(payment).ToContainTextAsync("1,300.00");
        await Expect(payment).ToContainTextAsync("Initiated");
        ILocator calls = page.Locator("#requests tr").Filter(new() { HasText = "epayment_initiate" }); // the shop calls, too
        ILocator call = calls.Last;
        await call.Locator("summary").ClickAsync();
        await Expect(call.Locator("pre").Last).ToContainTextAsync("\"purchase_order_id\":\"order-1042\"");
        await Expect(call.Locator("pre").Last).ToContainTextAsync("Key (live secret key)");

        await page.GetByLabel("Call", new() { Exact = true }).SelectOptionAsync("epayment_initiate");
        await page.GetByRole(AriaRole.Button, new() { Name = "503 with Retry-After" }).ClickAsync();
        await Expect(page.Locator("#faults")).ToHaveTextAsync("epayment_initiate fails with 503, Retry-After 30 s, once");
        await visit.JudgeAsync(page, "sandbox-fault");
        (await page.EvaluateAsync<bool>("() => [...document.querySelectorAll('.wide')].every(one => one.scrollWidth <= one.clientWidth)"))
            .ShouldBeTrue(); // every button of a row is in sight
        (await InitiateAsync()).ShouldBeFalse();
        await Expect(calls.First).ToContainTextAsync("503");
        await Expect(call.Locator("details")).ToHaveAttributeAsync("open", "");
        await Expect(page.Locator("#active")).ToBeHiddenAsync(); // used up
        await page.GetByRole(AriaRole.Button, new() { Name = "Half a body" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove all faults" }).ClickAsync();
        await Expect(page.Locator("#active")).ToBeHiddenAsync();

        await payment.GetByRole(AriaRole.Button, new() { Name = "completed" }).ClickAsync();
        await Expect(page.Locator("#said")).ToHaveTextAsync("The link of order-1042 is completed.");
        await Expect(payment).ToContainTextAsync("Completed");
        await payment.GetByRole(AriaRole.Button, new() { Name = "refunded" }).ClickAsync();
        await Expect(payment).ToContainTextAsync("Refunded");
    }

    [Fact]
    public async Task The_clock_is_Nepals_and_moves_by_a_button()
    {
        (_, IPage page) = await GivenPageAsync(1280);
        await Expect(page.Locator("#clock")).Not.ToBeEmptyAsync();
        (DateTimeOffset before, _) = await ClockAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "An hour on" }).ClickAsync();
        await Expect(page.Locator("#said")).ToHaveTextAsync("An hour on.");
        await page.WaitForFunctionAsync(
            "before => Date.parse(document.querySelector('#clock').dateTime) > before + 3000000", before.ToUnixTimeMilliseconds());

        (DateTimeOffset after, string shown) = await ClockAsync();
        (after - before).ShouldBe(TimeSpan.FromHours(1), tolerance: TimeSpan.FromMinutes(1));
        shown.ShouldContain(
            after.ToOffset(new TimeSpan(5, 45, 0)).ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture));

        async Task<(DateTimeOffset Instant, string Shown)> ClockAsync()
        {
            string[] clock = await page.EvaluateAsync<string[]>(
                "() => [document.querySelector('#clock').dateTime, document.querySelector('#clock').textContent]");
            return (DateTimeOffset.Parse(clock[0], System.Globalization.CultureInfo.InvariantCulture), clock[1]);
        }
    }

    [Fact]
    public async Task What_happens_is_shown_by_an_event_and_at_rest_the_page_asks_for_nothing()
    {
        int asked = 0;
        (_, IPage page) = await GivenPageAsync(1280, async page =>
        {
            page.Request += (_, request) => asked += request.Url.EndsWith("/_sandbox/clock", StringComparison.Ordinal) ? 1 : 0;
            await page.Clock.InstallAsync();
        });
        await page.Clock.RunForAsync(1000);
        await Expect(page.Locator("#updates")).ToHaveTextAsync("Shown as it happens.");
        await Expect(page.Locator("#transactions tr").First).ToContainTextAsync("None yet.");

        int before = asked;
        await page.Clock.RunForAsync(30_000);
        asked.ShouldBeLessThan(before + 3); // and not 30: the shop may call Khalti Sandbox meanwhile
        await InitiateAsync();
        await Expect(page.Locator("#transactions tr").First).ToContainTextAsync("order-1042");
    }

    [Fact]
    public async Task Without_events_the_page_asks_every_second()
    {
        (Visit visit, IPage page) = await GivenPageAsync(
            1280, page => page.RouteAsync("**/_sandbox/events", route => route.AbortAsync()));
        visit.Expecting("/_sandbox/events");

        await Expect(page.Locator("#updates")).ToHaveTextAsync("Asked every second.");
        await InitiateAsync();
        await Expect(page.Locator("#transactions tr").First).ToContainTextAsync("order-1042");
    }

    [Fact]
    public async Task A_key_is_copied_by_pressing_it()
    {
        (Visit visit, IPage page) = await GivenPageAsync(1280);
        await visit.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);

        await page.GetByRole(AriaRole.Button, new() { Name = EPaymentKey }).ClickAsync();

        await Expect(page.Locator("#said")).ToHaveTextAsync($"Copied: {EPaymentKey}");
        (await page.EvaluateAsync<string>("() => navigator.clipboard.readText()")).ShouldBe(EPaymentKey);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "9800000005" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Emptying_asks_first()
    {
        (Visit visit, IPage page) = await GivenPageAsync(1280);
        await InitiateAsync();
        ILocator payment = page.Locator("#transactions tr").First;
        await Expect(payment).ToContainTextAsync("order-1042");
        ILocator reset = page.GetByRole(AriaRole.Button, new() { Name = "Empty the sandbox…" });

        await reset.ClickAsync();
        await visit.JudgeAsync(page, "sandbox-sure");
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep everything" }).ClickAsync();
        await Expect(page.Locator("#sure")).ToBeHiddenAsync();
        (await Shop.Sandbox.ListAsync("/_sandbox/transactions")).Count.ShouldBe(1);

        await reset.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Empty it" }).ClickAsync();
        await Expect(payment).ToContainTextAsync("None yet.");
        await Expect(page.Locator("#said")).ToHaveTextAsync("The sandbox is empty.");
    }

    private async Task<(Visit Visit, IPage Page)> GivenPageAsync(int width, Func<IPage, Task>? prepare = null)
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(width, "en"), home: Shop.SandboxAddress);
        IPage page = await visit.Context.NewPageAsync();
        await (prepare?.Invoke(page) ?? Task.CompletedTask);
        await page.GotoAsync("/_sandbox/");
        return (visit, page);
    }

    private async Task<bool> InitiateAsync()
    {
        using HttpClient merchant = new() { BaseAddress = Shop.SandboxAddress };
        merchant.DefaultRequestHeaders.Authorization = new("Key", EPaymentKey);
        using HttpResponseMessage answer = await merchant.PostAsJsonAsync("/api/v2/epayment/initiate/", new
        {
            return_url = "https://shop.example/",
            website_url = "https://shop.example/",
            amount = 130_000,
            purchase_order_id = "order-1042",
            purchase_order_name = "Two notebooks",
        }, TestContext.Current.CancellationToken);
        return answer.IsSuccessStatusCode;
    }
}
