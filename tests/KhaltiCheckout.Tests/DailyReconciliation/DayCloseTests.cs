using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.DailyReconciliation;

public sealed class DayCloseTests
{
    private const string Today = "2026-11-21";
    private const string SandboxSecret = "test_secret_key_22222222222222222222222222222222";

    [Fact]
    public async Task A_day_without_differences_adds_up()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenPaidAsync();
        await shop.GivenPaidByLinkAsync();
        (JsonNode refunded, _) = await shop.GivenPaidAsync();
        (await shop.RefundAsync(refunded, 5000)).Status.ShouldBe(201);
        JsonNode twice = await shop.GivenPaidTwiceAsync();
        (await shop.RefundAsync(twice)).Status.ShouldBe(201);
        await shop.GivenOrderAsync();
        await shop.GivenConfirmedAsync();

        JsonNode report = (await RunAsync(shop, Today))["report"]!;

        report["differences"]!.AsArray().ShouldBeEmpty(report.ToJsonString());
        report["leftOut"]!.AsArray().ShouldBeEmpty();
        ((int)report["here"]!["payments"]!, (long)report["here"]!["amount"]!).ShouldBe((5, 5 * RefundSteps.TeaPrice));
        report["atKhalti"]!.ToJsonString().ShouldBe(report["here"]!.ToJsonString());
    }

    [Fact]
    public async Task A_report_is_kept_with_a_clock_finer_than_the_database()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Clock.Advance(TimeSpan.FromTicks(1_234_567));

        (await RunAsync(shop, Today))["report"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Each_seeded_difference_is_found_and_nothing_else()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "05:00:00"));
        shop.ExpectWarnings();
        List<(string Kind, string? OrderId, string Action)> seeded = [];

        // Refunds in the dashboard, long after the sale: noticed for thirty days.
        (JsonNode tooOld, _) = await shop.GivenPaidAsync();
        shop.Clock.Advance(TimeSpan.FromDays(2));
        (JsonNode old, _) = await shop.GivenPaidAsync();
        (JsonNode oldLink, _) = await shop.GivenPaidByLinkAsync();
        (JsonNode oldFine, _) = await shop.GivenPaidByLinkAsync();
        shop.Clock.Advance(TimeSpan.FromDays(29));
        await DashboardAsync(shop, tooOld, "Refunded");
        await DashboardAsync(shop, old, "Partially refunded");
        await DashboardAsync(shop, oldLink, "Refunded");
        seeded.Add(("refund", old.Id(), "check_payment"));
        seeded.Add(("refund", oldLink.Id(), "check_payment"));

        // Orders without a difference.
        for (int sale = 0; sale < 3; sale++)
        {
            await shop.GivenPaidAsync();
            await shop.GivenPaidByLinkAsync();
        }

        (JsonNode givenBack, _) = await shop.GivenPaidAsync();
        (await shop.RefundAsync(givenBack)).Status.ShouldBe(201);
        await shop.GivenLinkAsync();
        await shop.GivenConfirmedAsync();

        // Khalti has the money, and we do not know it yet.
        (JsonNode lost, string lostToken) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        await shop.VerifyAsync(lost, lostToken);
        seeded.Add(("paid_at_khalti_only", lost.Id(), "check_payment"));
        (JsonNode unseen, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        seeded.Add(("paid_at_khalti_only", unseen.Id(), "check_payment"));
        string foreign = await shop.Sandbox.ConfirmedTokenAsync(12300, "another-shop");
        await VerifyBesidesAsync(shop, foreign, 12300);
        seeded.Add(("paid_at_khalti_only", null, "look_at_khalti"));
        (JsonNode besides, string besidesToken) = await shop.GivenConfirmedAsync();
        await VerifyBesidesAsync(shop, besidesToken, RefundSteps.TeaPrice);
        seeded.Add(("paid_at_khalti_only", besides.Id(), "look_at_order"));

        // We have the money, and Khalti does not.
        (JsonNode undone, _) = await shop.GivenPaidAsync();
        await DashboardAsync(shop, undone, "Failed");
        seeded.Add(("paid_here_only", undone.Id(), "look_at_khalti"));
        (JsonNode undoneLink, _) = await shop.GivenPaidByLinkAsync();
        await DashboardAsync(shop, undoneLink, "Expired");
        seeded.Add(("paid_here_only", undoneLink.Id(), "look_at_khalti"));

        // Other sums.
        (JsonNode amount, _) = await shop.GivenPaidAsync();
        await ChangeAsync(shop, amount, "\"AmountPaid\" = \"AmountPaid\" - 500");
        seeded.Add(("amount", amount.Id(), "look_at_khalti"));
        (JsonNode amountLink, _) = await shop.GivenPaidByLinkAsync();
        await ChangeAsync(shop, amountLink, "\"AmountPaid\" = \"AmountPaid\" + 500");
        seeded.Add(("amount", amountLink.Id(), "look_at_khalti"));
        (JsonNode fee, _) = await shop.GivenPaidAsync();
        await ChangeAsync(shop, fee, "\"Fee\" = \"Fee\" - 1");
        seeded.Add(("fee", fee.Id(), "look_at_khalti"));

        // Refunds, there and here.
        (JsonNode full, _) = await shop.GivenPaidAsync();
        await DashboardAsync(shop, full, "Refunded");
        seeded.Add(("refund", full.Id(), "check_payment"));
        (JsonNode partLink, _) = await shop.GivenPaidByLinkAsync();
        await DashboardAsync(shop, partLink, "Partially Refunded");
        seeded.Add(("refund", partLink.Id(), "check_payment"));
        (JsonNode taken, _) = await shop.GivenPaidAsync();
        (await shop.RefundAsync(taken)).Status.ShouldBe(201);
        await shop.Sandbox.PostAsync(
            $"/_sandbox/transactions/{taken.Payment()["transactionId"]}/state",
            new { state = "Completed", refundedAmount = 0, force = true });
        seeded.Add(("refund", taken.Id(), "look_at_khalti"));

        string day = "2026-12-22";
        JsonNode close = await RunAsync(shop, day);

        DifferencesOf(close).ShouldBe(seeded, ignoreOrder: true, customMessage: close.ToJsonString());
        ((bool)close["isWhole"]!).ShouldBeTrue();

        // What a call can mend, it mends; the rest stays until a person has looked.
        foreach (JsonNode? difference in close["report"]!["differences"]!.AsArray()
            .Where(one => (string?)one!["action"] == "check_payment"))
        {
            (int status, JsonNode answer) =
                await shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/payments/{difference!["paymentId"]}/check");
            status.ShouldBe(200, answer.ToJsonString());
        }

        JsonNode again = await RunAsync(shop, day);
        DifferencesOf(again).ShouldBe(
            seeded.Where(one => one.Action != "check_payment"), ignoreOrder: true, customMessage: again.ToJsonString());
        (await shop.ReadAsync(lost)).Status().ShouldBe("paid");
        (await shop.ReadAsync(unseen)).Status().ShouldBe("paid");
        (await shop.ReadAsync(oldLink)).Status().ShouldBe("refunded");
        (await shop.ReadAsync(oldFine)).Status().ShouldBe("paid");
        (await shop.AttentionAsync(full)).ShouldBe("refunded_at_khalti");
    }

    [Fact]
    public async Task Khaltis_list_is_read_up_to_its_last_page()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode first, _) = await shop.GivenPaidAsync();
        for (int widget = 0; widget < 120; widget++)
        {
            await shop.Sandbox.PostAsync("/_sandbox/payments", new { amount = 1000, productIdentity = "never verified" });
        }

        JsonNode close = await RunAsync(shop, Today);

        (await shop.Sandbox.CountAsync("list")).ShouldBe(3);
        close["report"]!["differences"]!.AsArray().ShouldBeEmpty();
        ((int)close["report"]!["here"]!["payments"]!).ShouldBe(1, first.Id());
    }

    [Fact]
    public async Task A_payment_at_midnight_is_no_difference_on_either_day()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Clock.MoveTo(new DateTimeOffset(2026, 11, 21, 18, 14, 30, TimeSpan.Zero));
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(200);

        (await RunAsync(shop, Today))["report"]!["differences"]!.AsArray().ShouldBeEmpty();
        (await RunAsync(shop, "2026-11-22"))["report"]!["differences"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_payment_found_after_its_day_was_reconciled_is_in_a_later_report()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Clock.MoveTo(new DateTimeOffset(2026, 11, 21, 18, 13, 0, TimeSpan.Zero));
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        (JsonNode linked, string pidx) = await shop.GivenLinkAsync();
        shop.Clock.Advance(TimeSpan.FromMinutes(3));
        (await RunAsync(shop, Today))["report"]!["differences"]!.AsArray().ShouldBeEmpty();
        (int signed, JsonNode close) = await SignOffAsync(shop, Today, "two shoppers are still paying");
        signed.ShouldBe(200, close.ToJsonString());

        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        await shop.Sandbox.OutcomeAsync(pidx, "completed");

        DifferencesOf(await RunAsync(shop, "2026-11-22")).ShouldBe(
            [("paid_at_khalti_only", order.Id(), "check_payment"), ("paid_at_khalti_only", linked.Id(), "check_payment")],
            ignoreOrder: true);
    }

    [Fact]
    public async Task A_day_reconciled_before_its_end_cannot_be_signed_off()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Clock.MoveTo(new DateTimeOffset(2026, 11, 21, 18, 14, 59, TimeSpan.Zero));
        await RunAsync(shop, Today);
        shop.Clock.Advance(TimeSpan.FromMinutes(1));

        (int status, JsonNode problem) = await SignOffAsync(shop, Today, "all is well");

        (status, problem.Code()).ShouldBe((409, "not_signable"));
    }

    [Fact]
    public async Task Signing_off_a_day_with_an_open_payment_needs_a_note()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_before", times: 1);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        shop.Clock.Advance(TimeSpan.FromDays(1));
        await RunAsync(shop, Today);

        (int bare, JsonNode problem) = await SignOffAsync(shop, Today);

        (bare, problem.Code()).ShouldBe((409, "not_signable"));
        (await SignOffAsync(shop, Today, "It is being looked after.")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Transactions_of_another_shop_on_the_account_are_reported_on_their_day()
    {
        await using Shop shop = await Shop.OpenAsync();
        string foreign = await shop.Sandbox.ConfirmedTokenAsync(12300, "another-shop");
        await VerifyBesidesAsync(shop, foreign, 12300);

        DifferencesOf(await RunAsync(shop, Today)).Count.ShouldBe(1);
        shop.Clock.Advance(TimeSpan.FromDays(1));
        DifferencesOf(await RunAsync(shop, "2026-11-22")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_Khaltis_answers_there_is_no_report()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenPaidAsync();
        await shop.Sandbox.FaultAsync("list", "error", status: 503);

        (int status, JsonNode problem) = await shop.WithKeyAsync(HttpMethod.Post, "/api/v1/admin/closes", new { day = Today });

        status.ShouldBe(503);
        problem.Code().ShouldBe("khalti_unavailable");
        (await shop.WithKeyAsync(HttpMethod.Get, "/api/v1/admin/closes/" + Today)).Status.ShouldBe(404);
        await shop.Sandbox.MendAsync();
        await RunAsync(shop, Today);
        shop.ExpectWarnings();
    }

    [Fact]
    public async Task An_incomplete_reconciliation_cannot_be_signed_off()
    {
        await using Shop shop = await Shop.OpenAsync();
        (_, _) = await shop.GivenPaidByLinkAsync();
        (_, _) = await shop.GivenPaidByLinkAsync();
        await shop.Sandbox.FaultAsync("epayment_lookup", "error", status: 500, times: 5);
        shop.ExpectWarnings();

        JsonNode close = await RunAsync(shop, Today);
        shop.Clock.Advance(TimeSpan.FromDays(1));
        (int status, JsonNode problem) = await SignOffAsync(shop, Today);

        ((bool)close["isWhole"]!).ShouldBeFalse(close.ToJsonString());
        close["report"]!["leftOut"]!.AsArray().Count.ShouldBe(1);
        status.ShouldBe(409);
        problem.Code().ShouldBe("not_signable");
    }

    [Fact]
    public async Task A_signed_off_day_is_never_changed()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await RunAsync(shop, Today);
        (int early, JsonNode tooEarly) = await SignOffAsync(shop, Today);
        shop.Clock.Advance(TimeSpan.FromDays(1));
        await DashboardAsync(shop, order, "Refunded");
        await RunAsync(shop, Today);
        (int bare, JsonNode needsNote) = await SignOffAsync(shop, Today);
        (int signed, JsonNode close) = await SignOffAsync(shop, Today, "The shopper was called.");

        (early, tooEarly.Code()).ShouldBe((409, "not_signable"));
        (bare, needsNote.Code()).ShouldBe((409, "not_signable"));
        signed.ShouldBe(200, close.ToJsonString());
        ((string)close["signedOffBy"]!).ShouldBe("settings key 1");
        (int again, JsonNode refusal) = await shop.WithKeyAsync(HttpMethod.Post, "/api/v1/admin/closes", new { day = Today });
        (again, refusal.Code()).ShouldBe((409, "signed_off"));
        (await SignOffAsync(shop, Today, "again")).Body.Code().ShouldBe("signed_off");
        (_, JsonNode kept) = await shop.WithKeyAsync(HttpMethod.Get, "/api/v1/admin/closes/" + Today);
        kept.ToJsonString().ShouldBe(close.ToJsonString());
        JsonArray list = (await shop.WithKeyAsync(HttpMethod.Get, "/api/v1/admin/closes")).Body["data"]!.AsArray();
        list.Count.ShouldBe(1);

        // A difference that is not corrected is in the next day's report as well.
        DifferencesOf(await RunAsync(shop, "2026-11-22")).ShouldBe([("refund", order.Id(), "check_payment")]);
    }

    [Theory]
    [InlineData("2026-11-22")]
    [InlineData("2026-02-30")]
    [InlineData("yesterday")]
    [InlineData("2016-12-31")]
    [InlineData("")]
    public async Task An_invalid_day_is_refused(string day)
    {
        await using Shop shop = await Shop.OpenAsync();

        (int status, JsonNode problem) = await shop.WithKeyAsync(HttpMethod.Post, "/api/v1/admin/closes", new { day });

        (status, problem.Code()).ShouldBe((400, "validation_failed"));
        (await shop.Sandbox.CountAsync("list")).ShouldBe(0);
    }

    private static List<(string Kind, string? OrderId, string Action)> DifferencesOf(JsonNode close) =>
        [.. close["report"]!["differences"]!.AsArray()
            .Select(one => ((string)one!["kind"]!, (string?)one["orderId"], (string)one["action"]!))];

    private static async Task<JsonNode> RunAsync(Shop shop, string day)
    {
        (int status, JsonNode close) = await shop.WithKeyAsync(HttpMethod.Post, "/api/v1/admin/closes", new { day });
        status.ShouldBe(200, close.ToJsonString());
        return close;
    }

    private static Task<(int Status, JsonNode Body)> SignOffAsync(Shop shop, string day, string? note = null) =>
        shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/closes/{day}/sign-off", new { note });

    private static Task<JsonNode> DashboardAsync(Shop shop, JsonNode order, string state) =>
        shop.Sandbox.PostAsync($"/_sandbox/transactions/{order.Payment()["transactionId"]}/state", new { state, force = true });

    /// <summary>Somebody with the secret key, and not this shop.</summary>
    private static async Task VerifyBesidesAsync(Shop shop, string token, long amount)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(shop.Sandbox.Address, "/api/v2/payment/verify/"))
        {
            Content = JsonContent.Create(new { token, amount })
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Key", SandboxSecret);
        using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private static Task<int> ChangeAsync(Shop shop, JsonNode order, string change)
    {
        string id = order.Id();
#pragma warning disable EF1002 // Constants of these tests.
        return shop.InDatabaseAsync(
            (CheckoutDb db) => db.Database.ExecuteSqlRawAsync($"""UPDATE "Payments" SET {change} WHERE "OrderId" = '{id}'"""));
#pragma warning restore EF1002
    }
}
