using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Documented;

/// <summary>Verify calls whose answer the sandbox drops: only a later read tells the outcome.</summary>
public class LostAnswersTests(RunningSandbox sandbox) : SandboxTests(sandbox)
{
    [Fact]
    public async Task A_verify_answer_lost_after_the_money_moved_is_unknown_and_not_retried()
    {
        (string token, string id) = await Sandbox.GivenConfirmedAsync(1000);
        await Sandbox.GivenFaultAsync("verify", "drop_after");
        KhaltiClient client = Sandbox.Client();

        Reply<Transaction> reply = await client.VerifyAsync(token, new Paisa(1000), Stop);

        reply.ShouldBeUnknown(UnknownReason.NoAnswer);
        (await Sandbox.StateOfAsync(id)).ShouldBe("Completed");
        (await Sandbox.JournalAsync()).Count.ShouldBe(1);
        (await client.GetStatusAsync(token, new Paisa(1000), Stop)).ShouldBeAnswered().State.ShouldBe(TransactionState.Completed);
    }

    [Theory]
    [InlineData("drop_before", null, UnknownReason.NoAnswer, null)]
    [InlineData("garbage", null, UnknownReason.Unreadable, 200)]
    [InlineData("error", 401, UnknownReason.Unauthorized, 401)]
    [InlineData("error", 429, UnknownReason.RateLimited, 429)]
    [InlineData("error", 503, UnknownReason.ServerError, 503)]
    [InlineData("error", 302, UnknownReason.Unreadable, 302)]
    public async Task Every_fault_leaves_verify_unknown(string kind, int? status, UnknownReason why, int? code)
    {
        (string token, _) = await Sandbox.GivenConfirmedAsync(1000);
        await Sandbox.GivenFaultAsync("verify", kind, status);

        Reply<Transaction> reply = await Sandbox.Client().VerifyAsync(token, new Paisa(1000), Stop);

        reply.ShouldBeUnknown(why, code);
        (await Sandbox.JournalAsync()).Count.ShouldBe(1);
    }
}
