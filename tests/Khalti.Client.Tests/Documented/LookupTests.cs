using System.Text.Json.Nodes;
using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Documented;

/// <summary>Lookup against the sandbox.</summary>
public class LookupTests(RunningSandbox sandbox) : SandboxTests(sandbox)
{
    private KhaltiClient Client => Sandbox.Client(RunningSandbox.EPaymentSecret);

    [Theory]
    [InlineData("Completed", EPaymentStatus.Completed)]
    [InlineData("Pending", EPaymentStatus.Pending)]
    [InlineData("Initiated", EPaymentStatus.Initiated)]
    [InlineData("Refunded", EPaymentStatus.Refunded)]
    [InlineData("Partially Refunded", EPaymentStatus.PartiallyRefunded)]
    [InlineData("Expired", EPaymentStatus.Expired)]
    [InlineData("User canceled", EPaymentStatus.UserCanceled)]
    [InlineData("Failed", EPaymentStatus.Failed)]
    [InlineData("Canceled", EPaymentStatus.UserCanceled)]
    [InlineData("On hold", EPaymentStatus.Unrecognized)]
    public async Task Every_status_is_an_answer(string name, EPaymentStatus status)
    {
        string pidx = await Sandbox.GivenLinkAsync(name);

        EPayment looked = (await Client.LookupAsync(pidx, Stop)).ShouldBeAnswered();

        (looked.Pidx, looked.Status, looked.StatusName, looked.TotalAmount).ShouldBe((pidx, status, name, ClientFixture.Thousand));
    }

    [Fact]
    public async Task A_paid_link_has_its_transaction_id()
    {
        string pidx = await Sandbox.GivenLinkAsync();
        await Sandbox.OutcomeAsync(pidx, "completed");

        EPayment looked = (await Client.LookupAsync(pidx, Stop)).ShouldBeAnswered();

        looked.ShouldBe(new EPayment(
            pidx, EPaymentStatus.Completed, "Completed", ClientFixture.Thousand, (string?)(await Sandbox.LinkAsync(pidx))["idx"],
            default(Paisa), Refunded: false));
    }

    [Theory]
    [InlineData("canceled", EPaymentStatus.UserCanceled)]
    [InlineData("expired", EPaymentStatus.Expired)]
    public async Task HTTP_400_with_a_link_status_is_an_answer(string outcome, EPaymentStatus status)
    {
        string pidx = await Sandbox.GivenLinkAsync();
        await Sandbox.OutcomeAsync(pidx, outcome);

        (await Client.LookupAsync(pidx, Stop)).ShouldBeAnswered().Status.ShouldBe(status);

        ((int?)(await Sandbox.JournalAsync())[^1]!["status"]).ShouldBe(400);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    public async Task An_unknown_link_is_refused(int code)
    {
        await Sandbox.GivenSwitchesAsync(new JsonObject { ["unknownPidxCode"] = code });

        Refusal refusal = (await Client.LookupAsync(EPaymentFixture.Pidx, Stop)).ShouldBeRefused();

        refusal.ShouldSatisfyAllConditions(
            no => no.StatusCode.ShouldBe(code),
            no => no.Detail.ShouldBe("Not found."),
            no => no.ErrorKey.ShouldBe("validation_error"),
            no => no.Fields.ShouldBeEmpty());
    }

    [Fact]
    public async Task Another_merchants_link_is_not_found()
    {
        string pidx = await Sandbox.GivenLinkAsync("Completed");

        (await Sandbox.Client(RunningSandbox.OtherEPaymentSecret).LookupAsync(pidx, Stop)).ShouldBeRefused().StatusCode.ShouldBe(404);
    }

    [Fact]
    public async Task A_blank_pidx_is_refused_by_field() =>
        (await Client.LookupAsync("", Stop)).ShouldBeRefused().Fields.Keys.ShouldHaveSingleItem().ShouldBe("pidx");

    [Fact]
    public async Task A_transaction_id_in_place_of_a_pidx_is_refused()
    {
        string pidx = await Sandbox.GivenLinkAsync("Completed");
        string transactionId = (string)(await Sandbox.LinkAsync(pidx))["idx"]!;

        (await Client.LookupAsync(transactionId, Stop)).ShouldBeRefused().Detail.ShouldBe("Not found.");
    }

    [Fact]
    public async Task Reading_the_status_changes_nothing()
    {
        string pidx = await Sandbox.GivenLinkAsync();

        await Client.LookupAsync(pidx, Stop);

        ((string?)(await Sandbox.LinkAsync(pidx))["state"]).ShouldBe("Initiated");
    }

    [Theory]
    [InlineData("error", 500)]
    [InlineData("error", 429)]
    [InlineData("drop_before", null)]
    [InlineData("drop_after", null)]
    public async Task A_read_is_retried_after_a_single_fault(string kind, int? status)
    {
        string pidx = await Sandbox.GivenLinkAsync("Completed");
        await Sandbox.GivenFaultAsync("epayment_lookup", kind, status);

        (await Client.LookupAsync(pidx, Stop)).ShouldBeAnswered().Status.ShouldBe(EPaymentStatus.Completed);
    }
}
