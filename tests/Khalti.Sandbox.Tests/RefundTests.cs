using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class RefundTests
{
    private const string Success = """{"detail": "Transaction refund successful."}""";
    private const string NotFound = """{"detail": "Not found.", "error_key": "validation_error"}""";

    [Theory]
    [InlineData("/api")]
    [InlineData("/api/v2")]
    public async Task An_empty_body_refunds_the_whole_amount(string version)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenCompletedAsync();
        string idx = (string)(await sandbox.TransactionAsync(token))["idx"]!;

        Reply reply =
            await sandbox.SendAsync(HttpMethod.Post, $"{version}/merchant-transaction/{idx}/refund/", null, RunningSandbox.SecretKey);

        reply.ShouldBe(200, Success);
        (await sandbox.StatusAsync(token)).Json["state"]!.ToString().ShouldBe("Refunded");
        (await sandbox.TransactionAsync(token))["refundedAmount"]!.GetValue<int>().ShouldBe(1500);
        JsonNode detail = await DetailAsync(sandbox, idx);
        detail["refunded"]!.GetValue<bool>().ShouldBeTrue();
        detail["can_refund"]!.GetValue<bool>().ShouldBeFalse();
        JsonNode child = detail["child_transactions"]![1]!;
        child["type"]!["name"]!.ToString().ShouldBe("Refund");
        child["amount"]!.GetValue<int>().ShouldBe(1500);
        child["merchant"]!["mobile"]!.ToString().ShouldBe("9800000001");
        (await RefundAsync(sandbox, idx))
            .ShouldBe(400, """{"detail": "Transaction is already refunded.", "error_key": "validation_error"}""");
    }

    [Fact]
    public async Task Partial_refunds_add_up_to_at_most_the_amount()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenCompletedAsync();
        string idx = (string)(await sandbox.TransactionAsync(token))["idx"]!;

        (await RefundAsync(sandbox, idx, new { amount = 500 })).ShouldBe(200, Success);
        (await sandbox.StatusAsync(token)).Json["state"]!.ToString().ShouldBe("Partially refunded");
        (await RefundAsync(sandbox, idx, new { amount = 1001 }))
            .ShouldBe(
                400, """{"detail": "Refund amount is more than what is left of the transaction.", "error_key": "validation_error"}""");
        (await RefundAsync(sandbox, idx, new { amount = "400" })).ShouldBe(200, Success);
        (await RefundAsync(sandbox, idx)).ShouldBe(200, Success);

        (await sandbox.StatusAsync(token)).Json["state"]!.ToString().ShouldBe("Refunded");
        (await DetailAsync(sandbox, idx))["child_transactions"]!.AsArray().Skip(1).Select(one => one!["amount"]!.GetValue<int>())
            .ShouldBe([500, 400, 600]);
    }

    [Fact]
    public async Task Twenty_parallel_refunds_never_exceed_the_amount()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string idx = (string)(await sandbox.TransactionAsync(await sandbox.GivenCompletedAsync()))["idx"]!;

        Reply[] replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RefundAsync(sandbox, idx, new { amount = 400 })));

        replies.Count(one => one.Status == 200).ShouldBe(3);
    }

    [Fact]
    public async Task An_ePayment_refund_by_transaction_id_is_shown_by_lookup()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        string idx = (string)(await sandbox.LinkAsync(pidx))["idx"]!;
        (await RefundAsync(sandbox, idx, key: RunningSandbox.EPaymentKey)).ShouldBe(404, NotFound);
        await sandbox.GivenOutcomeAsync(pidx, "completed");

        (await RefundAsync(sandbox, pidx, key: RunningSandbox.EPaymentKey)).ShouldBe(404, NotFound);
        (await RefundAsync(sandbox, idx, key: RunningSandbox.OtherEPaymentKey)).ShouldBe(404, NotFound);
        (await RefundAsync(sandbox, idx, key: RunningSandbox.SecretKey)).ShouldBe(404, NotFound);
        (await RefundAsync(sandbox, idx, new { amount = 300 }, RunningSandbox.EPaymentKey)).ShouldBe(200, Success);
        JsonNode partly = (await sandbox.LookupAsync(pidx)).Json;
        (await RefundAsync(sandbox, idx, key: RunningSandbox.EPaymentKey)).ShouldBe(200, Success);
        JsonNode wholly = (await sandbox.LookupAsync(pidx)).Json;

        partly["status"]!.ToString().ShouldBe("Partially Refunded");
        partly["refunded"]!.GetValue<bool>().ShouldBeFalse();
        wholly["status"]!.ToString().ShouldBe("Refunded");
        wholly["refunded"]!.GetValue<bool>().ShouldBeTrue();
        (await DetailAsync(sandbox, idx, RunningSandbox.EPaymentKey))["state"]!["name"]!.ToString().ShouldBe("Refunded");
        (await sandbox.GetAsync($"/api/v2/payment/status/?token={idx}&amount=1300", RunningSandbox.EPaymentKey)).Json["state"]!.ToString()
            .ShouldBe("Refunded");
    }

    [Fact]
    public async Task A_refund_of_a_bank_payment_needs_a_mobile()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        string idx = (string)(await sandbox.LinkAsync(pidx))["idx"]!;
        await sandbox.GivenOutcomeAsync(pidx, "completed", new { mode = "EBANKING" });

        (await RefundAsync(sandbox, idx, key: RunningSandbox.EPaymentKey))
            .ShouldBe(400, """{"mobile": ["This field is required."], "error_key": "validation_error"}""");
        (await RefundAsync(sandbox, idx, new { mobile = "12" }, RunningSandbox.EPaymentKey))
            .ShouldBe(400, """{"mobile": ["Enter a valid mobile number."], "error_key": "validation_error"}""");
        (await RefundAsync(sandbox, idx, new { mobile = "9800000003", amount = 100 }, RunningSandbox.EPaymentKey)).ShouldBe(200, Success);

        (await DetailAsync(sandbox, idx, RunningSandbox.EPaymentKey))["child_transactions"]![0]!["merchant"]!["mobile"]!.ToString()
            .ShouldBe("9800000003");
    }

    [Theory]
    [InlineData("""{"amount": 50.5}""", """{"amount": ["A valid integer is required."], "error_key": "validation_error"}""")]
    [InlineData("""{"amount": "x"}""", """{"amount": ["A valid integer is required."], "error_key": "validation_error"}""")]
    [InlineData("""{"amount": null}""", """{"amount": ["This field may not be null."], "error_key": "validation_error"}""")]
    [InlineData("""{"amount": 1e400}""", """{"amount": ["A valid integer is required."], "error_key": "validation_error"}""")]
    [InlineData("""{"amount": 0}""", """{"detail": "Refund amount must be greater than 0.", "error_key": "validation_error"}""")]
    [InlineData("""{"amount": -5}""", """{"detail": "Refund amount must be greater than 0.", "error_key": "validation_error"}""")]
    public async Task An_invalid_refund_amount_is_refused(string body, string answer)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenCompletedAsync();
        string idx = (string)(await sandbox.TransactionAsync(token))["idx"]!;

        (await sandbox.TextAsync($"/api/merchant-transaction/{idx}/refund/", body, "application/json", RunningSandbox.SecretKey))
            .ShouldBe(400, answer);

        (await sandbox.StateAsync(token)).ShouldBe("Completed");
    }

    [Theory]
    [InlineData("50.00", "refuse", 50)]
    [InlineData("50.75", "floor", 50)]
    public async Task A_zero_fraction_is_paisa_and_other_fractions_are_configurable(string amount, string fractional, int refunded)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenSwitchAsync(new { fractionalRefund = fractional });
        string token = await sandbox.GivenCompletedAsync();
        string idx = (string)(await sandbox.TransactionAsync(token))["idx"]!;

        (await sandbox.TextAsync(
            $"/api/merchant-transaction/{idx}/refund/", $$"""{"amount": {{amount}}}""", "application/json", RunningSandbox.SecretKey))
            .ShouldBe(200, Success);

        (await sandbox.TransactionAsync(token))["refundedAmount"]!.GetValue<int>().ShouldBe(refunded);
    }

    [Theory]
    [InlineData("Initiated")]
    [InlineData("Confirmed")]
    [InlineData("Failed")]
    public async Task Only_a_completed_payment_can_be_refunded(string state)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenInitiatedAsync();
        string idx = (string)(await sandbox.TransactionAsync(token))["idx"]!;
        await sandbox.GivenStateAsync(token, state, new { force = true });

        (await RefundAsync(sandbox, idx)).ShouldBe(400, """{"detail": "Transaction is not completed.", "error_key": "validation_error"}""");
        (await RefundAsync(sandbox, "nosuch")).ShouldBe(404, NotFound);
        (await RefundAsync(sandbox, idx, key: "wrong")).ShouldBe(401, """{"detail": "Invalid token.", "status_code": 401}""");
    }

    [Fact]
    public async Task The_refund_window_can_be_limited()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenSwitchAsync(new { refundWindowDays = 2 });
        string idx = (string)(await sandbox.TransactionAsync(await sandbox.GivenCompletedAsync()))["idx"]!;

        sandbox.Time.Advance(TimeSpan.FromDays(2));
        (await RefundAsync(sandbox, idx, new { amount = 1 })).Status.ShouldBe(200);
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        (await RefundAsync(sandbox, idx, new { amount = 1 }))
            .ShouldBe(400, """{"detail": "Transaction can no longer be refunded.", "error_key": "validation_error"}""");
    }

    [Fact]
    public async Task A_refund_whose_answer_is_lost_is_made()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenCompletedAsync();
        string idx = (string)(await sandbox.TransactionAsync(token))["idx"]!;
        await sandbox.GivenFaultAsync(new { operation = "refund", kind = "drop_after", times = 1 });

        await Should.ThrowAsync<HttpRequestException>(() => RefundAsync(sandbox, idx, new { amount = 500 }));

        (await sandbox.TransactionAsync(token))["refundedAmount"]!.GetValue<int>().ShouldBe(500);
        (await sandbox.RequestsAsync()).Last()!["operation"]!.ToString().ShouldBe("refund");
    }

    [Fact]
    public async Task A_refund_in_the_dashboard_is_a_child_transaction_too()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenCompletedAsync();
        string idx = (string)(await sandbox.TransactionAsync(token))["idx"]!;

        await sandbox.GivenStateAsync(token, "Partially refunded", new { refundedAmount = 500 });
        await sandbox.GivenStateAsync(token, "Refunded");

        (await DetailAsync(sandbox, idx))["child_transactions"]!.AsArray().Skip(1).Select(one => one!["amount"]!.GetValue<int>())
            .ShouldBe([500, 1000]);
    }

    private static Task<Reply> RefundAsync(
        RunningSandbox sandbox, string idx, object? body = null, string key = RunningSandbox.SecretKey) =>
        sandbox.JsonAsync($"/api/merchant-transaction/{idx}/refund/", body ?? new { }, key);

    private static async Task<JsonNode> DetailAsync(RunningSandbox sandbox, string idx, string key = RunningSandbox.SecretKey) =>
        (await sandbox.GetAsync($"/api/v2/merchant-transaction/{idx}/", key)).Json;
}
