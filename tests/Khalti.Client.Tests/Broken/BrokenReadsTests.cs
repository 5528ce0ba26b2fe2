using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Broken;

/// <summary>What status, list and detail make of answers that are not quite the documented ones.</summary>
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
        (await Asking.StatusGivenAsync(Step.Json(body))).ShouldBeUnknown(UnknownReason.Unreadable, 200);

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("\"yes\"")]
    public async Task The_status_flag_decides_nothing(string flag) =>
        (await Asking.StatusGivenAsync(Step.Json($$"""{"status": {{flag}}, "state": "Complete"}""")))
            .ShouldBeAnswered().State.ShouldBe(TransactionState.Completed);

    [Fact]
    public async Task A_status_that_only_says_no_is_refused() =>
        (await Asking.StatusGivenAsync(Step.Json("""{"detail": "no", "error_key": "validation_error"}""", 404)))
            .ShouldBeRefused().Detail.ShouldBe("no");

    [Theory]
    [InlineData(201)]
    [InlineData(302)]
    public async Task A_state_below_400_counts_under_200_only(int status) =>
        (await Asking.StatusGivenAsync(Step.Json(Asking.Complete, status))).ShouldBeUnknown(UnknownReason.Unreadable, status);

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"records\": null}")]
    [InlineData("{\"records\": {}}")]
    [InlineData("[]")]
    public async Task A_page_without_records_is_unreadable(string body)
    {
        await using ScriptedServer server = new(Step.Json(body));

        (await Asking.At(server.Address).ListTransactionsAsync(1, Stop)).ShouldBeUnknown(UnknownReason.Unreadable, 200);
    }

    [Fact]
    public async Task Records_that_can_not_be_read_are_left_out_and_counted()
    {
        await using ScriptedServer server = new(Step.Json($$"""{"records": [null, 1, [], {}, {{Asking.Record}}, {"idx": "x"}]}"""));

        TransactionPage page = (await Asking.At(server.Address).ListTransactionsAsync(3, Stop)).ShouldBeAnswered();

        page.Records.ShouldHaveSingleItem().Id.ShouldBe("8xmeJnNXfoVjCvGcZiiGe7");
        (page.CurrentPage, page.TotalPages, page.TotalRecords, page.HasNext, page.Unreadable).ShouldBe((3, 3, 1, false, 5));
    }

    [Theory]
    [InlineData("null", false)]
    [InlineData("\"\"", false)]
    [InlineData("17", false)]
    [InlineData("\"https://khalti.com/api/v2/merchant-transaction/?page=2\"", true)]
    public async Task Another_page_follows_where_next_is_an_address(string next, bool follows)
    {
        await using ScriptedServer server = new(Step.Json($$"""{"records": [], "next": {{next}}, "total_pages": "2", "total_records": -1}"""));

        TransactionPage page = (await Asking.At(server.Address).ListTransactionsAsync(1, Stop)).ShouldBeAnswered();

        (page.HasNext, page.TotalPages, page.TotalRecords).ShouldBe((follows, 2, 0));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[null, {}, 1]")]
    public async Task Children_that_can_not_be_read_are_left_out(string children)
    {
        await using ScriptedServer server = new(Step.Json(Asking.Record[..^1] + $", \"child_transactions\": {children}, \"can_refund\": 1}}"));

        TransactionDetail detail = (await Asking.At(server.Address).GetTransactionAsync("x", Stop)).ShouldBeAnswered();

        detail.Children.ShouldBeEmpty();
        detail.CanRefund.ShouldBeFalse();
    }

    [Fact]
    public async Task A_detail_without_an_amount_is_unreadable()
    {
        await using ScriptedServer server = new(Step.Json("""{"idx": "x", "state": {"name": "Completed"}, "can_refund": true}"""));

        (await Asking.At(server.Address).GetTransactionAsync("x", Stop)).ShouldBeUnknown(UnknownReason.Unreadable, 200);
    }
}
