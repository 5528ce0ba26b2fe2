using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class EPaymentLookupTests
{
    private const string NotFound = """{"detail": "Not found.", "error_key": "validation_error"}""";

    [Theory]
    [InlineData("pending", "Pending", 200)]
    [InlineData("canceled", "User canceled", 400)]
    [InlineData("expired", "Expired", 400)]
    [InlineData("failed", "Failed", 400)]
    public async Task An_unpaid_link_has_no_transaction(string outcome, string status, int code)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        (await sandbox.LookupAsync(pidx)).ShouldBe(200, Body(pidx, "Initiated"));

        await sandbox.GivenOutcomeAsync(pidx, outcome);

        (await sandbox.LookupAsync(pidx)).ShouldBe(code, Body(pidx, status));
    }

    [Fact]
    public async Task Lookup_of_a_paid_or_refunded_link_has_its_transaction()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        string idx = (string)(await sandbox.LinkAsync(pidx))["idx"]!;
        await sandbox.GivenOutcomeAsync(pidx, "completed");

        (await sandbox.LookupAsync(pidx)).ShouldBe(200, Body(pidx, "Completed", idx));

        await sandbox.JsonAsync($"/_sandbox/transactions/{idx}/state", new { state = "partially refunded", refundedAmount = 300 });
        (await sandbox.LookupAsync(pidx)).ShouldBe(200, Body(pidx, "Partially Refunded", idx));
        await sandbox.GivenSwitchAsync(new { refundedWhenPartial = true });
        (await sandbox.LookupAsync(pidx)).ShouldBe(200, Body(pidx, "Partially Refunded", idx, refunded: true));
        (await sandbox.LinkAsync(pidx))["refundedAmount"]!.GetValue<int>().ShouldBe(300);

        await sandbox.JsonAsync($"/_sandbox/transactions/{idx}/state", new { state = "Refunded" });
        (await sandbox.LookupAsync(pidx)).ShouldBe(200, Body(pidx, "Refunded", idx, refunded: true));
    }

    [Fact]
    public async Task A_link_expires_to_the_second_and_stays_expired()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        string paid = await sandbox.GivenLinkAsync();
        string pending = await sandbox.GivenLinkAsync();
        await sandbox.GivenOutcomeAsync(paid, "completed");
        await sandbox.GivenOutcomeAsync(pending, "pending");

        await sandbox.JsonAsync("/_sandbox/clock", new { advanceSeconds = 3599 });
        (await sandbox.LookupAsync(pidx)).Json["status"]!.ToString().ShouldBe("Initiated");
        await sandbox.JsonAsync("/_sandbox/clock", new { advanceSeconds = 1 });
        (await sandbox.LinkAsync(pidx))["state"]!.ToString().ShouldBe("Expired");
        (await sandbox.LookupAsync(pidx)).ShouldBe(400, Body(pidx, "Expired"));
        (await sandbox.OutcomeAsync(pidx, "completed")).Status.ShouldBe(400);
        (await sandbox.LookupAsync(paid)).Json["status"]!.ToString().ShouldBe("Completed");
        await sandbox.GivenOutcomeAsync(pending, "completed");

        await sandbox.RestartAsync(); // resets the clock
        (await sandbox.LookupAsync(pidx)).ShouldBe(400, Body(pidx, "Expired"));
    }

    [Fact]
    public async Task An_unknown_pidx_and_another_merchants_are_not_found()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();

        (await sandbox.LookupAsync("nosuch")).ShouldBe(404, NotFound);
        (await sandbox.LookupAsync(pidx, RunningSandbox.OtherEPaymentKey)).ShouldBe(404, NotFound);
        await sandbox.GivenSwitchAsync(new { unknownPidxCode = 400 });
        (await sandbox.LookupAsync("nosuch")).ShouldBe(400, NotFound);
    }

    [Theory]
    [InlineData("{}", "This field is required.")]
    [InlineData("""{"pidx": null}""", "This field may not be null.")]
    [InlineData("""{"pidx": " "}""", "This field may not be blank.")]
    [InlineData("""{"pidx": {}}""", "Not a valid string.")]
    public async Task A_lookup_needs_a_pidx(string body, string text)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        (await sandbox.TextAsync("/api/v2/epayment/lookup/?pidx=x", body, "application/json", RunningSandbox.EPaymentKey))
            .ShouldBe(400, $$"""{"pidx": ["{{text}}"], "error_key": "validation_error"}""");
    }

    [Fact]
    public async Task Undocumented_behaviour_can_be_configured()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenSwitchAsync(new { pendingHasTransactionId = true, failedLookupCode = 200, ePaymentFeeBasisPoints = 300 });
        string pidx = await sandbox.GivenLinkAsync();
        string failed = await sandbox.GivenLinkAsync();
        string idx = (string)(await sandbox.LinkAsync(pidx))["idx"]!;

        await sandbox.GivenOutcomeAsync(pidx, "pending");
        (await sandbox.LookupAsync(pidx)).ShouldBe(200, Body(pidx, "Pending", idx));
        await sandbox.GivenOutcomeAsync(pidx, "completed");
        (await sandbox.LookupAsync(pidx)).ShouldBe(200, Body(pidx, "Completed", idx, fee: 39));
        await sandbox.GivenOutcomeAsync(failed, "failed");
        (await sandbox.LookupAsync(failed)).ShouldBe(200, Body(failed, "Failed"));
    }

    [Fact]
    public async Task Undocumented_and_contradicting_statuses_can_be_forced()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        string idx = (string)(await sandbox.LinkAsync(pidx))["idx"]!;

        (await sandbox.JsonAsync($"/_sandbox/transactions/{idx}/state", new { state = "On hold" })).Status.ShouldBe(400);
        (await sandbox.JsonAsync($"/_sandbox/transactions/{idx}/state", new { state = "Refunded" })).Status.ShouldBe(409);
        await sandbox.JsonAsync($"/_sandbox/transactions/{idx}/state", new { state = "On hold", force = true });
        (await sandbox.LookupAsync(pidx)).ShouldBe(200, Body(pidx, "On hold"));

        await sandbox.JsonAsync($"/_sandbox/transactions/{idx}/state", new { state = "Completed", refundedAmount = 1300, force = true });
        (await sandbox.LookupAsync(pidx)).ShouldBe(200, Body(pidx, "Completed", idx, refunded: true));
    }

    [Fact]
    public async Task Fault_rules_apply_to_lookup()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        await sandbox.GivenFaultAsync(new { operation = "epayment_lookup", kind = "error", status = 503, times = 1 });
        await sandbox.GivenFaultAsync(new { operation = "epayment_lookup", kind = "garbage", times = 1 });
        await sandbox.GivenFaultAsync(new { operation = "epayment_lookup", kind = "drop_before", times = 1 });

        (await sandbox.LookupAsync(pidx)).Status.ShouldBe(503);
        (await sandbox.LookupAsync(pidx)).Text.ShouldBe("{\"idx\": \"8xmeJnNX");
        await Should.ThrowAsync<HttpRequestException>(() => sandbox.LookupAsync(pidx));
        (await sandbox.LookupAsync(pidx)).Status.ShouldBe(200);
        (await sandbox.RequestsAsync()).Count(one => one!["operation"]!.ToString() == "epayment_lookup").ShouldBe(4);
    }

    [Fact]
    public async Task Only_the_detail_call_of_the_widget_product_finds_ePayments()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync(new { merchant_extra = "campaign-7" });
        string idx = (string)(await sandbox.LinkAsync(pidx))["idx"]!;
        string detail = $"/api/v2/merchant-transaction/{idx}/";
        (await sandbox.GetAsync(detail, RunningSandbox.EPaymentKey)).ShouldBe(404, NotFound);
        await sandbox.GivenOutcomeAsync(pidx, "completed", new { mode = "EBANKING" });

        JsonNode record = (await sandbox.GetAsync(detail, RunningSandbox.EPaymentKey)).Json;

        record["type"]!["name"]!.ToString().ShouldBe("Ebanking payment");
        record["user"]!["mobile"]!.ToString().ShouldBe("NA");
        record["state"]!["name"]!.ToString().ShouldBe("Completed");
        record["can_refund"]!.GetValue<bool>().ShouldBeTrue();
        record["child_transactions"]!.AsArray().ShouldBeEmpty();
        record["meta"]!.ToJsonString().ShouldBe(
            """{"product_identity":"order-1042","product_name":"Two notebooks","product_url":"https://shop."""
            + """example/","merchant_extra":"campaign-7"}""");
        (await sandbox.GetAsync(detail, RunningSandbox.SecretKey)).Status.ShouldBe(404);
        (await sandbox.GetAsync(detail, RunningSandbox.OtherEPaymentKey)).Status.ShouldBe(404);
        (await sandbox.GetAsync("/api/v2/merchant-transaction/", RunningSandbox.EPaymentKey))
            .Json["total_records"]!.GetValue<int>().ShouldBe(0);
        (await sandbox.VerifyAsync(pidx, 1300, RunningSandbox.EPaymentKey)).Status.ShouldBe(400);
    }

    private static string Body(string pidx, string status, string? transaction = null, bool refunded = false, int fee = 0) => new JsonObject
    {
        ["pidx"] = pidx,
        ["total_amount"] = 1300,
        ["status"] = status,
        ["transaction_id"] = transaction,
        ["fee"] = fee,
        ["refunded"] = refunded,
    }.ToJsonString();
}
