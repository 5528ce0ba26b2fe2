using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Broken;

/// <summary>Answers to status, list and detail that differ from the documented ones.</summary>
public class BrokenReadsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"status\": true}")]
    [InlineData("{\"state\": null}")]
    [InlineData("{\"state\": 1}")]
    [InlineData("{\"state\": \"\"}")]
    [InlineData("{\"state\": {\"name\": \"Complete\"}}")]
    [InlineData("{\"state\": \"Complete\", \"state\": \"Failed\"}")]
    [InlineData("{\"state\": \"\\ud800\"}")]
    public async Task A_status_without_a_state_is_unreadable(string body) =>
        (await ClientFixture.StatusGivenAsync(Step.Json(body))).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("\"yes\"")]
    public async Task The_status_flag_is_ignored(string flag) =>
        (await ClientFixture.StatusGivenAsync(Step.Json($$"""{"status": {{flag}}, "state": "Complete"}""")))
            .ShouldBeAnswered().State.ShouldBe(TransactionState.Completed);

    [Fact]
    public async Task A_status_with_a_validation_error_is_refused() =>
        (await ClientFixture.StatusGivenAsync(Step.Json("""{"detail": "no", "error_key": "validation_error"}""", 404)))
            .ShouldBeRefused().Detail.ShouldBe("no");

    [Theory]
    [InlineData(201)]
    [InlineData(302)]
    public async Task A_state_with_another_code_below_400_than_200_is_unknown(int status) =>
        (await ClientFixture.StatusGivenAsync(Step.Json(ClientFixture.Complete, status))).ShouldBeUnknown(UnknownReason.Unreadable, status);

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"records\": null}")]
    [InlineData("{\"records\": {}}")]
    [InlineData("[]")]
    public async Task A_page_without_records_is_unreadable(string body)
    {
        await using ScriptedServer server = new(Step.Json(body));

        (await ClientFixture.At(server.Address).ListTransactionsAsync(1, Stop)).ShouldBeUnknown(UnknownReason.Unreadable, 200);
    }

    [Fact]
    public async Task Unreadable_records_are_left_out_and_counted()
    {
        await using ScriptedServer server = new(Step.Json($$"""{"records": [null, 1, [], {}, {{ClientFixture.Record}}, {"idx": "x"}]}"""));

        TransactionPage page = (await ClientFixture.At(server.Address).ListTransactionsAsync(3, Stop)).ShouldBeAnswered();

        page.Records.ShouldHaveSingleItem().Id.ShouldBe("8xmeJnNXfoVjCvGcZiiGe7");
        (page.CurrentPage, page.TotalPages, page.TotalRecords, page.HasNext, page.Unreadable).ShouldBe((3, 3, 1, false, 5));
        page.UnreadableRecords.Select(record => record.Id).ShouldBe([null, null, null, null, "x"]);
    }

    [Theory]
    [InlineData("null", false)]
    [InlineData("\"\"", false)]
    [InlineData("17", false)]
    [InlineData("\"https://khalti.com/api/v2/merchant-transaction/?page=2\"", true)]
    public async Task HasNext_is_true_when_next_is_an_address(string next, bool follows)
    {
        await using ScriptedServer server =
            new(Step.Json($$"""{"records": [], "next": {{next}}, "total_pages": "2", "total_records": -1}"""));

        TransactionPage page = (await ClientFixture.At(server.Address).ListTransactionsAsync(1, Stop)).ShouldBeAnswered();

        (page.HasNext, page.TotalPages, page.TotalRecords).ShouldBe((follows, 2, 0));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[null, {}, 1]")]
    public async Task Unreadable_children_are_left_out(string children)
    {
        await using ScriptedServer server =
            new(Step.Json(ClientFixture.Record[..^1] + $", \"child_transactions\": {children}, \"can_refund\": 1}}"));

        TransactionDetail detail = (await ClientFixture.At(server.Address).GetTransactionAsync("x", Stop)).ShouldBeAnswered();

        detail.Children.ShouldBeEmpty();
        detail.CanRefund.ShouldBeFalse();
    }

    [Fact]
    public async Task A_detail_without_an_amount_is_unreadable()
    {
        await using ScriptedServer server = new(Step.Json("""{"idx": "x", "state": {"name": "Completed"}, "can_refund": true}"""));

        (await ClientFixture.At(server.Address).GetTransactionAsync("x", Stop)).ShouldBeUnknown(UnknownReason.Unreadable, 200);
    }
}
