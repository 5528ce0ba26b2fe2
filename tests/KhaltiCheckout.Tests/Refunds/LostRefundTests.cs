using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Refunds;

/// <summary>Khalti was asked for a refund, and its answer did not come.</summary>
public sealed class LostRefundTests
{
    [Theory]
    [InlineData("drop_after", false, null)]
    [InlineData("drop_after", false, 5000L)]
    [InlineData("drop_after", true, null)]
    [InlineData("drop_after", true, 5000L)]
    [InlineData("garbage", false, 5000L)]
    [InlineData("garbage", true, null)]
    public async Task A_refund_with_a_lost_answer_is_found_and_never_sent_twice(string kind, bool byLink, long? amount)
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await GivenPaidAsync(shop, byLink);
        await shop.Sandbox.FaultAsync("refund", kind, times: 1);

        (int status, JsonNode refund) = await shop.RefundAsync(order, amount);
        (int again, JsonNode refusal) = await shop.RefundAsync(order, amount);

        status.ShouldBe(202, refund.ToJsonString());
        ((string)refund["status"]!).ShouldBe("unknown");
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        again.ShouldBe(409);
        refusal.Code().ShouldBe("not_refundable");

        (await shop.PassAfterAsync(TimeSpan.FromSeconds(6))).Asked.ShouldBe(1);

