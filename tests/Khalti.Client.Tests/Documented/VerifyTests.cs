using System.Text.Json.Nodes;
using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Documented;

/// <summary>Verify against the sandbox: the answer for each kind of token. Only a confirmed one moves money.</summary>
public class VerifyTests(RunningSandbox sandbox) : SandboxTests(sandbox)
{
    [Theory]
    [InlineData(BodyEncoding.Form)]
    [InlineData(BodyEncoding.Json)]
    public async Task A_confirmed_payment_is_completed(BodyEncoding encoding)
    {
        (string token, string id) = await Sandbox.GivenConfirmedAsync(1000);

        Reply<Transaction> reply = await Sandbox.Client(encoding: encoding).VerifyAsync(token, new Paisa(1000), Stop);

        Transaction transaction = reply.ShouldBeAnswered();
        transaction.Id.ShouldBe(id);
        transaction.State.ShouldBe(TransactionState.Completed);
        transaction.StateName.ShouldBe("Completed");
        transaction.Amount.ShouldBe(new Paisa(1000));
        transaction.Fee.ShouldBe(new Paisa(30));
        transaction.Refunded.ShouldBeFalse();
        transaction.CreatedOn.ShouldNotBeNull().Offset.ShouldBe(new TimeSpan(5, 45, 0));
        transaction.ProductIdentity.ShouldBeNull();
        (await Sandbox.StateOfAsync(id)).ShouldBe("Completed");
    }

    [Theory]
    [InlineData(BodyEncoding.Form, "\"1000\"")]
    [InlineData(BodyEncoding.Json, "1000")]
    public async Task Verify_is_received_once_and_a_form_sends_text(BodyEncoding encoding, string amount)
    {
        (string token, _) = await Sandbox.GivenConfirmedAsync(1000);

        await Sandbox.Client(encoding: encoding).VerifyAsync(token, new Paisa(1000), Stop);

        JsonNode call = (await Sandbox.JournalAsync()).ShouldHaveSingleItem()!;
        call["operation"]!.GetValue<string>().ShouldBe("verify");
        call["method"]!.GetValue<string>().ShouldBe("POST");
        call["path"]!.GetValue<string>().ShouldBe("/api/v2/payment/verify/");
        call["fields"]!["token"]!.GetValue<string>().ShouldBe(token);
        call["fields"]!["amount"]!.ToJsonString().ShouldBe(amount);
    }

    [Fact]
    public async Task The_product_identity_of_the_newer_record_is_read()
    {
        await Sandbox.GivenSwitchesAsync(new JsonObject { ["extraVerifyFields"] = true });
        (string token, _) = await Sandbox.GivenConfirmedAsync(1000);

        Reply<Transaction> reply = await Sandbox.Client().VerifyAsync(token, new Paisa(1000), Stop);

        reply.ShouldBeAnswered().ProductIdentity.ShouldBe("ord_1");
    }

    [Fact]
    public async Task An_initiated_payment_is_refused()
    {
        (string token, string id) = await Sandbox.GivenInitiatedAsync(1000);

        await RefusedAsync(Sandbox.Client(), token, 1000);

        (await Sandbox.StateOfAsync(id)).ShouldBe("Initiated");
    }

    [Fact]
    public async Task An_unknown_token_is_refused() => await RefusedAsync(Sandbox.Client(), ClientFixture.Token, 1000);

    [Fact]
    public async Task Another_merchants_token_is_refused()
    {
        (string token, string id) = await Sandbox.GivenConfirmedAsync(1000);

        await RefusedAsync(Sandbox.Client(RunningSandbox.OtherSecret), token, 1000);

        (await Sandbox.StateOfAsync(id)).ShouldBe("Confirmed");
    }

    [Fact]
    public async Task A_token_of_the_other_mode_is_refused()
    {
        (string token, string id) = await Sandbox.GivenConfirmedAsync(1000);

        await RefusedAsync(Sandbox.Client(RunningSandbox.LiveSecret), token, 1000);

        (await Sandbox.StateOfAsync(id)).ShouldBe("Confirmed");
    }

    [Theory]
    [InlineData("Token", "token")]
    [InlineData("Amount", "amount")]
    public async Task Another_amount_is_refused_and_moves_no_money(string setting, string field)
    {
        await Sandbox.GivenSwitchesAsync(new JsonObject { ["verifyWrongAmount"] = setting });
        (string token, string id) = await Sandbox.GivenConfirmedAsync(1000);

        Reply<Transaction> reply = await Sandbox.Client().VerifyAsync(token, new Paisa(1001), Stop);

        reply.ShouldBeRefused().Fields.Keys.ShouldHaveSingleItem().ShouldBe(field);
        (await Sandbox.StateOfAsync(id)).ShouldBe("Confirmed");
    }

