using System.Text.Json.Nodes;
using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>
/// Every page in every state, in both languages, narrow and wide, light and dark: axe finds nothing, nothing sticks out
/// sideways. Several classes, so that they can run side by side.
/// </summary>
public abstract class AccessibilityTests(Browser browser) : BrowserTest(browser)
{
    public static TheoryData<int, string> Ways => new() { { 360, "en" }, { 360, "ne" }, { 1280, "en" }, { 1280, "ne" } };
}

public sealed class ShopAccessibilityTests(Browser browser) : AccessibilityTests(browser)
{
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_shop_is_accessible_in_every_state(int width, string language)
    {
        await OpenAsync(("Store:MaxAmount", "400000"));
        Visit visit = (await VisitAsync(new Shopper(width, language))).Expecting("net::ERR_FAILED");
        ShopPage shop = await visit.OpenShopAsync();
        IPage page = shop.Page;
        await Expect(shop.AddButton("ilam-tea")).ToBeVisibleAsync();
        await visit.JudgeAsync(page, "shop-empty");

        await shop.AddAsync("ilam-tea");
        await shop.AddAsync("lokta-notebook");
        await page.FillAsync("#customer-email", "maya@");
        await shop.PlaceOrder.ClickAsync();
        await Expect(page.Locator("#customer-email-bad")).ToBeVisibleAsync();
        await visit.JudgeAsync(page, "shop-basket");

        await shop.AddAsync("pashmina-shawl");
        await Expect(page.Locator("#basket-range")).ToBeVisibleAsync();
        await visit.JudgeAsync(page, "shop-too-much");

        await page.RouteAsync("**/api/v1/products", route => route.AbortAsync());
        await page.ReloadAsync();
        await Expect(page.Locator("#shelf-failed")).ToBeVisibleAsync();
        await Expect(page.Locator("#basket-empty")).ToBeHiddenAsync(); // it is not
        await visit.JudgeAsync(page, "shop-unreachable");

        await page.GotoAsync("/404.html");
        await visit.JudgeAsync(page, "nowhere");

        await page.GotoAsync("/error.html");
        await visit.JudgeAsync(page, "broken");
    }
}

/// <summary>Where only the state counts, the server's order is changed on its way to the page.</summary>
public sealed class OrderAccessibilityTests(Browser browser) : AccessibilityTests(browser)
{
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_order_is_accessible_in_every_state(int width, string language)
    {
        await OpenAsync();
        Visit visit = (await VisitAsync(new Shopper(width, language))).Expecting("status of 404", "answer: 404 GET");
        string id = await Shop.GivenOrderAsync("singing-bowl", 2);
        Action<JsonNode> change = _ => { };
        await visit.WithoutEventsAsync(); // they would tell how it really is
        IPage page = await visit.Context.NewPageAsync();
        await page.RouteAsync("**/api/v1/orders/ord_*", route => route.ChangeAsync(json => change(json)));
        OrderPage order = new(page);
        foreach ((string name, string state, Action<JsonNode> made) in States)
        {
            change = made;
            await page.GotoAsync($"/order.html?id={id}");
            await order.ShouldTellAsync(state);
            await visit.JudgeAsync(page, "order-" + name);
        }

        await page.GotoAsync("/order.html?id=ord_unknown");
        await order.ShouldTellAsync("order.missing");
        await visit.JudgeAsync(page, "order-missing");
    }

    private static IEnumerable<(string Name, string State, Action<JsonNode> Change)> States =>
    [
        ("open", "open", _ => { }),
        ("retry", "retry", order => Paid(order, "pending", "failed")),
        ("initiated", "initiated", order => Paid(order, "pending", "initiated")),
        ("verifying", "verifying", order => Paid(order, "pending", "verifying")),
        ("needs-review", "needs_review", order => Paid(order, "pending", "needs_review")),
        ("timeup", "timeup", order => order["expiresAt"] = "2020-01-01T00:00:00Z"),
        ("paid", "paid", order => Paid(order, "paid", "completed")),
        ("paid-and-another-open", "paid", order => Paid(order, "paid", "completed", "verifying")),
        ("partially-refunded", "partially_refunded", order => Refunded(order, "partially_refunded", 100_050)),
        ("refunded", "refunded", order => Refunded(order, "refunded", 640_000)),
        ("cancelled", "cancelled", order => order["status"] = "cancelled"),
        ("expired", "expired", order => order["status"] = "expired"),
    ];

