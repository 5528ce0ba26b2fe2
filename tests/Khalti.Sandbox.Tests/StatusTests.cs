using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class StatusTests
{
    private const string NotFound = """{"status": false, "state": "Error", "detail": "Transaction not found"}""";

    [Theory]
    [InlineData("Initiated", true, "Transaciton initiated.", "Initiated")]
    [InlineData("Confirmed", true, "Transaciton not verified.", "Confirmed")]
    [InlineData("Completed", true, "Transaction complete.", "Complete")]
    [InlineData("Refunded", false, "Transaciton refunded.", "Refunded")]
    [InlineData("Partially refunded", false, "Transaction partially refunded.", "Partially refunded")]
    [InlineData("Failed", false, "Transaction failed.", "Failed")]
    [InlineData("Disabled", false, "Transaction failed.", "Failed")]
    [InlineData("Frozen", false, "Transaction frozen.", "Frozen")]
    public async Task Every_state_has_its_status_answer(string state, bool status, string detail, string word)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenInitiatedAsync();
        (await sandbox.GivenStateAsync(token, state, new { force = true })).Status.ShouldBe(200);
        string idx = (await sandbox.TransactionAsync(token))["idx"]!.ToString();
        string answer = $$"""{"status": {{(status ? "true" : "false")}}, "detail": "{{detail}}", "state": "{{word}}"}""";

        (await sandbox.StatusAsync(token)).ShouldBe(200, answer);
        (await sandbox.StatusAsync(idx)).ShouldBe(200, answer);
        (await sandbox.GetAsync($"/api/payment/status/?token={token}&amount=1500", RunningSandbox.SecretKey)).ShouldBe(200, answer);
        (await sandbox.StateAsync(token)).ShouldBe(state);
    }

    [Fact]
    public async Task Another_amount_merchant_or_mode_is_not_found()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenCompletedAsync();

        (await sandbox.StatusAsync("nosuchtoken")).ShouldBe(200, NotFound);
        (await sandbox.StatusAsync(token, 1501)).ShouldBe(200, NotFound);
        (await sandbox.StatusAsync(token, key: RunningSandbox.OtherSecretKey)).ShouldBe(200, NotFound);
        (await sandbox.StatusAsync(token, key: RunningSandbox.LiveSecretKey)).ShouldBe(200, NotFound);

        await sandbox.GivenSwitchAsync(new { statusNotFoundCode = 404 });
        (await sandbox.StatusAsync(token, 1501)).ShouldBe(404, NotFound);
    }

    [Fact]
    public async Task Live_keys_give_access_to_live_payments()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenConfirmedAsync(publicKey: RunningSandbox.LivePublicKey);

        (await sandbox.StatusAsync(token)).ShouldBe(200, NotFound);
        (await sandbox.VerifyAsync(token, key: RunningSandbox.LiveSecretKey)).Status.ShouldBe(200);
    }
}
