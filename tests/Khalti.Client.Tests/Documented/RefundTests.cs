using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Documented;

/// <summary>Refunds: the requests sent, and the reply for each answer.</summary>
public class RefundTests(RunningSandbox sandbox) : SandboxTests(sandbox)
{
    [Theory]
    [InlineData(null, null, "{}")]
    [InlineData(500L, null, """{"amount":500}""")]
    [InlineData(null, "9800000001", """{"mobile":"9800000001"}""")]
    [InlineData(500L, "9800000001", """{"mobile":"9800000001","amount":500}""")]
    public async Task A_refund_is_a_POST_with_a_body_to_a_path_without_v2(long? amount, string? mobile, string body)
    {
        await using ScriptedServer server = new(Step.Json("""{"detail": "Transaction refund successful."}"""));

        Reply<RefundConfirmation> reply = await ClientFixture.At(server.Address).RefundAsync(
            "8xme/?Z", amount is { } paisa ? new Paisa(paisa) : null, mobile, Stop);

        reply.ShouldBeAnswered().Detail.ShouldBe("Transaction refund successful.");
        ReceivedRequest request = server.Received.ShouldHaveSingleItem();
        (request.Method, request.Target, request.Body).ShouldBe(("POST", "/api/merchant-transaction/8xme%2F%3FZ/refund/", body));
        request.Header("Content-Type").ShouldBe("application/json");
    }

    [Fact]
    public async Task Partial_refunds_never_exceed_the_payment()
    {
        (string token, string id) = await Sandbox.GivenConfirmedAsync(1000);
        KhaltiClient client = Sandbox.Client();
        (await client.RefundAsync(id, cancellationToken: Stop)).ShouldBeRefused().StatusCode.ShouldBe(400);
        await client.VerifyAsync(token, new Paisa(1000), Stop);

        (await client.RefundAsync(id, new Paisa(400), cancellationToken: Stop)).ShouldBeAnswered();
        (await client.GetStatusAsync(token, new Paisa(1000), Stop)).ShouldBeAnswered().State.ShouldBe(TransactionState.PartiallyRefunded);
        (await client.RefundAsync(id, new Paisa(601), cancellationToken: Stop)).ShouldBeRefused();
        (await client.RefundAsync(id, cancellationToken: Stop)).ShouldBeAnswered();
        (await client.GetStatusAsync(token, new Paisa(1000), Stop)).ShouldBeAnswered().State.ShouldBe(TransactionState.Refunded);
        (await client.RefundAsync(id, cancellationToken: Stop)).ShouldBeRefused();
    }

    [Fact]
    public async Task A_refund_of_an_unknown_transaction_is_refused()
    {
        (await Sandbox.Client().RefundAsync("8xmeJnNXfoVjCvGcZiiGe7", cancellationToken: Stop)).ShouldBeRefused().StatusCode.ShouldBe(404);
    }

    [Theory]
    [InlineData("drop_before", false)]
    [InlineData("drop_after", true)]
    [InlineData("garbage", true)]
    public async Task A_lost_answer_is_unknown_and_the_refund_was_sent_once(string fault, bool given)
    {
        (string token, string id) = await Sandbox.GivenConfirmedAsync(1000);
        KhaltiClient client = Sandbox.Client();
        await client.VerifyAsync(token, new Paisa(1000), Stop);
        await Sandbox.GivenFaultAsync("refund", fault);

        Reply<RefundConfirmation> reply = await client.RefundAsync(id, cancellationToken: Stop);

        reply.ShouldBeOfType<Reply<RefundConfirmation>.Unknown>();
        (await Sandbox.StateOfAsync(id)).ShouldBe(given ? "Refunded" : "Completed");
        (await Sandbox.JournalAsync()).Count(call => (string?)call!["operation"] == "refund").ShouldBe(1);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"detail": 1}""")]
    [InlineData("""{"detail": "No.", "error_key": "validation_error"}""")]
    public async Task A_200_without_a_confirmation_is_unknown(string body)
    {
        await using ScriptedServer server = new(Step.Json(body));

        (await ClientFixture.At(server.Address).RefundAsync("8xme", cancellationToken: Stop))
            .ShouldBeOfType<Reply<RefundConfirmation>.Unknown>();
    }

    [Fact]
    public async Task Invalid_refund_arguments_throw_before_the_call()
    {
        await using ScriptedServer server = new(Step.Json("{}"));
        KhaltiClient client = ClientFixture.At(server.Address);

        await Should.ThrowAsync<ArgumentException>(() => client.RefundAsync(" ", cancellationToken: Stop));
        await Should.ThrowAsync<ArgumentException>(() => client.RefundAsync("..", cancellationToken: Stop));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => client.RefundAsync("8xme", Paisa.Zero, cancellationToken: Stop));

        server.Received.ShouldBeEmpty();
    }
}