    private static void Paid(JsonNode order, string status, params string[] payments)
    {
        order["status"] = status;
        order["paidAt"] = status == "pending" ? null : order["createdAt"]!.DeepClone();
        order["payments"] = new JsonArray([.. payments.Select((payment, index) => (JsonNode)new JsonObject
        {
            ["id"] = $"pay_{index}",
            ["method"] = "widget",
            ["status"] = payment,
            ["amount"] = order["amount"]!.DeepClone(),
            ["transactionId"] = payment is "completed" or "partially_refunded" or "refunded" ? "8xmeJnNXfoVjCvGcZiiGe7" : null,
            ["createdAt"] = order["createdAt"]!.DeepClone(),
        })]);
    }

    private static void Refunded(JsonNode order, string status, long amount)
    {
        Paid(order, status, status);
        order["amountRefunded"] = amount;
    }
}

public sealed class WindowAccessibilityTests(Browser browser) : AccessibilityTests(browser)
{
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_way_through_the_window_is_accessible_at_every_step(int width, string language)
    {
        await OpenAsync();
        Visit visit = (await VisitAsync(new Shopper(width, language))).Expecting("net::ERR_", "/api/v2/payment/confirm/");
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        IPage page = order.Page;
        await page.Locator("#cancel").ClickAsync();
        await visit.JudgeAsync(page, "order-cancel-asked");
        await page.Locator("#cancel-no").ClickAsync();

        await page.RouteAsync("**/khalti-checkout*.js", route => route.AbortAsync());
        await order.PayButton.ClickAsync();
        await Expect(order.Note).ToBeVisibleAsync();
        await visit.JudgeAsync(page, "order-blocked");
        await page.UnrouteAllAsync();

        Widget widget = await order.OpenWidgetAsync();
        await visit.JudgeAsync(page, "widget-open");
        await widget.ReachCodeAsync();
        await widget.GiveCodeAsync("111111");
        await Expect(widget.Body).ToContainTextAsync("does not match");
        await visit.JudgeAsync(page, "widget-wrong-code");
        await widget.CloseButton.ClickAsync();
        await Expect(order.Note).ToBeVisibleAsync();
        await visit.JudgeAsync(page, "order-closed");

        await page.EvaluateAsync(
            """
            () => {
              const really = window.fetch;
              window.fetch = (path, how) => String(path).endsWith('/payments/verify') ? Promise.reject(new TypeError()) : really(path, how);
            }
            """);
        await order.OpenWidgetAsync();
        await widget.GiveCodeAsync();
        await order.ShouldTellAsync("checking");
        await visit.Context.SetOfflineAsync(true);
        await Expect(page.Locator("#offline")).ToBeVisibleAsync();
        await visit.JudgeAsync(page, "order-checking-offline");
    }
}

