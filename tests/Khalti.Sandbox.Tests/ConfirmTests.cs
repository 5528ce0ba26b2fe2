using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class ConfirmTests
{
    private const string Mismatch = """{"detail": "Confirmation code or transaction pin does not match."}""";
    private const string BadToken = """{"token": ["Invalid token."], "error_key": "validation_error"}""";

    [Theory]
    [InlineData("/api/v2")]
    [InlineData("/api")]
    public async Task Confirm_returns_the_initiated_fields_and_masks_the_mobile(string version)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        JsonNode initiated = (await sandbox.JsonAsync($"{version}/payment/initiate/", new
        {
            public_key = RunningSandbox.PublicKey,
            mobile = "9800000003",
            transaction_pin = "1111",
            amount = 1500,
            product_identity = "ord_1",
            product_name = "ढाका टोपी",
            product_url = "http://shop.example/1",
            merchant_extra = new { campaign = 7 },
            not_echoed = 1,
        })).Json;
        string token = (string)initiated["token"]!;

        Reply reply = await sandbox.JsonAsync($"{version}/payment/confirm/", new
        {
            public_key = RunningSandbox.PublicKey,
            transaction_pin = "1111",
            token,
            confirmation_code = "987654",
        });

        JsonNode transaction = await sandbox.TransactionAsync(token);
        reply.ShouldBe(200, $$$"""
            {"idx": "{{{transaction["idx"]}}}", "token": "{{{token}}}", "amount": 1500, "mobile": "98XXXXX003",
             "product_identity": "ord_1", "product_name": "ढाका टोपी", "product_url": "http://shop.example/1",
             "merchant_extra": {"campaign": 7}}
            """);
        transaction["state"]!.ToString().ShouldBe("Confirmed");
    }

    [Fact]
    public async Task Three_wrong_codes_disable_the_payment()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenInitiatedAsync();

        (await sandbox.ConfirmAsync(token, "111111")).ShouldBe(400, Mismatch);
        (await sandbox.ConfirmAsync(token, "111111")).ShouldBe(400, Mismatch);
        (await sandbox.StateAsync(token)).ShouldBe("Initiated");
        (await sandbox.ConfirmAsync(token, "111111")).ShouldBe(400, Mismatch);

        (await sandbox.StateAsync(token)).ShouldBe("Disabled");
        (await sandbox.ConfirmAsync(token)).ShouldBe(400, BadToken);
        (await sandbox.VerifyAsync(token)).ShouldBe(400, BadToken);
    }

    [Fact]
    public async Task A_wrong_PIN_counts_like_a_wrong_code()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenInitiatedAsync();

        Reply reply = await sandbox.FormAsync("/api/v2/payment/confirm/",
            new { public_key = RunningSandbox.PublicKey, token, confirmation_code = "987654", transaction_pin = "2222" });

        reply.ShouldBe(400, Mismatch);
        (await sandbox.StateAsync(token)).ShouldBe("Initiated");
    }

    [Fact]
    public async Task A_malformed_code_does_not_count_as_an_attempt()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenInitiatedAsync();
        for (int i = 0; i < 5; i++)
        {
            (await sandbox.ConfirmAsync(token, "12345"))
                .ShouldBe(400, """{"confirmation_code": ["Confirmation code must be 6 digits long."], "error_key": "validation_error"}""");
        }

        (await sandbox.ConfirmAsync(token)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_token_is_confirmed_once_and_with_its_own_merchants_key()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenInitiatedAsync();

        (await sandbox.ConfirmAsync(token, publicKey: RunningSandbox.OtherPublicKey)).ShouldBe(400, BadToken);
        (await sandbox.ConfirmAsync(token, publicKey: RunningSandbox.LivePublicKey)).ShouldBe(400, BadToken);
        (await sandbox.ConfirmAsync("nosuchtoken")).ShouldBe(400, BadToken);
        (await sandbox.ConfirmAsync(token)).Status.ShouldBe(200);
        (await sandbox.ConfirmAsync(token)).ShouldBe(400, BadToken);
    }
}
