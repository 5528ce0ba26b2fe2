using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Retry;

/// <summary>The circuit breaker stops reads while Khalti is down, and allows them again after the break.</summary>
public class BreakerTests
{
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly HeldClock _clock = new();

    [Fact]
    public async Task The_circuit_opens_after_twenty_failed_reads()
    {
        await using ScriptedServer server = new(Step.Html("", 503));
        KhaltiClient client = Client(server);
        await FailAsync(client, 20);

        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.NotAsked);
        (await client.ListTransactionsAsync(1, Stop)).ShouldBeUnknown(UnknownReason.NotAsked);
        (await client.GetTransactionAsync("x", Stop)).ShouldBeUnknown(UnknownReason.NotAsked);

        server.Received.Count.ShouldBe(20);
    }

    [Fact]
    public async Task One_answer_after_the_break_closes_the_circuit()
    {
        await using ScriptedServer server = new([.. Enumerable.Repeat(Step.Html("", 503), 20), Step.Json(ClientFixture.Complete)]);
        KhaltiClient client = Client(server);
        await FailAsync(client, 20);

        _clock.Advance(Break - TimeSpan.FromTicks(1));
        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.NotAsked);
        _clock.Advance(TimeSpan.FromTicks(1));

        (await client.GetStatusAsync()).ShouldBeAnswered();
        (await client.GetStatusAsync()).ShouldBeAnswered();
        server.Received.Count.ShouldBe(22);
    }

    [Fact]
    public async Task A_clock_set_back_a_day_does_not_prolong_the_break()
    {
        await using ScriptedServer server = new([.. Enumerable.Repeat(Step.Html("", 503), 20), Step.Json(ClientFixture.Complete)]);
        _clock.Advance(TimeSpan.FromDays(1));
        KhaltiClient client = Client(server);
        await FailAsync(client, 20);

        _clock.Advance(TimeSpan.FromDays(-1));
        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.NotAsked);
        _clock.Advance(Break);

        (await client.GetStatusAsync()).ShouldBeAnswered();
    }

    [Fact]
    public async Task A_failure_after_the_break_opens_the_circuit_again()
    {
        await using ScriptedServer server = new(Step.Html("", 503));
        KhaltiClient client = Client(server);
        await FailAsync(client, 20);
        _clock.Advance(Break);

        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.ServerError, 503);

        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.NotAsked);
        server.Received.Count.ShouldBe(21);
    }

    [Fact]
    public async Task Timeouts_open_the_circuit()
    {
        await using ScriptedServer server = new(Step.Hang);
        KhaltiClient client = Client(server, timeout: TimeSpan.FromMilliseconds(100));
        for (int read = 0; read < 20; read++)
        {
            Task<Reply<TransactionStatus>> asked = client.GetStatusAsync();
            await server.ArrivalAsync();
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            (await asked).ShouldBeUnknown(UnknownReason.NoAnswer);
        }

        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.NotAsked);
    }

    [Fact]
    public async Task Money_calls_neither_open_the_circuit_nor_are_stopped_by_it()
    {
        await using ScriptedServer server = new([.. Enumerable.Repeat(Step.Html("", 503), 50), Step.Json(ClientFixture.Record)]);
        KhaltiClient client = Client(server);
        for (int call = 0; call < 30; call++)
        {
            (await client.VerifyAsync()).ShouldBeUnknown(UnknownReason.ServerError, 503);
        }

        await FailAsync(client, 20);
        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.NotAsked);

        (await client.VerifyAsync()).ShouldBeAnswered();
    }

    [Theory]
    [InlineData(200)]
    [InlineData(400)]
    [InlineData(401)]
    public async Task Answers_below_500_do_not_open_the_circuit(int status)
    {
        await using ScriptedServer server = new(Step.Html("<html>", status));
        KhaltiClient client = Client(server);
        await FailAsync(client, 40);

        server.Received.Count.ShouldBe(40);
    }

    [Fact]
    public async Task Failures_far_apart_do_not_add_up()
    {
        await using ScriptedServer server = new(Step.Html("", 503));
        KhaltiClient client = Client(server);
        for (int read = 0; read < 40; read++)
        {
            await FailAsync(client, 1);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        server.Received.Count.ShouldBe(40);
    }

    [Fact]
    public async Task A_read_that_opens_the_circuit_returns_its_own_result()
    {
        await using ScriptedServer server = new(Step.Html("", 503));
        KhaltiClient client = new(ClientFixture.Http, ClientFixture.Options(server.Address) with
        {
            ReadRetries = 10,
            ReadBreak = Break,
            TimeProvider = _clock
        });
        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.ServerError, 503);

        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.ServerError, 503);

        server.Received.Count.ShouldBe(20);
        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.NotAsked);
    }

    private KhaltiClient Client(ScriptedServer server, TimeSpan? timeout = null) =>
        new(ClientFixture.Http, ClientFixture.Options(server.Address) with
        {
            ReadRetries = 0,
            ReadBreak = Break,
            Timeout = timeout ?? TimeSpan.FromMinutes(5),
            TimeProvider = _clock,
        });

    private static async Task FailAsync(KhaltiClient client, int reads)
    {
        for (int read = 0; read < reads; read++)
        {
            (await client.GetStatusAsync()).ShouldBeOfType<Reply<TransactionStatus>.Unknown>().Why.ShouldNotBe(UnknownReason.NotAsked);
        }
    }
}
