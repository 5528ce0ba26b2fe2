using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Refunds;

/// <summary>Holes that a reading of the code found, one test each.</summary>
public sealed class RefundReviewTests
{
    [Fact]
    public async Task A_refund_in_flight_cannot_be_marked_as_failed()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.FaultAsync("refund", "drop_before", times: 1);
        (_, JsonNode refund) = await shop.RefundAsync(order, 3000);

        (int early, JsonNode problem) = await SettleAsync(shop, refund, "failed");
        (int never, JsonNode contradicted) = await SettleAsync(shop, refund, "completed");
        shop.Clock.Advance(TimeSpan.FromMinutes(16));
        (int late, JsonNode settled) = await SettleAsync(shop, refund, "failed");

        (early, problem.Code()).ShouldBe((409, "not_settleable"));
        (never, contradicted.Code()).ShouldBe((409, "not_settleable"));
        late.ShouldBe(200, settled.ToJsonString());
        ((string)settled["status"]!).ShouldBe("failed");
    }

    [Fact]
    public async Task A_refund_found_at_Khalti_cannot_be_marked_as_failed()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.FaultAsync("refund", "drop_after", times: 1);
        (_, JsonNode refund) = await shop.RefundAsync(order);
        shop.Clock.Advance(TimeSpan.FromHours(1));

        (int status, JsonNode problem) = await SettleAsync(shop, refund, "failed");

        (status, problem.Code()).ShouldBe((409, "not_settleable"));
        (await SettleAsync(shop, refund, "completed")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_refunded_payment_of_another_amount_closes_its_order()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        string token = await shop.Sandbox.ConfirmedTokenAsync(RefundSteps.TeaPrice, "ord_of_somebody_else");
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        string paymentId = (string)(await shop.ReadAsync(order)).Payment()["id"]!;
        await shop.Sandbox.ForceStateAsync(token, "Refunded");

        (int status, JsonNode looked) = await shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/payments/{paymentId}/check");

        status.ShouldBe(200, looked.ToJsonString());
        looked.PaymentStatus().ShouldBe("refunded");
        (await shop.VerifyAsync(order, token)).Body.Code().ShouldBe("payment_declined", "it never paid the order");
        ((long)looked["refunds"]!.AsArray().Single()!["amount"]!).ShouldBe(RefundSteps.TeaPrice);
        string another = await shop.Sandbox.ConfirmedTokenAsync(RefundSteps.TeaPrice, order.Id());
        (await shop.VerifyAsync(order, another)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_refund_just_made_in_the_dashboard_is_not_made_again()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.PostAsync(
            $"/_sandbox/transactions/{order.Payment()["transactionId"]}/state",
            new { state = "Partially refunded", refundedAmount = 5000 });

        (int status, JsonNode problem) = await shop.RefundAsync(order, 5000);
        (int again, _) = await shop.RefundAsync(order, 5000);

        (status, problem.Code()).ShouldBe((409, "not_refundable"));
        again.ShouldBe(201, "now it is meant");
        ((long)(await shop.ReadAsync(order))["amountRefunded"]!).ShouldBe(10000);
    }

    [Fact]
    public async Task A_dashboard_refund_recorded_by_two_people_counts_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.Sandbox.SwitchAsync(new { refundsAsChildren = false });
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.PostAsync(
            $"/_sandbox/transactions/{order.Payment()["transactionId"]}/state",
            new { state = "Partially refunded", refundedAmount = 5000 });

        string path = $"/api/v1/admin/payments/{order.Payment()["id"]}/refunds-found";
        (int Status, JsonNode Body)[] answers =
            await Task.WhenAll(
                Enumerable.Range(0, 4)
                .Select(_ => shop.WithKeyAsync(HttpMethod.Post, path, new { amount = 5000, note = "seen in the dashboard" })));

        answers.Count(answer => answer.Status == 201).ShouldBe(1);
        ((long)(await shop.ReadAsync(order))["amountRefunded"]!).ShouldBe(5000);
    }

    [Fact]
    public async Task A_new_reason_is_not_resolved_with_an_older_one()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.PostAsync($"/_sandbox/transactions/{order.Payment()["transactionId"]}/state", new { state = "Refunded" });
        await shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/payments/{order.Payment()["id"]}/check");
        string path = $"/api/v1/admin/orders/{order.Id()}/resolve";

        (int status, JsonNode problem) =
            await shop.WithKeyAsync(HttpMethod.Post, path, new { note = "delivered all the same", attention = "paid_late" });

        (status, problem.Code()).ShouldBe((409, "attention_changed"));
        (await shop.AttentionAsync(order)).ShouldBe("refunded_at_khalti");
        (await shop.WithKeyAsync(HttpMethod.Post, path, new { note = "it was me", attention = "refunded_at_khalti" })).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Net_includes_second_payments_and_their_refunds()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenPaidTwiceAsync();
        (await shop.RefundAsync(order)).Status.ShouldBe(201);

        JsonNode day = (await shop.WithKeyAsync(HttpMethod.Get, "/api/v1/admin/summary?days=1")).Body["days"]!.AsArray()[^1]!;

        ((long)day["paid"]!).ShouldBe(2 * RefundSteps.TeaPrice);
        ((long)day["refunded"]!).ShouldBe(RefundSteps.TeaPrice);
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/admin/orders.csv");
        request.Headers.Authorization = new("Bearer", RefundSteps.Key);
        using HttpResponseMessage response = await shop.Http.SendAsync(request, TestContext.Current.CancellationToken);
        string[] cells = (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("\r\n")[1].Split(',');
        long[] paisa = [.. cells[^5..].Select(cell => long.Parse(cell, System.Globalization.CultureInfo.InvariantCulture))];
        paisa[0..3].ShouldBe([RefundSteps.TeaPrice, 2 * RefundSteps.TeaPrice, RefundSteps.TeaPrice]);
        paisa[4].ShouldBe(RefundSteps.TeaPrice - paisa[3]);
    }

    [Fact]
    public async Task A_partial_refund_of_a_second_payment_leaves_the_order_paid()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.Sandbox.SwitchAsync(new { refundsAsChildren = false });
        JsonNode order = await shop.GivenPaidTwiceAsync();
        JsonNode again = (await shop.ReadAsync(order))["payments"]!.AsArray().Single(payment => (string?)payment!["method"] == "epayment")!;
        await shop.Sandbox.PostAsync(
            $"/_sandbox/transactions/{again["transactionId"]}/state", new { state = "Partially Refunded", refundedAmount = 5000 });

        await shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/payments/{again["id"]}/check");

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_check_of_a_refund_is_in_the_timeline_with_the_name_of_the_key()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.FaultAsync("refund", "drop_after", times: 1);
        (_, JsonNode refund) = await shop.RefundAsync(order);

        await shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/refunds/{refund.Id()}/check");

        JsonNode[] timeline = [
            .. (await shop.WithKeyAsync(HttpMethod.Get, $"/api/v1/admin/orders/{order.Id()}")).Body["timeline"]!.AsArray()
            .Select(line => line!)];
        timeline.Single(line => (string?)line["what"] == "check_requested")["key"]!.GetValue<string>().ShouldBe("settings key 1");
        timeline.Single(line => (string?)line["what"] == "refund_completed")["key"]!.GetValue<string>().ShouldBe("settings key 1");
    }

    private static Task<(int Status, JsonNode Body)> SettleAsync(Shop shop, JsonNode refund, string outcome) =>
        shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/refunds/{refund.Id()}/settle", new { outcome, note = "seen in the dashboard" });
}
