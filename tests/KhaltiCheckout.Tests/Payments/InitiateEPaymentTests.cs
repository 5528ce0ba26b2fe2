using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Payments;

/// <summary>Getting a link to Khalti's payment page.</summary>
public sealed class InitiateEPaymentTests
{
    [Fact]
    public async Task A_link_has_the_orders_amount_at_Khaltis_page()
    {
        await using Shop shop = await Shop.OpenAsync();
        (_, JsonNode order) = await shop.PostAsync("/api/v1/orders", new
        {
            items = new[] { new { productId = "ilam-tea", quantity = 2 }, new { productId = "dhaka-topi", quantity = 1 } },
            customer = new { name = "Sita Rai", email = "sita@example.com", phone = "9800000001" },
        });

        (int status, JsonNode link) = await shop.InitiateAsync(order);

        status.ShouldBe(201);
        string pidx = (string)link["pidx"]!;
        ((string)link["paymentUrl"]!).ShouldEndWith("/?pidx=" + pidx);
        ((DateTimeOffset)link["expiresAt"]!).ShouldBe(shop.Clock.GetUtcNow() + TimeSpan.FromHours(1));
        JsonNode asked = (await shop.Sandbox.ListAsync("/_sandbox/requests"))
            .Single(call => (string?)call["operation"] == "epayment_initiate")["fields"]!;
        ((long)asked["amount"]!).ShouldBe((long)order["amount"]!);
        ((string)asked["purchase_order_id"]!).ShouldBe(order.Id());
        ((string)asked["return_url"]!).ShouldBe($"{shop.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)}/payments/khalti/return");
        asked["product_details"]!.AsArray().Sum(product => (long)product!["total_price"]!).ShouldBe((long)order["amount"]!);
        JsonNode payment = (await shop.ReadAsync(order)).Payment();
        ((string?)payment["id"], (string?)payment["method"], (string?)payment["status"])
            .ShouldBe(((string?)link["paymentId"], "epayment", "initiated"));
    }

    [Fact]
    public async Task An_open_link_is_returned_again()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();

        shop.Clock.Advance(TimeSpan.FromMinutes(10));
        (int status, JsonNode again) = await shop.InitiateAsync(order);