public sealed class DeskAccessibilityTests(Browser browser) : AccessibilityTests(browser)
{
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_desk_is_accessible_in_every_view(int width, string language)
    {
        await OpenAsync(("Reconciliation:Enabled", "false"));
        Visit visit = (await VisitAsync(new Shopper(width, language))).Expecting("401");
        string id = await Shop.GivenOrderAsync("singing-bowl", 2);
        string token = await Shop.Sandbox.ConfirmedTokenAsync(640_000, id);
        await Shop.PostAsync("/api/v1/payments/verify", new { orderId = id, token, amount = 640_000 });
        IPage page = await visit.Context.NewPageAsync();
        await page.GotoAsync("/admin/");
        DeskPage desk = new(page);
        await desk.KeyField.FillAsync("wrong");
        await desk.KeyField.PressAsync("Enter");
        await Expect(page.Locator("#sign-in-error")).ToBeVisibleAsync();
        await visit.JudgeAsync(page, "desk-sign-in");
        await desk.SignInAsync();
        await Expect(desk.Rows).ToHaveCountAsync(1);
        await page.Locator(".filters summary").ClickAsync();
        await visit.JudgeAsync(page, "desk-orders");

        // Every state that an order can be in, and every reason to look at it.
        Action<JsonNode> change = _ => { };
        await page.RouteAsync("**/api/v1/admin/orders/ord_*", route => route.ChangeAsync(json => change(json)));
        foreach ((string name, Action<JsonNode> made) in States)
        {
            change = made;
            await desk.OpenOrderAsync(id);
            await visit.JudgeAsync(page, "desk-order-" + name);
        }

        change = _ => { };
        await desk.OpenOrderAsync(id);
        await page.Locator("[data-payment] button:not(.copy)").First.ClickAsync();
        await page.Locator("#refund-part").CheckAsync();
        await visit.JudgeAsync(page, "desk-refund-dialog");
        await page.Keyboard.PressAsync("Escape");

        await SeeAsync(visit, page, "inbox", "#unknown");
        await SeeAsync(visit, page, "sales", "svg");
        await SeeAsync(visit, page, "closes", "#close-day");
        await page.Locator("#close-day").FillAsync((string)(await page.Locator("#close-day").GetAttributeAsync("max"))!);
        await page.Locator("form.card .button").ClickAsync();
        await Expect(page.Locator("[data-close]")).ToBeVisibleAsync();
        await visit.JudgeAsync(page, "desk-close-day");
        await SeeAsync(visit, page, "keys", "#key-name");
        await page.FillAsync("#key-name", "Maya Gurung");
        await page.Locator("form.card .button").ClickAsync();
        await Expect(page.Locator("#new-key")).ToBeVisibleAsync();
        await visit.JudgeAsync(page, "desk-new-key");
        await page.Locator("[data-key] button:not(.copy)").ClickAsync();
        await visit.JudgeAsync(page, "desk-revoke");
    }

    private static IEnumerable<(string Name, Action<JsonNode> Change)> States =>
    [
        ("paid", _ => { }),

        // All reasons that there are, and the cause of each.
        ("attention", order => order["reasons"] = new JsonArray(
            [.. Enum.GetValues<AttentionReason>().Select((reason, index) => (JsonNode)new JsonObject
        {
            ["id"] = $"rsn_{index}",
            ["reason"] = SnakeCase.Of(reason),
            ["paymentId"] = index == 0 ? null : order["payments"]![0]!["id"]!.DeepClone(),
            ["refundId"] = null,
            ["raisedAt"] = order["createdAt"]!.DeepClone(),
        })])),

        // One of everything that a payment and a refund can be.
        ("of-everything", order =>
        {
            JsonNode payment = order["payments"]![0]!;
            order["payments"] = new JsonArray(
                [payment.DeepClone(), .. (
                    (
                        string[])["initiated", "verifying", "failed", "cancelled", "expired", "needs_review", "partially_refunded",
                            "refunded"])
                .Select((status, index) =>
                {
                    JsonNode another = payment.DeepClone();
                    another["id"] = $"pay_{index}";
                    another["status"] = status;
                    another["failure"] = status == "failed" ? "never_confirmed" : null;
                    return another;
                })]);
            order["refunds"] = new JsonArray(
                [.. ((string[])["requested", "unknown", "completed", "failed"]).Select((status, index) => (JsonNode)new JsonObject
            {
                ["id"] = $"ref_{index}",
                ["paymentId"] = $"pay_{index}",
                ["amount"] = 50_000,
                ["status"] = status,
                ["origin"] = "merchant",
                ["reason"] = "Maya Gurung",
                ["by"] = "Maya Gurung",
                ["mobile"] = "98******01",
                ["failure"] = status == "failed" ? "not_made" : null,
                ["createdAt"] = order["createdAt"]!.DeepClone(),
                ["completedAt"] = null,
            })]);
        }),
    ];

    private static async Task SeeAsync(Visit visit, IPage page, string view, string seen)
    {
        await page.GotoAsync("/admin/?view=" + view);
        await Expect(page.Locator(seen).First).ToBeVisibleAsync();
        await visit.JudgeAsync(page, "desk-" + view);
    }
}