        ((string)(await shop.ReadRefundAsync(refund))["status"]!).ShouldBe("completed");
        JsonNode after = await shop.ReadAsync(order);
        after.Status().ShouldBe(amount is null ? "refunded" : "partially_refunded");
        ((long)after["amountRefunded"]!).ShouldBe(amount ?? RefundSteps.TeaPrice);
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(1);
        (await shop.AttentionAsync(order)).ShouldBeNull();
    }

    [Theory]
    [InlineData("drop_before", null, false)]
    [InlineData("drop_before", null, true)]
    [InlineData("error", 500, false)]
    [InlineData("error", 503, true)]
    [InlineData("error", 401, false)]
    [InlineData("error", 429, false)]
    public async Task A_refund_that_was_not_made_fails_after_a_while_and_can_be_retried(string kind, int? code, bool byLink)
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await GivenPaidAsync(shop, byLink);
        await shop.Sandbox.FaultAsync("refund", kind, status: code, times: 1);
        shop.ExpectWarnings();

        (int status, JsonNode refund) = await shop.RefundAsync(order);
        status.ShouldBe(202, refund.ToJsonString());
        for (int minute = 0; minute < 10; minute++)
        {
            await shop.PassAfterAsync(TimeSpan.FromMinutes(1));
        }

        // Khalti may be slow to show what it has done: too early to say so.
        ((string)(await shop.ReadRefundAsync(refund))["status"]!).ShouldBe("unknown");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(20));

        JsonNode settled = await shop.ReadRefundAsync(refund);
        ((string)settled["status"]!).ShouldBe("failed");
        ((string)settled["failure"]!).ShouldBe("not_made");
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(1);
        (await shop.RefundAsync(order)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task Child_transactions_tell_which_partial_refund_was_made()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        (await shop.RefundAsync(order, 1000)).Status.ShouldBe(201);
        await shop.Sandbox.FaultAsync("refund", "drop_after", times: 1);

        (int status, JsonNode refund) = await shop.RefundAsync(order, 2000);
        status.ShouldBe(202);
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));

        ((string)(await shop.ReadRefundAsync(refund))["status"]!).ShouldBe("completed");
        ((long)(await shop.ReadAsync(order))["amountRefunded"]!).ShouldBe(3000);
    }

    [Theory]
    [InlineData("completed", 3000, "drop_after")]
    [InlineData("failed", 1000, "drop_before")]
    public async Task A_refund_that_no_state_proves_is_resolved_manually(string outcome, long refunded, string kind)
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.Sandbox.SwitchAsync(new { refundsAsChildren = false });
        (JsonNode order, _) = await shop.GivenPaidAsync();
        (await shop.RefundAsync(order, 1000)).Status.ShouldBe(201);
        await shop.Sandbox.FaultAsync("refund", kind, times: 1);

        (int status, JsonNode refund) = await shop.RefundAsync(order, 2000);
        status.ShouldBe(202);
        for (int hour = 0; hour < 30; hour++)
        {
            await shop.PassAfterAsync(TimeSpan.FromHours(1));
        }

        ((string)(await shop.ReadRefundAsync(refund))["status"]!).ShouldBe("unknown");
        (await shop.AttentionAsync(order)).ShouldBe("stuck");
        (await shop.RefundAsync(order, 100)).Body.Code().ShouldBe("not_refundable");
        (int settled, JsonNode view) = await shop.WithKeyAsync(
            HttpMethod.Post, $"/api/v1/admin/refunds/{refund.Id()}/settle", new { outcome, note = "seen in the dashboard" });
        (int again, JsonNode problem) = await shop.WithKeyAsync(
            HttpMethod.Post, $"/api/v1/admin/refunds/{refund.Id()}/settle", new { outcome, note = "seen again" });

        settled.ShouldBe(200, view.ToJsonString());
        ((string)view["status"]!).ShouldBe(outcome);
        again.ShouldBe(409);
        problem.Code().ShouldBe("not_unknown");
        ((long)(await shop.ReadAsync(order))["amountRefunded"]!).ShouldBe(refunded);
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(2);
    }

    [Fact]
    public async Task A_refund_of_unreadable_amount_is_not_matched_with_a_lost_refund()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenPaidByLinkAsync();
        await shop.Sandbox.FaultAsync("refund", "drop_before", times: 1);
        (_, JsonNode refund) = await shop.RefundAsync(order, 10000);
        string idx = (string)(await shop.Sandbox.LinkAsync(pidx))["idx"]!;
        await shop.Sandbox.PostAsync($"/_sandbox/transactions/{idx}/state", new { state = "Partially Refunded", refundedAmount = 4000 });
        await shop.Sandbox.FaultAsync("detail", "error", status: 503);

        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));

        ((string)(await shop.ReadRefundAsync(refund))["status"]!).ShouldBe("unknown");
        await shop.Sandbox.MendAsync();
        for (int hour = 0; hour < 5; hour++)
        {
            await shop.PassAfterAsync(TimeSpan.FromHours(1));
        }

        ((long)(await shop.ReadAsync(order))["amountRefunded"]!).ShouldBeLessThanOrEqualTo(4000);
        (await shop.AttentionAsync(order)).ShouldBe("stuck", "a part of another size than ours: a person tells");
    }

    [Fact]
    public async Task A_refund_can_be_checked_manually()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.FaultAsync("refund", "drop_after", times: 1);
        (_, JsonNode refund) = await shop.RefundAsync(order);

        (int status, JsonNode checkedNow) = await shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/refunds/{refund.Id()}/check");

        status.ShouldBe(200, checkedNow.ToJsonString());
        ((string)checkedNow["status"]!).ShouldBe("completed");
    }

    [Fact]
    public async Task Unknown_refunds_are_resolved_after_an_outage()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.FaultAsync("refund", "drop_after", times: 1);
        (_, JsonNode refund) = await shop.RefundAsync(order);
        await shop.Sandbox.FaultAsync("*", "error", status: 503);
        shop.ExpectWarnings();
        for (int hour = 0; hour < 4; hour++)
        {
            await shop.PassAfterAsync(TimeSpan.FromHours(1));
        }

        ((string)(await shop.ReadRefundAsync(refund))["status"]!).ShouldBe("unknown");
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));

        ((string)(await shop.ReadRefundAsync(refund))["status"]!).ShouldBe("completed");
        (await shop.ReadAsync(order)).Status().ShouldBe("refunded");
    }

    private static async Task<JsonNode> GivenPaidAsync(Shop shop, bool byLink) =>
        byLink ? (await shop.GivenPaidByLinkAsync()).Order : (await shop.GivenPaidAsync()).Order;
}