    [Fact]
    public async Task A_blank_token_is_refused() => await RefusedAsync(Sandbox.Client(), "", 1000, "This field may not be blank.");

    [Theory]
    [InlineData("a+b&amount=1 ü/%2B\u0928\u092e")]
    [InlineData("\"}{\\")]
    public async Task An_unusual_token_is_sent_unchanged_and_refused(string token)
    {
        foreach (BodyEncoding encoding in Enum.GetValues<BodyEncoding>())
        {
            await RefusedAsync(Sandbox.Client(encoding: encoding), token, 1000);
        }

        JsonArray calls = await Sandbox.JournalAsync();
        calls.Select(call => call!["fields"]!["token"]!.GetValue<string>()).ShouldBe([token, token]);
    }

    [Fact]
    public async Task Verifying_again_may_give_the_same_record()
    {
        await Sandbox.GivenSwitchesAsync(new JsonObject { ["verifyAgain"] = "Replay" });
        (string token, _) = await Sandbox.GivenConfirmedAsync(1000);
        KhaltiClient client = Sandbox.Client();
        Transaction first = (await client.VerifyAsync(token, new Paisa(1000), Stop)).ShouldBeAnswered();

        Reply<Transaction> second = await client.VerifyAsync(token, new Paisa(1000), Stop);

        second.ShouldBeAnswered().ShouldBe(first);
    }

    [Fact]
    public async Task Verifying_again_may_be_refused_although_the_money_moved()
    {
        await Sandbox.GivenSwitchesAsync(new JsonObject { ["verifyAgain"] = "InvalidToken" });
        (string token, string id) = await Sandbox.GivenConfirmedAsync(1000);
        KhaltiClient client = Sandbox.Client();
        (await client.VerifyAsync(token, new Paisa(1000), Stop)).ShouldBeAnswered();

        await RefusedAsync(client, token, 1000);

        (await Sandbox.StateOfAsync(id)).ShouldBe("Completed");
    }

    [Theory]
    [InlineData("Refunded", TransactionState.Refunded, true)]
    [InlineData("Partially refunded", TransactionState.PartiallyRefunded, false)]
    public async Task A_refunded_payment_may_answer_with_its_record(string name, TransactionState state, bool refunded)
    {
        await Sandbox.GivenSwitchesAsync(new JsonObject { ["verifyRefunded"] = "Replay" });
        (string token, _) = await Sandbox.GivenInStateAsync(1000, name);

        Transaction transaction = (await Sandbox.Client().VerifyAsync(token, new Paisa(1000), Stop)).ShouldBeAnswered();

        transaction.State.ShouldBe(state);
        transaction.Refunded.ShouldBe(refunded);
    }

    [Theory]
    [InlineData("On hold", "On hold")]
    [InlineData("Error", "Error")]
    public async Task An_undocumented_state_is_answered_with_its_name(string name, string shown)
    {
        (string token, _) = await Sandbox.GivenInStateAsync(1000, name);

        Transaction transaction = (await Sandbox.Client().VerifyAsync(token, new Paisa(1000), Stop)).ShouldBeAnswered();

        transaction.State.ShouldBe(TransactionState.Unrecognized);
        transaction.StateName.ShouldBe(shown);
    }

    [Fact]
    public async Task Refusals_without_an_error_key_are_read()
    {
        await Sandbox.GivenSwitchesAsync(new JsonObject { ["errorKeyOnLegacyErrors"] = false });

        Refusal refusal = (await Sandbox.Client().VerifyAsync(ClientFixture.Token, new Paisa(1000), Stop)).ShouldBeRefused();

        refusal.ErrorKey.ShouldBeNull();
        refusal.Fields["token"].ShouldBe(["Invalid token."]);
    }

    private static async Task RefusedAsync(KhaltiClient client, string token, long paisa, string text = "Invalid token.")
    {
        Refusal refusal = (await client.VerifyAsync(token, new Paisa(paisa), Stop)).ShouldBeRefused();

        refusal.StatusCode.ShouldBe(400);
        refusal.ErrorKey.ShouldBe("validation_error");
        refusal.Detail.ShouldBeNull();
        refusal.Fields.ShouldHaveSingleItem().Key.ShouldBe("token");
        refusal.Fields["token"].ShouldBe([text]);
    }
}
