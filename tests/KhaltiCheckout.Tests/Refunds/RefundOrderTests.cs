using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Refunds;

public sealed class RefundOrderTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_paid_order_is_refunded_in_full_once(bool byLink)
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await GivenPaidAsync(shop, byLink);

        (int status, JsonNode refund) = await shop.RefundAsync(order, reason: "came back");
        (int again, JsonNode refusal) = await shop.RefundAsync(order);

        status.ShouldBe(201, refund.ToJsonString());
        ((string)refund["status"]!).ShouldBe("completed");
        ((long)refund["amount"]!).ShouldBe(RefundSteps.TeaPrice);
        ((string)refund["by"]!).ShouldBe("settings key 1");
        again.ShouldBe(409);
        refusal.Code().ShouldBe("not_refundable");
        JsonNode after = await shop.ReadAsync(order);
        after.Status().ShouldBe("refunded");
        ((long)after["amountRefunded"]!).ShouldBe(RefundSteps.TeaPrice);
        after.PaymentStatus().ShouldBe("refunded");
        ((string)after.Payment()["khaltiState"]!).ShouldBe("Refunded");
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(1);
        (await RefundedAtKhaltiAsync(shop)).ShouldBe(RefundSteps.TeaPrice);
        (await shop.AttentionAsync(order)).ShouldBeNull();
        (await shop.TimelineAsync(order))[^3..].ShouldBe(["refund_requested", "refund_completed", "order_refunded"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Partial_refunds_add_up_to_at_most_the_payment(bool byLink)
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await GivenPaidAsync(shop, byLink);

        (await shop.RefundAsync(order, amount: 5000)).Status.ShouldBe(201);
        JsonNode partly = await shop.ReadAsync(order);
        (int tooMuch, JsonNode refusal) = await shop.RefundAsync(order, amount: RefundSteps.TeaPrice - 5000 + 1);
        (await shop.RefundAsync(order, amount: 1)).Status.ShouldBe(201);
        (int status, JsonNode rest) = await shop.RefundAsync(order);

        partly.Status().ShouldBe("partially_refunded");
        ((long)partly["amountRefunded"]!).ShouldBe(5000);
        partly.PaymentStatus().ShouldBe("partially_refunded");
        tooMuch.ShouldBe(422);
        refusal.Code().ShouldBe("refund_too_large");
        status.ShouldBe(201, rest.ToJsonString());
        ((long)rest["amount"]!).ShouldBe(RefundSteps.TeaPrice - 5001);
        (await shop.ReadAsync(order)).Status().ShouldBe("refunded");
        (await RefundedAtKhaltiAsync(shop)).ShouldBe(RefundSteps.TeaPrice);
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(3);
    }

    [Fact]
    public async Task An_unpaid_order_is_not_refundable()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();

        (int status, JsonNode refusal) = await shop.RefundAsync(order);

        status.ShouldBe(409);
        refusal.Code().ShouldBe("not_refundable");
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(0);
        (await shop.RefundAsync(JsonNode.Parse("""{"id":"ord_nobody"}""")!)).Status.ShouldBe(404);
        (await shop.RefundAsync(order, paymentId: "pay_nobody")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("""{"amount":0}""", "amount")]
    [InlineData("""{"amount":-1}""", "amount")]
    [InlineData("""{"amount":50.00}""", "amount")]
    [InlineData("""{"amount":"5000"}""", "amount")]
    [InlineData("""{"amount":99999999999999999999}""", "amount")]
    [InlineData("""{"mobile":"980000000"}""", "mobile")]
    [InlineData("""{"mobile":"9800000000a"}""", "mobile")]
    [InlineData("""{"reason":"two\nlines"}""", "reason")]
    [InlineData("""{"amounts":5}""", null)]
    public async Task An_invalid_refund_request_is_refused(string body, string? field)
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();

        (int status, JsonNode problem) = await shop.WithKeyAsync(
            HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/refunds", JsonNode.Parse(body));

        status.ShouldBe(400, problem.ToJsonString());
        if (field is not null)
        {
            problem["errors"]!.AsObject().Select(error => error.Key).ShouldContain(field);
        }

        (await shop.Sandbox.CountAsync("refund")).ShouldBe(0);
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_refund_refused_by_Khalti_fails_and_can_be_retried()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.SwitchAsync(new { refundWindowDays = 1 });
        shop.Clock.Advance(TimeSpan.FromDays(2));

        (int status, JsonNode refusal) = await shop.RefundAsync(order);

        status.ShouldBe(409);
        refusal.Code().ShouldBe("not_refundable");
        JsonNode after = await shop.ReadAsync(order);
        after.Status().ShouldBe("paid");
        after.PaymentStatus().ShouldBe("completed");
        (await shop.TimelineAsync(order))[^1].ShouldBe("refund_failed");
        await shop.Sandbox.SwitchAsync(new { refundWindowDays = 100 });
        (await shop.RefundAsync(order)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task A_refund_of_a_bank_payment_requires_a_mobile_number()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.PayFromBankAsync(pidx);
        await shop.PassAfterAsync(TimeSpan.FromMinutes(1));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");

        (int without, JsonNode problem) = await shop.RefundAsync(order);
        (int with, JsonNode refund) = await shop.RefundAsync(order, mobile: "9800000003");

        without.ShouldBe(400, problem.ToJsonString());
        problem["errors"]!["mobile"].ShouldNotBeNull();
        with.ShouldBe(201, refund.ToJsonString());
        ((string)refund["mobile"]!).ShouldBe("98XXXXX003");
        string.Join("\n", shop.Log.Lines.Where(line => line.Contains("9800000003", StringComparison.Ordinal))).ShouldBeEmpty();
        (await shop.InDatabaseAsync(db => Task.FromResult(db.Refunds.AsEnumerable().Any(row => row.Mobile == "9800000003"))))
            .ShouldBeFalse();
    }

    [Fact]
    public async Task Without_Khaltis_state_no_refund_is_started()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.FaultAsync("detail", "error", status: 503);

        (int status, JsonNode problem) = await shop.RefundAsync(order);

        status.ShouldBe(503);
        problem.Code().ShouldBe("khalti_unavailable");
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(0);
        (await shop.InDatabaseAsync(db => Task.FromResult(db.Refunds.Count()))).ShouldBe(0);
        await shop.Sandbox.MendAsync();
        shop.ExpectWarnings();
    }

    [Fact]
    public async Task A_repeated_idempotency_key_makes_no_second_refund()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();

        (int first, JsonNode refund) = await shop.RefundAsync(order, amount: 5000, idempotencyKey: "back-1");
        (int second, JsonNode replayed) = await shop.RefundAsync(order, amount: 5000, idempotencyKey: "back-1");
        (int other, JsonNode problem) = await shop.RefundAsync(order, amount: 6000, idempotencyKey: "back-1");

        first.ShouldBe(201);
        second.ShouldBe(201);
        replayed.ToJsonString().ShouldBe(refund.ToJsonString());
        other.ShouldBe(422);
        problem.Code().ShouldBe("idempotency_key_reused");
        (await RefundedAtKhaltiAsync(shop)).ShouldBe(5000);
    }

    [Fact]
    public async Task A_refund_of_a_second_payment_leaves_the_order_paid()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenPaidTwiceAsync();

        (int status, JsonNode refund) = await shop.RefundAsync(order);

        status.ShouldBe(201, refund.ToJsonString());
        JsonNode after = await shop.ReadAsync(order);
        after.Status().ShouldBe("paid");
        ((long)after["amountRefunded"]!).ShouldBe(0);
        after["payments"]!.AsArray().Select(payment => (string)payment!["status"]!).ShouldBe(["completed", "refunded"], ignoreOrder: true);

        (await shop.RefundAsync(order)).Status.ShouldBe(201);
        (await shop.ReadAsync(order)).Status().ShouldBe("refunded");
        (await shop.RefundAsync(order)).Status.ShouldBe(409);
    }

    [Fact]
    public async Task A_payment_of_another_amount_can_be_refunded_and_the_order_paid()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        string pidx = await shop.GivenLinkAsync(order);
        await shop.Sandbox.PostAsync($"/_sandbox/epayments/{pidx}/outcome", new { outcome = "completed" });
        shop.ExpectWarnings();
        string id = order.Id();
        await shop.InDatabaseAsync(db => Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlAsync(
            db.Database, $"""UPDATE "Payments" SET "Amount" = 20000 WHERE "OrderId" = {id}"""));
        await shop.PassAfterAsync(TimeSpan.FromMinutes(1));
        (await shop.AttentionAsync(order)).ShouldBe("amount_conflict");

        (int status, JsonNode refund) = await shop.RefundAsync(order);

        status.ShouldBe(201, refund.ToJsonString());
        ((long)refund["amount"]!).ShouldBe(RefundSteps.TeaPrice);
        JsonNode after = await shop.ReadAsync(order);
        after.Status().ShouldBe("pending");
        ((long)after["amountRefunded"]!).ShouldBe(0);
        after.PaymentStatus().ShouldBe("refunded");
        (await shop.InitiateAsync(order)).Status.ShouldBe(201);
    }

    private static async Task<JsonNode> GivenPaidAsync(Shop shop, bool byLink) =>
        byLink ? (await shop.GivenPaidByLinkAsync()).Order : (await shop.GivenPaidAsync()).Order;

    private static async Task<long> RefundedAtKhaltiAsync(Shop shop) =>
        (await shop.Sandbox.ListAsync("/_sandbox/transactions")).Sum(transaction => (long)transaction["refundedAmount"]!);
}