        (status, (string?)again["pidx"]).ShouldBe((201, pidx));
        (await shop.Sandbox.CountAsync("epayment_initiate")).ShouldBe(1);
    }

    [Fact]
    public async Task Twenty_parallel_requests_get_the_same_link()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.Sandbox.FaultAsync("epayment_initiate", "delay", delayMs: 150);

        (int Status, JsonNode Body)[] answers = await RaceTests.AtOnceAsync(20, _ => shop.InitiateAsync(order));

        answers.ShouldAllBe(answer => answer.Status == 201);
        answers.Select(answer => (string?)answer.Body["pidx"]).Distinct().ShouldHaveSingleItem();
        (await shop.Sandbox.CountAsync("epayment_initiate")).ShouldBe(1);
        (await shop.InDatabaseAsync(db => db.Payments.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task Parallel_requests_to_two_processes_make_one_link()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.Sandbox.FaultAsync("epayment_initiate", "delay", delayMs: 300);

        (int Status, JsonNode Body)[] answers =
            await RaceTests.AtOnceAsync(10, click => (click % 2 == 0 ? shop : other).InitiateAsync(order));

        answers.ShouldAllBe(answer => answer.Status == 201);
        answers.Select(answer => (string?)answer.Body["pidx"]).Distinct().ShouldHaveSingleItem();
        (await shop.Sandbox.CountAsync("epayment_initiate")).ShouldBe(1);
    }

    [Theory]
    [InlineData("drop_before", null)]
    [InlineData("drop_after", null)]
    [InlineData("garbage", null)]
    [InlineData("error", 401)]
    [InlineData("error", 503)]
    public async Task After_a_lost_initiate_answer_the_next_request_works(string kind, int? code)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.Sandbox.FaultAsync("epayment_initiate", kind, code, times: 1);

        (int status, JsonNode problem) = await shop.InitiateAsync(order);

        (status, problem.Code()).ShouldBe((503, "khalti_unavailable"));
        JsonNode lost = (await shop.ReadAsync(order)).Payment();
        ((string?)lost["status"], (string?)lost["failure"]).ShouldBe(("failed", "no_link"));
        await shop.Sandbox.OutcomeAsync(await shop.GivenLinkAsync(order), "completed");
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_refusal_by_Khalti_is_a_decline_and_the_order_stays_payable()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.Sandbox.SwitchAsync(new { maxAmount = 1000 });

        (int status, JsonNode problem) = await shop.InitiateAsync(order);

        (status, problem.Code()).ShouldBe((402, "payment_declined"));
        ((string?)(await shop.ReadAsync(order)).Payment()["failure"]).ShouldBe("refused_by_khalti");
        await shop.Sandbox.SwitchAsync(new { maxAmount = (long?)null });
        (await shop.InitiateAsync(order)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task The_payment_of_a_process_killed_during_initiate_is_closed()
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        Stop asleep = wire.StopNext("/epayment/initiate/", onTheWayBack: true);
        Task<(int Status, JsonNode Body)> click = shop.InitiateAsync(order);
        await asleep.Reached;

        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        await shop.PassAsync();

        ((string?)(await shop.ReadAsync(order)).Payment()["failure"]).ShouldBe("no_link");
        string fresh = await shop.GivenLinkAsync(order);

        // The one that stood still goes on: its link is remembered, and given to nobody.
        asleep.LetGo();
        (await click).Status.ShouldBe(503);
        await shop.Sandbox.OutcomeAsync(fresh, "completed");
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await shop.InDatabaseAsync(db => db.Payments.CountAsync(payment => payment.Pidx != null))).ShouldBe(2);
    }

    [Fact]
    public async Task A_link_request_for_a_paid_order_is_refused_as_paid()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");

        (int status, JsonNode problem) = await shop.InitiateAsync(order);

        (status, problem.Code()).ShouldBe((409, "order_not_payable"));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await shop.Sandbox.CountAsync("epayment_initiate")).ShouldBe(1);
    }

    [Fact]
    public async Task An_expired_link_is_replaced_and_both_are_checked()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "05:00:00"));
        (JsonNode order, string first) = await shop.GivenLinkAsync();
        shop.Clock.Advance(TimeSpan.FromMinutes(61));

        string second = await shop.GivenLinkAsync(order);

        second.ShouldNotBe(first);
        (await shop.ReadAsync(order))["payments"]!.AsArray().Select(payment => (string?)payment!["status"])
            .ShouldBe(["expired", "initiated"]);
        await shop.Sandbox.OutcomeAsync(second, "completed");
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task Invalid_link_requests_are_refused_before_Khalti_is_called()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, _) = await shop.GivenPaidAsync();
        JsonNode cancelled = await shop.GivenOrderAsync();
        await shop.CancelAsync(cancelled);

        (await shop.PostAsync("/api/v1/payments/initiate", new { orderId = "ord_nobody" })).Body.Code().ShouldBe("not_found");
        (await shop.PostAsync("/api/v1/payments/initiate", new { orderId = "" })).Body.Code().ShouldBe("validation_failed");
        (await shop.PostAsync("/api/v1/payments/initiate", new { orderId = paid.Id(), amount = 1 })).Body.Code()
            .ShouldBe("validation_failed");
        (await shop.InitiateAsync(paid)).Body.Code().ShouldBe("order_not_payable");
        (await shop.InitiateAsync(cancelled)).Body.Code().ShouldBe("order_not_payable");
        JsonNode expired = await shop.GivenOrderAsync();
        shop.Clock.Advance(TimeSpan.FromHours(2));
        (await shop.InitiateAsync(expired)).Body.Code().ShouldBe("order_not_payable");
        (await shop.Sandbox.CountAsync("epayment_initiate")).ShouldBe(0);
    }

    [Fact]
    public async Task While_a_widget_payment_is_unknown_no_link_is_made()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        await shop.VerifyAsync(order, token);

        (int status, JsonNode problem) = await shop.InitiateAsync(order);

        (status, problem.Code()).ShouldBe((409, "payment_in_progress"));
        (await shop.Sandbox.CountAsync("epayment_initiate")).ShouldBe(0);
    }

    [Fact]
    public async Task A_shop_without_ePayment_makes_no_links()
    {
        await using Shop shop = await Shop.OpenAsync(("Khalti:EPayment:Enabled", "false"));
        JsonNode order = await shop.GivenOrderAsync();

        (await shop.InitiateAsync(order)).Body.Code().ShouldBe("not_found");
        ((bool)(await shop.GetAsync("/api/v1/config")).Body["epayment"]!["enabled"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task A_shop_with_ePayment_only_refuses_tokens()
    {
        await using Shop shop = await Shop.OpenAsync(("Khalti:Widget:Enabled", "false"));
        JsonNode order = await shop.GivenOrderAsync();

        (await shop.VerifyAsync(order, "token")).Body.Code().ShouldBe("not_found");
        await shop.Sandbox.OutcomeAsync(await shop.GivenLinkAsync(order), "completed");
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task The_same_idempotency_key_gives_the_same_link()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        async Task<(int Status, JsonNode Body)> ClickAsync() =>
            await shop.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/v1/payments/initiate")
            {
                Content = System.Net.Http.Json.JsonContent.Create(new { orderId = order.Id() }),
                Headers = { { "Idempotency-Key", "click-1-0123456789abcdef" } },
            });

        (int Status, JsonNode Body) first = await ClickAsync();
        (int Status, JsonNode Body) second = await ClickAsync();

        (second.Status, second.Body.ToJsonString()).ShouldBe((201, first.Body.ToJsonString()));
        (await shop.Sandbox.CountAsync("epayment_initiate")).ShouldBe(1);
    }

    [Fact]
    public async Task While_the_lookup_of_a_link_fails_no_other_is_made()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "05:00:00"));
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        shop.Clock.Advance(TimeSpan.FromMinutes(61));
        await shop.Sandbox.FaultAsync("epayment_lookup", "drop_before");

        (int status, JsonNode problem) = await shop.InitiateAsync(order);

        (status, problem.Code()).ShouldBe((409, "payment_in_progress"));
        (await shop.Sandbox.CountAsync("epayment_initiate")).ShouldBe(1);
    }

    [Fact]
    public async Task The_number_of_payments_of_an_order_is_limited()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.Sandbox.FaultAsync("epayment_initiate", "error", status: 400);

        (int Status, JsonNode Body)[] answers = await RaceTests.AtOnceAsync(30, _ => shop.InitiateAsync(order));
        for (int click = 0; click < 60; click++)
        {
            answers = [.. answers, await shop.InitiateAsync(order)];
        }

        answers[^1].Body.Code().ShouldBe("order_not_payable");
        (await shop.InDatabaseAsync(db => db.Payments.CountAsync())).ShouldBe(50);
    }

    [Fact]
    public async Task A_link_is_made_without_customer_data_that_Khalti_refuses()
    {
        await using Shop shop = await Shop.OpenAsync();
        (_, JsonNode order) = await shop.PostAsync("/api/v1/orders", new
        {
            items = new[] { new { productId = "ilam-tea", quantity = 1 } },
            customer = new { name = "Sita Rai", email = "sita@example.com." },
        });

        await shop.Sandbox.OutcomeAsync(await shop.GivenLinkAsync(order), "completed");

        (await shop.Sandbox.CountAsync("epayment_initiate")).ShouldBe(2, "once with the customer, once without");
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }
}
