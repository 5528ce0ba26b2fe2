using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class SeedTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("khalti-seed-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Two_clients_of_2022_find_token_and_product_in_verify_with_their_seed()
    {
        await using RunningSandbox plain = await RunningSandbox.StartAsync();
        JsonNode documented = (await plain.VerifyAsync(await plain.GivenConfirmedAsync())).Json;
        documented.AsObject().ContainsKey("token").ShouldBeFalse();
        documented.AsObject().ContainsKey("product_identity").ShouldBeFalse();

        await using RunningSandbox sandbox = await RunningSandbox.StartAsync(options => options.Seed = "clients-2022");
        string token = await sandbox.GivenConfirmedAsync();
        JsonNode record = (await sandbox.VerifyAsync(token)).Json;

        record["token"]!.ToString().ShouldBe(token);
        record["product_identity"]!.ToString().ShouldBe("ord_1");
        await sandbox.JsonAsync("/_sandbox/reset", new { });
        (await sandbox.GetAsync("/_sandbox/switches")).Json["extraVerifyFields"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task A_merchant_a_payer_and_a_bank_of_a_seed_file_are_there_from_the_start()
    {
        const string Secret = "live_secret_key_0123456789abcdef0123456789abcdef";
        await using RunningSandbox sandbox = await StartAsync($$"""
            {
              // comments are allowed
              "merchants": [{"name": "Tea House", "email": "tea@shop.example", "ePaymentSecretKey": "{{Secret}}"}],
              "payers": [{"mobile": "9811111111", "pin": "4321", "otp": "123456", "name": "Sita Rai"}],
              "banks": [{"name": "Village Bank", "shortName": "VB", "swiftCode": "VILLNPKA"}],
            }
            """);

        string pidx = await sandbox.GivenLinkAsync(key: Secret);
        (await sandbox.GetAsync($"/pay/{pidx}")).Json["merchant"]!.ToString().ShouldBe("Tea House");
        (await sandbox.JsonAsync($"/pay/{pidx}/wallet", new { mobile = "9811111111", transaction_pin = "1111" })).Status.ShouldBe(400);
        (await sandbox.JsonAsync($"/pay/{pidx}/wallet", new { mobile = "9811111111", transaction_pin = "4321" })).Status.ShouldBe(200);
        (await sandbox.JsonAsync(
            $"/pay/{pidx}/confirm", new { mobile = "9811111111", transaction_pin = "4321", confirmation_code = "123456" }))
            .Status.ShouldBe(200);
        string id = (string)(await sandbox.LookupAsync(pidx, Secret)).Json["transaction_id"]!;
        (await sandbox.GetAsync($"/api/v2/merchant-transaction/{id}/", Secret)).Json["user"]!["name"]!.ToString().ShouldBe("Sita Rai");
        (await sandbox.GetAsync("/api/v5/bank/")).Text.ShouldContain("Village Bank");
    }

    [Fact]
    public async Task A_payer_cannot_spend_more_than_the_balance_of_the_seed_file()
    {
        await using RunningSandbox sandbox = await StartAsync("""{"payers": [{"mobile": "9811111111", "balance": 2500}]}""");
        string first = await GivenTokenAsync(sandbox);
        string second = await GivenTokenAsync(sandbox);

        (await sandbox.ConfirmAsync(first)).Status.ShouldBe(200);
        (await sandbox.ConfirmAsync(second))
            .ShouldBe(400, """{"detail": "Insufficient balance.", "error_key": "validation_error"}""");

        string idx = (string)(await sandbox.VerifyAsync(first)).Json["idx"]!;
        (await sandbox.JsonAsync($"/api/merchant-transaction/{idx}/refund/", new { amount = 1000 }, RunningSandbox.SecretKey))
            .Status.ShouldBe(200);
        (await sandbox.ConfirmAsync(second)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_fault_of_a_seed_file_applies_at_the_start_and_again_after_a_reset()
    {
        await using RunningSandbox sandbox = await StartAsync(
            """{"faults": [{"operation": "epayment_lookup", "kind": "error", "status": 503, "times": 1}]}""");

        for (int round = 0; round < 2; round++)
        {
            (await sandbox.LookupAsync("x")).Status.ShouldBe(503);
            (await sandbox.LookupAsync("x")).Status.ShouldBe(404);
            await sandbox.JsonAsync("/_sandbox/reset", new { });
        }
    }

    [Theory]
    [InlineData("{", "must be {switches?")]
    [InlineData("""{"merchant": []}""", "must be {switches?")]
    [InlineData("""{"payers": [{"mobile": "12"}]}""", "has a payer whose mobile")]
    [InlineData("""{"payers": [{"mobile": "9811111111", "pin": "1"}]}""", "whose pin is not 4")]
    [InlineData("""{"switches": {"nosuch": 1}}""", "There is no switch of that name")]
    [InlineData("""{"faults": [{"operation": "nosuch", "kind": "error"}]}""", "operation must be one of")]
    [InlineData("""{"merchants": [{"name": "a", "email": "b", "testSecretKey": "test_secret_key_22222222222222222222222222222222"}]}""",
        "gives two merchants the same key")]
    public async Task A_wrong_seed_file_stops_the_start_with_a_sentence(string text, string sentence)
    {
        (await Should.ThrowAsync<InvalidOperationException>(() => StartAsync(text))).Message.ShouldContain(sentence);
    }

    [Fact]
    public async Task A_seed_file_that_is_missing_stops_the_start()
    {
        (await Should.ThrowAsync<InvalidOperationException>(() => RunningSandbox.StartAsync(options => options.Seed = "nosuch.json")))
            .Message.ShouldStartWith("Sandbox:Seed, nosuch.json, can't be read");
    }

    private static async Task<string> GivenTokenAsync(RunningSandbox sandbox) =>
        (string)(await sandbox.InitiateAsync(mobile: "9811111111")).Json["token"]!;

    private Task<RunningSandbox> StartAsync(string seed)
    {
        string file = Path.Combine(_folder.FullName, "seed.json");
        File.WriteAllText(file, seed);
        return RunningSandbox.StartAsync(options => options.Seed = file);
    }
}
