using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Patience;

/// <summary>A Khalti that is down is left alone for a while, and asked again after it.</summary>
public class BreakerTests
{
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly HeldClock _clock = new();

    [Fact]
    public async Task After_twenty_reads_without_an_answer_Khalti_is_not_asked()
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
    public async Task When_the_break_is_over_one_answer_is_enough_to_go_on()
    {
        await using ScriptedServer server = new([.. Enumerable.Repeat(Step.Html("", 503), 20), Step.Json(Asking.Complete)]);
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
    public async Task A_clock_that_is_set_back_a_day_does_not_make_the_break_longer()
    {
        await using ScriptedServer server = new([.. Enumerable.Repeat(Step.Html("", 503), 20), Step.Json(Asking.Complete)]);
        _clock.Advance(TimeSpan.FromDays(1));
        KhaltiClient client = Client(server);
        await FailAsync(client, 20);

        _clock.Advance(TimeSpan.FromDays(-1));
        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.NotAsked);
        _clock.Advance(Break);

        (await client.GetStatusAsync()).ShouldBeAnswered();
    }

    [Fact]
    public async Task When_the_break_is_over_and_Khalti_is_still_down_another_begins()
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
    public async Task A_Khalti_that_hangs_is_down()
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
    public async Task Money_calls_neither_open_the_circuit_nor_mind_it()
    {
        await using ScriptedServer server = new([.. Enumerable.Repeat(Step.Html("", 503), 50), Step.Json(Asking.Record)]);
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
    public async Task A_Khalti_that_answers_anything_is_up(int status)
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
    public async Task A_read_during_which_the_circuit_opens_says_what_it_saw()
    {
        await using ScriptedServer server = new(Step.Html("", 503));
        KhaltiClient client = new(Asking.Http, Asking.Options(server.Address) with { ReadRetries = 10, ReadBreak = Break, TimeProvider = _clock });
        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.ServerError, 503);

        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.ServerError, 503);

        server.Received.Count.ShouldBe(20);
        (await client.GetStatusAsync()).ShouldBeUnknown(UnknownReason.NotAsked);
    }

    private KhaltiClient Client(ScriptedServer server, TimeSpan? timeout = null) => new(Asking.Http, Asking.Options(server.Address) with
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
