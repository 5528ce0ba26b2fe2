using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Retry;

/// <summary>Retries of reads: their conditions, number, delays and timeout.</summary>
public class ReadsTests
{
    private static readonly Step Answer = Step.Json(ClientFixture.Complete);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(408)]
    [InlineData(425)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task A_read_is_retried_after_a_transient_http_code(int status)
    {
        await using ScriptedServer server = new(Step.Html("", status), Step.Html("", status), Answer);

        (await ClientFixture.At(server.Address).GetStatusAsync()).ShouldBeAnswered().State.ShouldBe(TransactionState.Completed);

        server.Received.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_read_is_retried_after_a_broken_answer()
    {
        await using ScriptedServer server =
            new(Step.HalfOf(ClientFixture.Complete), Step.HalfOf(ClientFixture.Complete, Then.Reset), Answer);

        (await ClientFixture.At(server.Address).GetStatusAsync()).ShouldBeAnswered();

        server.Received.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_read_is_retried_after_a_closed_connection()
    {
        await using ScriptedServer server = new(Step.Cut, Step.Reset, Answer);

        (await ClientFixture.At(server.Address).GetStatusAsync()).ShouldBeAnswered();

        server.Received.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_read_whose_connections_are_all_closed_is_unknown()
    {
        await using ScriptedServer server = new(Step.Cut);

        (await ClientFixture.At(server.Address).GetStatusAsync()).ShouldBeUnknown(UnknownReason.NoAnswer);

        // Three attempts of the client, each sent at most three times by .NET's handler.
        server.Received.Count.ShouldBeInRange(3, 12);
    }

    [Fact]
    public async Task List_and_detail_are_retried_too()
    {
        await using ScriptedServer list = new(Step.Html("", 503), Step.Json("""{"records": []}"""));
        await using ScriptedServer detail = new(Step.Html("", 503), Step.Json(ClientFixture.Record));

        (await ClientFixture.At(list.Address).ListTransactionsAsync(1, Stop)).ShouldBeAnswered();
        (await ClientFixture.At(detail.Address).GetTransactionAsync("x", Stop)).ShouldBeAnswered();

        list.Received.Select(request => request.Target).Distinct().ShouldHaveSingleItem();
        detail.Received.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(10, 11)]
    public async Task A_read_stops_after_the_configured_retries(int retries, int requests)
    {
        await using ScriptedServer server = new(Step.Html("", 503));
        KhaltiClient client = new(ClientFixture.Http, ClientFixture.Options(server.Address) with { ReadRetries = retries });

        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.ServerError, 503);

        server.Received.Count.ShouldBe(requests);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(302)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    public async Task A_read_is_not_retried_after_a_permanent_error(int status)
    {
        await using ScriptedServer server = new(Step.Html("<html>", status), Answer);

        (await ClientFixture.At(server.Address).GetStatusAsync()).ShouldBeOfType<Reply<TransactionStatus>.Unknown>();

        server.Received.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("3")]
    [InlineData("Wed, 14 Jan 2026 06:15:03 GMT")]
    public async Task A_read_honours_Retry_After(string header)
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.Json("{}", 429, "Retry-After: " + header), Answer);
        KhaltiClient client = new(ClientFixture.Http, ClientFixture.Options(server.Address) with { TimeProvider = clock });
        Task<Reply<TransactionStatus>> asked = client.GetStatusAsync();
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(3));
        clock.Advance(TimeSpan.FromSeconds(2.9));
        server.Received.Count.ShouldBe(1);

        clock.Advance(TimeSpan.FromSeconds(0.1));

        (await asked).ShouldBeAnswered();
        server.Received.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_read_is_not_retried_after_a_long_Retry_After()
    {
        await using ScriptedServer server = new(Step.Json("{}", 429, "Retry-After: 6"), Answer);

        Reply<TransactionStatus> reply = await ClientFixture.At(server.Address).GetStatusAsync();

        reply.ShouldBeUnknown(UnknownReason.RateLimited, 429).RetryAfter.ShouldBe(TimeSpan.FromSeconds(6));
        server.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_timeout_between_two_attempts_returns_the_last_result()
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.Json("{}", 503, "Retry-After: 4"));
        KhaltiClient client = new(
            ClientFixture.Http, ClientFixture.Options(server.Address) with { Timeout = TimeSpan.FromSeconds(3), TimeProvider = clock });
        Task<Reply<TransactionStatus>> asked = client.GetStatusAsync();
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(4));

        clock.Advance(TimeSpan.FromSeconds(3));

        (await asked).ShouldBeUnknown(UnknownReason.ServerError, 503).RetryAfter.ShouldBe(TimeSpan.FromSeconds(4));
        server.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_timeout_of_a_call_includes_its_retries()
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.Json("{}", 503, "Retry-After: 4"), Step.Hang);
        KhaltiClient client = new(
            ClientFixture.Http, ClientFixture.Options(server.Address) with { Timeout = TimeSpan.FromSeconds(10), TimeProvider = clock });
        Task<Reply<TransactionStatus>> asked = client.GetStatusAsync();
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(4));
        clock.Advance(TimeSpan.FromSeconds(4));
        await server.ArrivalAsync();
        await server.ArrivalAsync();

        clock.Advance(TimeSpan.FromSeconds(6));

        (await asked).ShouldBeUnknown(UnknownReason.NoAnswer);
        server.Received.Count.ShouldBe(2);
    }
}
