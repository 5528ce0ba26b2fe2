using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class PaymentPageTests
{
    [Fact]
    public async Task The_payment_page_cannot_be_framed()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string address = (string)(await sandbox.InitiateLinkAsync()).Json["payment_url"]!;

        Reply page = await sandbox.GetAsync(address);

        page.Status.ShouldBe(200);
        page.Message.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        page.Header("Content-Security-Policy").ShouldContain("frame-ancestors 'none'");
        page.Text.ShouldNotContain("style=");
        page.Text.ShouldNotContain("<style");
        page.Text.ShouldNotContain("onclick");
        foreach (string file in (string[])["/payment.js", "/payment.css", "/wallet-form.js", "/widget.css"])
        {
            (await sandbox.GetAsync(file)).Status.ShouldBe(200);
        }
    }

    [Fact]
    public async Task The_payment_page_needs_an_existing_link()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        (await sandbox.GetAsync("/")).ShouldBe(404, """{"detail": "Not found."}""");
        Reply unknown = await sandbox.GetAsync("/?pidx=nosuch");
        unknown.Status.ShouldBe(404);
        unknown.Text.ShouldStartWith("<!doctype html>");
        (await sandbox.GetAsync("/pay/nosuch")).Status.ShouldBe(404);
        (await StepAsync(sandbox, "nosuch", "bank", new { mode = "SCT" })).Status.ShouldBe(404);
    }

    [Fact]
    public async Task The_payment_page_has_merchant_amount_and_modes()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync(new
        {
            amount_breakdown = new[] { new { label = "Price", amount = 1300 } },
            modes = new[] { "KHALTI", "KHALTI" },
        });

        JsonNode view = (await sandbox.GetAsync($"/pay/{pidx}")).Json;

        view["merchant"]!.ToString().ShouldBe("Sandbox Shop");
        view["amount"]!.GetValue<int>().ShouldBe(1300);
        view["purchaseOrderName"]!.ToString().ShouldBe("Two notebooks");
        view["breakdown"]!.ToJsonString().ShouldBe("""[{"label":"Price","amount":1300}]""");
        view["modes"]!.ToJsonString().ShouldBe("""["KHALTI"]""");
        view["payable"]!.GetValue<bool>().ShouldBeTrue();
        (await StepAsync(sandbox, pidx, "bank", new { mode = "EBANKING" })).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Mobile_PIN_and_code_pay_from_the_wallet()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();

        (await BeginAsync(sandbox, pidx)).ShouldBe(200, """{"code_sent": true}""");
        (await sandbox.LookupAsync(pidx)).Json["status"]!.ToString().ShouldBe("Initiated");
        Reply paid = await ConfirmAsync(sandbox, pidx);

        string id = (string)(await sandbox.LookupAsync(pidx)).Json["transaction_id"]!;
        paid.Status.ShouldBe(200);
        paid.Json["redirectUrl"]!.ToString().ShouldContain($"&status=Completed&mobile=98XXXXX002&tidx={id}&");
        JsonNode record = (await sandbox.GetAsync($"/api/v2/merchant-transaction/{id}/", RunningSandbox.EPaymentKey)).Json;
        record["type"]!["name"]!.ToString().ShouldBe("Wallet payment");
        record["user"]!["mobile"]!.ToString().ShouldBe("9800000002");
    }

    [Fact]
    public async Task Wrong_PINs_are_counted_and_locked_as_in_the_widget()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();

        (await BeginAsync(sandbox, pidx, pin: "2222"))
            .ShouldBe(400, """{"detail": "Mobile or pin invalid.", "tries_remaining": "2", "error_key": "validation_error"}""");
        await sandbox.InitiateAsync("2222", "9800000002");
        (await BeginAsync(sandbox, pidx, pin: "2222")).Json["error_key"]!.ToString().ShouldBe("third_party_transaction_locked");
        (await BeginAsync(sandbox, pidx)).Json["error_key"]!.ToString().ShouldBe("third_party_transaction_locked");
        (await BeginAsync(sandbox, pidx, mobile: "12", pin: "x")).ShouldBe(400, """
            {"mobile": ["Enter a valid mobile number."], "transaction_pin": ["Khalti PIN must be 4 digits long."],
             "error_key": "validation_error"}
            """);
    }

    [Fact]
    public async Task Three_wrong_codes_fail_the_payment()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        await BeginAsync(sandbox, pidx);

        (await ConfirmAsync(sandbox, pidx, code: "12")).Json["confirmation_code"]![0]!.ToString()
            .ShouldBe("Confirmation code must be 6 digits long.");
        (await ConfirmAsync(sandbox, pidx, code: "111111"))
            .ShouldBe(400, """{"detail": "Confirmation code or transaction pin does not match."}""");
        (await ConfirmAsync(sandbox, pidx, code: "111111")).Status.ShouldBe(400);
        Reply third = await ConfirmAsync(sandbox, pidx, code: "111111");

        third.Status.ShouldBe(409);
        third.Json["status"]!.ToString().ShouldBe("Failed");
        third.Json["returnUrl"]!.ToString().ShouldContain("&status=Failed&");
        (await sandbox.LookupAsync(pidx)).Json["status"]!.ToString().ShouldBe("Failed");
    }

    [Fact]
    public async Task A_code_is_valid_only_for_its_mobile_number()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();

        (await ConfirmAsync(sandbox, pidx)).Json["token"]![0]!.ToString().ShouldBe("Invalid token.");
        await BeginAsync(sandbox, pidx, mobile: "9800000003");
        (await ConfirmAsync(sandbox, pidx)).Status.ShouldBe(400);
        (await ConfirmAsync(sandbox, pidx, mobile: "9800000003")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("EBANKING")]
    [InlineData("MOBILE_BANKING")]
    [InlineData("CONNECT_IPS")]
    [InlineData("SCT")]
    public async Task A_bank_payment_completes_at_once_without_a_mobile(string mode)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        await BeginAsync(sandbox, pidx);

        Reply reply = await StepAsync(sandbox, pidx, "bank", new { mode });

        reply.Json["redirectUrl"]!.ToString().ShouldContain("&status=Completed&mobile=NA&");
        (await sandbox.LookupAsync(pidx)).Json["status"]!.ToString().ShouldBe("Completed");
    }

    [Theory]
    [InlineData("pending", "Pending")]
    [InlineData("failed", "Failed")]
    [InlineData("expired", "Expired")]
    [InlineData("canceled", "User canceled")]
    public async Task The_payment_page_can_set_every_outcome(string outcome, string status)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();

        Reply reply = await StepAsync(sandbox, pidx, "outcome", new { outcome });

        reply.Json["redirectUrl"]!.ToString().ShouldContain($"&status={Uri.EscapeDataString(status)}&");
        (await sandbox.LookupAsync(pidx)).Json["status"]!.ToString().ShouldBe(status);
        Reply again = await StepAsync(sandbox, pidx, "bank", new { mode = "SCT" });
        again.Status.ShouldBe(409);
        again.Json["payable"]!.GetValue<bool>().ShouldBeFalse();
        (await sandbox.LookupAsync(pidx)).Json["status"]!.ToString().ShouldBe(status);
    }

    [Fact]
    public async Task A_paid_or_expired_link_is_refused_with_its_return_address()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string paid = await sandbox.GivenLinkAsync();
        string late = await sandbox.GivenLinkAsync();
        string returned = await sandbox.GivenOutcomeAsync(paid, "completed");
        await BeginAsync(sandbox, late);
        sandbox.Time.Advance(TimeSpan.FromHours(1));

        JsonNode view = (await sandbox.GetAsync($"/pay/{paid}")).Json;
        view["payable"]!.GetValue<bool>().ShouldBeFalse();
        view["returnUrl"]!.ToString().ShouldBe(returned);
        Reply tooLate = await ConfirmAsync(sandbox, late);
        tooLate.Status.ShouldBe(409);
        tooLate.Json["status"]!.ToString().ShouldBe("Expired");
    }

    [Fact]
    public async Task Twenty_parallel_confirmations_pay_once()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        await BeginAsync(sandbox, pidx);

        Reply[] replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ConfirmAsync(sandbox, pidx)));

        replies.Count(one => one.Status == 200).ShouldBe(1);
        replies.Count(one => one.Status == 409).ShouldBe(19);
    }

    [Fact]
    public async Task A_canceled_link_can_be_paid_when_enabled()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        await StepAsync(sandbox, pidx, "outcome", new { outcome = "canceled" });
        await sandbox.GivenSwitchAsync(new { payAfterCancel = true });

        (await StepAsync(sandbox, pidx, "outcome", new { outcome = "canceled" })).Status.ShouldBe(200);
        (await StepAsync(sandbox, pidx, "bank", new { mode = "SCT" })).Status.ShouldBe(200);

        (await sandbox.LookupAsync(pidx)).Json["status"]!.ToString().ShouldBe("Completed");
    }

    [Fact]
    public async Task A_page_of_another_origin_cannot_pay_or_cancel()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();

        (await sandbox.FormAsync($"/pay/{pidx}/outcome", new { outcome = "canceled" })).Status.ShouldBe(415);
        (await sandbox.TextAsync($"/pay/{pidx}/outcome", """{"outcome": "canceled"}""", "text/plain")).Status.ShouldBe(415);
        Reply preflight =
            await sandbox.SendAsync(HttpMethod.Options, $"/pay/{pidx}/outcome", null, null, ("Origin", "https://evil.example"));

        preflight.Message.Headers.ShouldNotContain(one => one.Key.StartsWith("Access-Control", StringComparison.Ordinal));
        (await sandbox.LookupAsync(pidx)).Json["status"]!.ToString().ShouldBe("Initiated");
    }

    private static Task<Reply> StepAsync(RunningSandbox sandbox, string pidx, string step, object body) =>
        sandbox.JsonAsync($"/pay/{pidx}/{step}", body);

    private static Task<Reply> BeginAsync(RunningSandbox sandbox, string pidx, string mobile = "9800000002", string pin = "1111") =>
        StepAsync(sandbox, pidx, "wallet", new { mobile, transaction_pin = pin });

    private static Task<Reply> ConfirmAsync(RunningSandbox sandbox, string pidx, string mobile = "9800000002", string code = "987654") =>
        StepAsync(sandbox, pidx, "confirm", new { mobile, transaction_pin = "1111", confirmation_code = code });
}
