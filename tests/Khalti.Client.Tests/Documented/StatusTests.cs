using System.Text.Json.Nodes;
using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Documented;

/// <summary>The status call, against the sandbox.</summary>
public class StatusTests(RunningSandbox sandbox) : SandboxTests(sandbox)
{
    [Theory]
    [InlineData("Initiated", TransactionState.Initiated, "Initiated")]
    [InlineData("Confirmed", TransactionState.Confirmed, "Confirmed")]
    [InlineData("Completed", TransactionState.Completed, "Complete")]
    [InlineData("Disabled", TransactionState.Failed, "Failed")]
    [InlineData("Failed", TransactionState.Failed, "Failed")]
    [InlineData("Refunded", TransactionState.Refunded, "Refunded")]
    [InlineData("Partially refunded", TransactionState.PartiallyRefunded, "Partially refunded")]
    [InlineData("On hold", TransactionState.Unrecognized, "On hold")]
    public async Task Each_state_is_answered_by_token_and_by_id(string name, TransactionState state, string shown)
    {
        (string token, string id) = await Sandbox.GivenInStateAsync(1000, name);

        foreach (string handle in (string[])[token, id])
        {
            Reply<TransactionStatus> reply = await Sandbox.Client().GetStatusAsync(handle, new Paisa(1000), Stop);
            reply.ShouldBeAnswered().ShouldBe(new TransactionStatus(state, shown));
        }
    }

    [Theory]
    [InlineData(200)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(422)]
    public async Task Not_found_is_an_answer_with_every_http_code(int code)
    {
        await Sandbox.GivenSwitchesAsync(new JsonObject { ["statusNotFoundCode"] = code });

        Reply<TransactionStatus> reply = await Sandbox.Client().GetStatusAsync(ClientFixture.Token, new Paisa(1000), Stop);

        reply.ShouldBeAnswered().ShouldBe(new TransactionStatus(TransactionState.NotFound, "Error"));
        (await Sandbox.JournalAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Another_amount_another_merchant_and_another_mode_are_not_found()
    {
        (string token, _) = await Sandbox.GivenConfirmedAsync(1000);

        Reply<TransactionStatus>[] replies =
        [
            await Sandbox.Client().GetStatusAsync(token, new Paisa(999), Stop),
            await Sandbox.Client(RunningSandbox.OtherSecret).GetStatusAsync(token, new Paisa(1000), Stop),
            await Sandbox.Client(RunningSandbox.LiveSecret).GetStatusAsync(token, new Paisa(1000), Stop),
        ];

        replies.ShouldAllBe(reply => reply.ShouldBeAnswered().State == TransactionState.NotFound);
    }

    [Fact]
    public async Task A_blank_token_is_refused()
    {
        Reply<TransactionStatus> reply = await Sandbox.Client().GetStatusAsync("", new Paisa(1000), Stop);

        reply.ShouldBeRefused().Fields.Keys.ShouldHaveSingleItem().ShouldBe("token");
    }

    [Fact]
    public async Task An_unusual_token_is_sent_unchanged()
    {
        const string Strange = "a+b&amount=1#x ü/../%2B\u0928";

        await Sandbox.Client().GetStatusAsync(Strange, new Paisa(1000), Stop);

        JsonNode call = (await Sandbox.JournalAsync()).ShouldHaveSingleItem()!;
        call["path"]!.GetValue<string>().ShouldBe("/api/v2/payment/status/");
        call["fields"]!["token"]!.GetValue<string>().ShouldBe(Strange);
        call["fields"]!["amount"]!.GetValue<string>().ShouldBe("1000");
    }

    [Fact]
    public async Task Reading_the_status_changes_nothing()
    {
        (string token, string id) = await Sandbox.GivenConfirmedAsync(1000);

        await Sandbox.Client().GetStatusAsync(token, new Paisa(1000), Stop);

        (await Sandbox.StateOfAsync(id)).ShouldBe("Confirmed");
    }

    [Theory]
    [InlineData("error", 500)]
    [InlineData("error", 429)]
    [InlineData("drop_before", null)]
    [InlineData("drop_after", null)]
    public async Task A_read_is_retried_after_a_single_fault(string kind, int? status)
    {
        (string token, _) = await Sandbox.GivenConfirmedAsync(1000);
        await Sandbox.GivenFaultAsync("status", kind, status);

        Reply<TransactionStatus> reply = await Sandbox.Client().GetStatusAsync(token, new Paisa(1000), Stop);

        reply.ShouldBeAnswered().State.ShouldBe(TransactionState.Confirmed);
    }
}
