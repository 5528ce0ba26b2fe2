using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class VerifyTests
{
    private const string BadToken = """{"token": ["Invalid token."], "error_key": "validation_error"}""";

    [Theory]
    [InlineData("/api/v2/payment/verify/")]
    [InlineData("/api/payment/verify/")]
    public async Task Verify_completes_the_payment_and_answers_the_record(string path)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenConfirmedAsync();

        Reply reply = await sandbox.JsonAsync(path, new { token, amount = 1500 }, RunningSandbox.SecretKey);

        JsonNode record = reply.Json;
        reply.ShouldBe(200, $$$"""
            {"idx": "{{{record["idx"]}}}", "type": {"idx": "2jwzDS9wkxbkDFquJqfAEC", "name": "Wallet payment"},
             "state": {"idx": "DhvMj9hdRufLqkP8ZY4d8g", "name": "Completed", "template": "is complete"},
             "amount": 1500, "fee_amount": 45, "refunded": false, "created_on": "2026-01-02T08:49:05.000000+05:45", "ebanker": null,
             "user": {"idx": "{{{record["user"]!["idx"]}}}", "name": "Test User", "mobile": "9800000001"},
             "merchant": {"idx": "{{{record["merchant"]!["idx"]}}}", "name": "Sandbox Shop", "mobile": "shop@sandbox.example"}}
            """);
        (await sandbox.StateAsync(token)).ShouldBe("Completed");
    }

    [Fact]
    public async Task Verify_of_another_state_answers_invalid_token_and_changes_nothing()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string initiated = await sandbox.GivenInitiatedAsync();
        string confirmed = await sandbox.GivenConfirmedAsync();

        (await sandbox.VerifyAsync("nosuchtoken")).ShouldBe(400, BadToken);
        (await sandbox.VerifyAsync(initiated)).ShouldBe(400, BadToken);
        (await sandbox.VerifyAsync(confirmed, amount: 1600)).ShouldBe(400, BadToken);
        (await sandbox.VerifyAsync(confirmed, key: RunningSandbox.OtherSecretKey)).ShouldBe(400, BadToken);
        (await sandbox.VerifyAsync(confirmed, key: RunningSandbox.LiveSecretKey)).ShouldBe(400, BadToken);

        (await sandbox.StateAsync(initiated)).ShouldBe("Initiated");
        (await sandbox.StateAsync(confirmed)).ShouldBe("Confirmed");
    }

    [Theory]
    [InlineData("{}", """{"token": ["This field is required."], "amount": ["This field is required."], "error_key": "validation_error"}""")]
    [InlineData(
        """{"token": "", "amount": "x"}""",
        """{"token": ["This field may not be blank."], "amount": ["A valid integer is required."], "error_key": "validation_error"}""")]
    [InlineData("""{"token": "t", "amount": 10.5}""", """{"amount": ["A valid integer is required."], "error_key": "validation_error"}""")]
    [InlineData(
        """{"token": "t", "amount": 99999999999999999999}""",
        """{"amount": ["A valid integer is required."], "error_key": "validation_error"}""")]
    public async Task Invalid_fields_of_verify_are_named(string body, string answer)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        (await sandbox.TextAsync("/api/v2/payment/verify/", body, "application/json", RunningSandbox.SecretKey)).ShouldBe(400, answer);
    }

    [Theory]
    [InlineData("Key wrong", "Invalid token.")]
    [InlineData("Key " + RunningSandbox.PublicKey, "Invalid token.")]
    [InlineData("Bearer " + RunningSandbox.SecretKey, "Authentication credentials were not provided.")]
    [InlineData("Key a b", "Invalid token header. Token string should not contain spaces.")]
    [InlineData("Key ", "Invalid token header. No credentials provided.")]
    public async Task Verify_with_a_wrong_key_is_unauthorized(string authorization, string detail)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string answer = $$"""{"detail": "{{detail}}", "status_code": 401}""";

        foreach (string path in (
            string[])["/api/v2/payment/status/?token=a&amount=1", "/api/v2/merchant-transaction/", "/api/merchant-transaction/x/"])
        {
            (await sandbox.GetAsync(path, authorization)).ShouldBe(401, answer);
        }

        (await sandbox.JsonAsync("/api/v2/payment/verify/", new { }, authorization)).ShouldBe(401, answer);
    }

    [Fact]
    public async Task A_key_without_its_scheme_or_no_key_at_all_is_missing()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        const string Missing = """{"detail": "Authentication credentials were not provided.", "status_code": 401}""";

        (await sandbox.JsonAsync("/api/v2/payment/verify/", new { })).ShouldBe(401, Missing);
        (await sandbox.SendAsync(HttpMethod.Get, "/api/v2/merchant-transaction/", null, null, ("Authorization", RunningSandbox.SecretKey)))
            .ShouldBe(401, Missing);
    }

    [Fact]
    public async Task The_scheme_may_be_lower_case()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenConfirmedAsync();

        (await sandbox.VerifyAsync(token, key: "key " + RunningSandbox.SecretKey)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Fifty_parallel_verifies_complete_once()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenSwitchAsync(new { verifyAgain = "invalidToken" });
        string token = await sandbox.GivenConfirmedAsync();

        Reply[] replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => sandbox.VerifyAsync(token)));

        replies.Count(one => one.Status == 200).ShouldBe(1);
        replies.Count(one => one.Status == 400).ShouldBe(49);
    }

    [Fact]
    public async Task Verifying_again_replays_the_same_record()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenConfirmedAsync();
        Reply first = await sandbox.VerifyAsync(token);

        (await sandbox.VerifyAsync(token)).ShouldBe(200, first.Text);
    }

    [Fact]
    public async Task Undocumented_behaviour_can_be_configured()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenCompletedAsync();
        await sandbox.GivenSwitchAsync(new { verifyWrongAmount = "amount", errorKeyOnLegacyErrors = false });
        (await sandbox.VerifyAsync(token, 1600)).ShouldBe(400, """{"amount": ["Amount does not match."]}""");

        await sandbox.GivenSwitchAsync(
            new { extraVerifyFields = true, maskMobileInRecords = true, walletTypeIdx = "e476BL6jt9kgagEmsakyTL" });
        JsonNode record = (await sandbox.VerifyAsync(token)).Json;
        record["token"]!.ToString().ShouldBe(token);
        record["product_identity"]!.ToString().ShouldBe("ord_1");
        record["cashback"]!.GetValue<int>().ShouldBe(0);
        record["user"]!["mobile"]!.ToString().ShouldBe("98XXXXX001");
        record["type"]!["idx"]!.ToString().ShouldBe("e476BL6jt9kgagEmsakyTL");

        (await sandbox.GivenStateAsync(token, "Partially refunded", new { refundedAmount = 500 })).Status.ShouldBe(200);
        (await sandbox.VerifyAsync(token)).Status.ShouldBe(400);
        await sandbox.GivenSwitchAsync(new { verifyRefunded = "replay" });
        (await sandbox.VerifyAsync(token)).Json["refunded"]!.GetValue<bool>().ShouldBeFalse();
        await sandbox.GivenSwitchAsync(new { refundedWhenPartial = true });
        (await sandbox.VerifyAsync(token)).Json["refunded"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task A_path_without_trailing_slash_is_redirected_unless_configured()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenConfirmedAsync();

        Reply strict = await sandbox.FormAsync("/api/v2/payment/verify", new { token, amount = 1500 }, RunningSandbox.SecretKey);
        strict.Status.ShouldBe(301);
        strict.Header("Location").ShouldBe("/api/v2/payment/verify/");
        (await sandbox.StateAsync(token)).ShouldBe("Confirmed");

        await sandbox.GivenSwitchAsync(new { slashlessPost = "serve" });
        (await sandbox.FormAsync("/api/v2/payment/verify", new { token, amount = 1500 }, RunningSandbox.SecretKey)).Status.ShouldBe(200);
    }
}
