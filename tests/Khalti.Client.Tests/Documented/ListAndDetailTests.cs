using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Documented;

/// <summary>List and detail, against the sandbox.</summary>
public class ListAndDetailTests(RunningSandbox sandbox) : SandboxTests(sandbox)
{
    [Fact]
    public async Task A_merchant_without_transactions_has_one_empty_page()
    {
        TransactionPage page = (await Sandbox.Client().ListTransactionsAsync(cancellationToken: Stop)).ShouldBeAnswered();

        page.Records.ShouldBeEmpty();
        (page.CurrentPage, page.TotalPages, page.TotalRecords, page.HasNext, page.Unreadable).ShouldBe((1, 1, 0, false, 0));
    }

    [Fact]
    public async Task Fifty_two_transactions_are_two_pages_newest_first_and_nothing_beyond()
    {
        List<string> made = [];
        for (int number = 0; number < 52; number++)
        {
            made.Add((await Sandbox.GivenConfirmedAsync(1000 + number)).Id);
        }

        KhaltiClient client = Sandbox.Client();
        TransactionPage first = (await client.ListTransactionsAsync(1, Stop)).ShouldBeAnswered();
        TransactionPage second = (await client.ListTransactionsAsync(2, Stop)).ShouldBeAnswered();
        Reply<TransactionPage> third = await client.ListTransactionsAsync(3, Stop);

        (first.Records.Count, first.CurrentPage, first.TotalPages, first.TotalRecords, first.HasNext).ShouldBe((50, 1, 2, 52, true));
        (second.Records.Count, second.CurrentPage, second.TotalPages, second.TotalRecords, second.HasNext).ShouldBe((2, 2, 2, 52, false));
        first.Records.Concat(second.Records).Select(record => record.Id).ShouldBe(Enumerable.Reverse(made));
        third.ShouldBeRefused().StatusCode.ShouldBe(404);
    }

    [Fact]
    public async Task A_list_shows_every_state_of_this_merchant_and_mode_only()
    {
        await Sandbox.GivenInitiatedAsync(1000);
        await Sandbox.GivenInStateAsync(2000, "Refunded");

        TransactionPage own = (await Sandbox.Client().ListTransactionsAsync(1, Stop)).ShouldBeAnswered();
        TransactionPage live = (await Sandbox.Client(RunningSandbox.LiveSecret).ListTransactionsAsync(1, Stop)).ShouldBeAnswered();
        TransactionPage other = (await Sandbox.Client(RunningSandbox.OtherSecret).ListTransactionsAsync(1, Stop)).ShouldBeAnswered();

        own.Records.Select(record => (record.State, (long)record.Amount, record.Refunded))
            .ShouldBe([(TransactionState.Refunded, 2000L, true), (TransactionState.Initiated, 1000L, false)]);
        live.Records.ShouldBeEmpty();
        other.Records.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_page_below_1_throws(int page) =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Sandbox.Client().ListTransactionsAsync(page, Stop));

    [Fact]
    public async Task The_detail_of_a_completed_payment_has_its_fee_and_its_product()
    {
        (string token, string id) = await Sandbox.GivenConfirmedAsync(3000);
        KhaltiClient client = Sandbox.Client();
        (await client.VerifyAsync(token, new Paisa(3000), Stop)).ShouldBeAnswered();

        TransactionDetail detail = (await client.GetTransactionAsync(id, Stop)).ShouldBeAnswered();

        detail.Transaction.Id.ShouldBe(id);
        detail.Transaction.State.ShouldBe(TransactionState.Completed);
        detail.Transaction.ProductIdentity.ShouldBe("ord_1");
        (detail.CanRefund, detail.CanComplete).ShouldBe((true, false));
        Transaction fee = detail.Children.ShouldHaveSingleItem();
        (fee.Amount, fee.Fee, fee.State).ShouldBe((new Paisa(90), Paisa.Zero, TransactionState.Completed));
        fee.Id.ShouldNotBe(id);
        fee.ProductIdentity.ShouldBeNull();
    }

    [Fact]
    public async Task The_detail_of_a_confirmed_payment_can_be_completed()
    {
        (_, string id) = await Sandbox.GivenConfirmedAsync(3000);

        TransactionDetail detail = (await Sandbox.Client().GetTransactionAsync(id, Stop)).ShouldBeAnswered();

        detail.Transaction.State.ShouldBe(TransactionState.Confirmed);
        (detail.CanRefund, detail.CanComplete).ShouldBe((false, true));
        detail.Children.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("8xmeJnNXfoVjCvGcZiiGe7")]
    [InlineData("...")]
    [InlineData("a b?c#d%2F")]
    public async Task An_unknown_id_is_refused(string id)
    {
        Refusal refusal = (await Sandbox.Client().GetTransactionAsync(id, Stop)).ShouldBeRefused();

        (refusal.StatusCode, refusal.Detail, refusal.ErrorKey).ShouldBe((404, "Not found.", "validation_error"));
        refusal.Fields.ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_merchants_id_is_unknown()
    {
        (_, string id) = await Sandbox.GivenConfirmedAsync(3000);

        Reply<TransactionDetail> reply = await Sandbox.Client(RunningSandbox.OtherSecret).GetTransactionAsync(id, Stop);

        reply.ShouldBeRefused().StatusCode.ShouldBe(404);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task An_id_that_would_change_the_path_throws(string id)
    {
        await Should.ThrowAsync<ArgumentException>(() => Sandbox.Client().GetTransactionAsync(id, Stop));

        (await Sandbox.JournalAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_call_with_a_wrong_key_is_unknown()
    {
        (string token, string id) = await Sandbox.GivenConfirmedAsync(1000);

        foreach (string key in (string[])[ClientFixture.Secret, "test_public_key_11111111111111111111111111111111", ""])
        {
            KhaltiClient client = Sandbox.Client(key);
            (await client.VerifyAsync(token, new Paisa(1000), Stop)).ShouldBeUnknown(UnknownReason.Unauthorized, 401);
            (await client.GetStatusAsync(token, new Paisa(1000), Stop)).ShouldBeUnknown(UnknownReason.Unauthorized, 401);
            (await client.ListTransactionsAsync(1, Stop)).ShouldBeUnknown(UnknownReason.Unauthorized, 401);
            (await client.GetTransactionAsync(id, Stop)).ShouldBeUnknown(UnknownReason.Unauthorized, 401);
        }

        (await Sandbox.StateOfAsync(id)).ShouldBe("Confirmed");
        (await Sandbox.JournalAsync()).Count.ShouldBe(12);
    }
}
