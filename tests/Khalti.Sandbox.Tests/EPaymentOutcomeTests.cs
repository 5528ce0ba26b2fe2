using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class EPaymentOutcomeTests
{
    [Fact]
    public async Task The_return_of_a_paid_link_has_every_parameter()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        string idx = (string)(await sandbox.LinkAsync(pidx))["idx"]!;

        string address = await sandbox.GivenOutcomeAsync(pidx, "completed", new { mobile = "9800000004" });

        address.ShouldBe("https://shop.example/khalti/return"
            + $"?pidx={pidx}&txnId={idx}&amount=1300&total_amount=1300&status=Completed&mobile=98XXXXX004&tidx={idx}"
            + $"&purchase_order_id=order-1042&purchase_order_name=Two%20notebooks&transaction_id={idx}");
        (await sandbox.LinkAsync(pidx))["mobile"]!.ToString().ShouldBe("9800000004");
    }

    [Theory]
    [InlineData("canceled", "User%20canceled", "")]
    [InlineData("expired", "Expired", "")]
    [InlineData("failed", "Failed", "")]
    [InlineData("pending", "Pending", "98XXXXX000")]
    public async Task The_return_of_an_unpaid_link_has_no_transaction(string outcome, string status, string mobile)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();

        string address = await sandbox.GivenOutcomeAsync(pidx, outcome);

        address.ShouldBe("https://shop.example/khalti/return"
            + $"?pidx={pidx}&amount=1300&total_amount=1300&status={status}&mobile={mobile}&tidx="
            + "&purchase_order_id=order-1042&purchase_order_name=Two%20notebooks&transaction_id=");
    }

    [Theory]
    [InlineData("https://shop.example/r?order=7&x=%26", "https://shop.example/r?order=7&x=%26&pidx=")]
    [InlineData("https://shop.example/r?", "https://shop.example/r?pidx=")]
    [InlineData("https://shop.example/r?a&", "https://shop.example/r?a&pidx=")]
    [InlineData("http://localhost:5080", "http://localhost:5080?pidx=")]
    public async Task The_query_of_the_return_address_is_kept(string returnUrl, string start)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync(new { return_url = returnUrl, purchase_order_name = "ढाका & टोपी #1?" });

        string address = await sandbox.GivenOutcomeAsync(pidx, "completed");

        address.ShouldStartWith(start);
        address.ShouldContain($"&purchase_order_name={Uri.EscapeDataString("ढाका & टोपी #1?")}&transaction_id=");
    }

    [Fact]
    public async Task A_fragment_of_the_return_address_stays_after_the_query()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync(new { return_url = "https://shop.example/#/orders" });

        string address = await sandbox.GivenOutcomeAsync(pidx, "canceled");

        address.ShouldStartWith("https://shop.example/?pidx=");
        address.ShouldEndWith("&transaction_id=#/orders");
    }

    [Fact]
    public async Task The_return_of_a_failure_may_have_only_a_message()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenSwitchAsync(new { failureCallback = "messageOnly" });

        (await sandbox.GivenOutcomeAsync(await sandbox.GivenLinkAsync(), "failed"))
            .ShouldBe("https://shop.example/khalti/return?message=Could%20not%20process%20the%20payment.");
    }

    [Fact]
    public async Task Twenty_parallel_payments_make_one_transaction()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();

        Reply[] replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => sandbox.OutcomeAsync(pidx, "completed")));

        replies.Count(one => one.Status == 200).ShouldBe(1);
        replies.Count(one => one.Status == 400).ShouldBe(19);
        (await sandbox.TransactionsAsync()).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("completed", "canceled")]
    [InlineData("completed", "failed")]
    [InlineData("canceled", "completed")]
    [InlineData("failed", "completed")]
    [InlineData("expired", "pending")]
    [InlineData("pending", "canceled")]
    [InlineData("pending", "expired")]
    public async Task A_final_outcome_cannot_be_changed(string first, string second)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        await sandbox.GivenOutcomeAsync(pidx, first);
        string before = (await sandbox.LookupAsync(pidx)).Text;

        (await sandbox.OutcomeAsync(pidx, second)).Status.ShouldBe(400);

        (await sandbox.LookupAsync(pidx)).Text.ShouldBe(before);
    }

    [Theory]
    [InlineData("completed", "Completed")]
    [InlineData("failed", "Failed")]
    public async Task A_pending_payment_keeps_its_payer_until_its_outcome(string later, string status)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        await sandbox.GivenOutcomeAsync(pidx, "pending", new { mobile = "9800000005" });
        sandbox.Time.Advance(TimeSpan.FromDays(2));

        await sandbox.GivenOutcomeAsync(pidx, later);

        (await sandbox.LookupAsync(pidx)).Json["status"]!.ToString().ShouldBe(status);
        (await sandbox.LinkAsync(pidx))["mobile"]!.ToString().ShouldBe("9800000005");
    }

    [Fact]
    public async Task A_canceled_link_can_be_paid_only_when_enabled_and_not_expired()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        string late = await sandbox.GivenLinkAsync();
        await sandbox.GivenOutcomeAsync(pidx, "canceled");
        await sandbox.GivenOutcomeAsync(late, "canceled");
        await sandbox.GivenSwitchAsync(new { payAfterCancel = true });

        await sandbox.GivenOutcomeAsync(pidx, "completed");
        sandbox.Time.Advance(TimeSpan.FromHours(1));
        (await sandbox.OutcomeAsync(late, "completed")).Status.ShouldBe(400);

        (await sandbox.LookupAsync(pidx)).Json["status"]!.ToString().ShouldBe("Completed");
        (await sandbox.LookupAsync(late)).Json["status"]!.ToString().ShouldBe("User canceled");
    }

    [Fact]
    public async Task A_payment_from_a_bank_has_no_mobile()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();

        (await sandbox.GivenOutcomeAsync(pidx, "completed", new { mode = "CONNECT_IPS" })).ShouldContain("&mobile=NA&");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"outcome": "paid"}""")]
    [InlineData("""{"outcome": 5}""")]
    [InlineData("""{"outcome": "completed", "mode": "CASH"}""")]
    [InlineData("""{"outcome": "completed", "mobile": "12"}""")]
    public async Task An_invalid_outcome_is_refused(string body)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();

        (await sandbox.TextAsync($"/_sandbox/epayments/{pidx}/outcome", body, "application/json")).Status.ShouldBe(400);

        (await sandbox.LinkAsync(pidx))["state"]!.ToString().ShouldBe("Initiated");
    }

    [Fact]
    public async Task A_forged_return_has_any_parameters_and_changes_nothing()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        string before = (await sandbox.LinkAsync(pidx)).ToJsonString();

        string plain = await ForgeAsync(sandbox, pidx, new { });
        string changed = await ForgeAsync(
            sandbox, pidx, new { amount = 1, purchase_order_id = "order-1", status = "Refunded", txnId = (string?)null, extra = "a b" });

        plain.ShouldStartWith($"https://shop.example/khalti/return?pidx={pidx}&txnId=");
        plain.ShouldContain("&status=Completed&mobile=98XXXXX000&");
        changed.ShouldStartWith($"https://shop.example/khalti/return?pidx={pidx}&amount=1&total_amount=1300&status=Refunded&");
        changed.ShouldContain("&purchase_order_id=order-1&");
        changed.ShouldEndWith("&extra=a%20b");
        (await sandbox.LinkAsync(pidx)).ToJsonString().ShouldBe(before);
        (await sandbox.LookupAsync(pidx)).Json["transaction_id"].ShouldBeNull();
    }

    [Fact]
    public async Task The_outcome_of_an_unknown_link_is_not_found()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        (await sandbox.OutcomeAsync("nosuch", "completed")).Status.ShouldBe(404);
        (await sandbox.JsonAsync("/_sandbox/epayments/nosuch/forged-return", new { })).Status.ShouldBe(404);
    }

    private static async Task<string> ForgeAsync(RunningSandbox sandbox, string pidx, object body) =>
        (string)(await sandbox.JsonAsync($"/_sandbox/epayments/{pidx}/forged-return", body)).Json["redirectUrl"]!;
}
