using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Patience;

/// <summary>Giving up is the caller's decision and an exception; running out of time is Khalti's doing and a reply.</summary>
public class CancellationTests
{
    [Fact]
    public async Task A_caller_who_gives_up_gets_the_cancellation_it_asked_for()
    {
        await using ScriptedServer server = new(Step.Hang);
        KhaltiClient client = Asking.At(server.Address);
        foreach (Func<CancellationToken, Task> ask in Asks(client))
        {
            using CancellationTokenSource source = new();
            Task asked = ask(source.Token);
            await server.ArrivalAsync();
            await source.CancelAsync();

            OperationCanceledException canceled = await Should.ThrowAsync<OperationCanceledException>(asked);

            canceled.CancellationToken.ShouldBe(source.Token);
        }

        server.Received.Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_caller_who_gave_up_before_sends_nothing()
    {
        await using ScriptedServer server = new(Step.Json(Asking.Record));
        KhaltiClient client = Asking.At(server.Address);
        foreach (Func<CancellationToken, Task> ask in Asks(client))
        {
            await Should.ThrowAsync<OperationCanceledException>(() => ask(new CancellationToken(canceled: true)));
        }

        server.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_caller_may_give_up_between_two_tries()
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.Json("{}", 503, "Retry-After: 4"));
        KhaltiClient client = new(Asking.Http, Asking.Options(server.Address) with { TimeProvider = clock });
        using CancellationTokenSource source = new();
        Task<Reply<TransactionStatus>> asked = client.GetStatusAsync(Asking.Token, Asking.Thousand, source.Token);
        await clock.WaitForAlarmAsync(TimeSpan.FromSeconds(4));

        await source.CancelAsync();

        (await Should.ThrowAsync<OperationCanceledException>(asked)).CancellationToken.ShouldBe(source.Token);
        server.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Our_own_timeout_is_a_reply_also_when_the_caller_could_have_given_up()
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.Hang);
        KhaltiClient client = new(Asking.Http, Asking.Options(server.Address) with { TimeProvider = clock });
        using CancellationTokenSource source = new();
        Task<Reply<Transaction>> asked = client.VerifyAsync(Asking.Token, Asking.Thousand, source.Token);
        await server.ArrivalAsync();

        clock.Advance(TimeSpan.FromMinutes(1));

        (await asked).ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    [Fact]
    public async Task The_timeout_of_a_foreign_HttpClient_is_a_reply()
    {
        await using ScriptedServer server = new(Step.Hang);
        using HttpClient hasty = new() { Timeout = TimeSpan.FromMilliseconds(50) };

        Reply<Transaction> reply = await new KhaltiClient(hasty, Asking.Options(server.Address)).VerifyAsync();

        reply.ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    private static Func<CancellationToken, Task>[] Asks(KhaltiClient client) =>
    [
        stop => client.VerifyAsync(Asking.Token, Asking.Thousand, stop),
        stop => client.GetStatusAsync(Asking.Token, Asking.Thousand, stop),
        stop => client.ListTransactionsAsync(1, stop),
        stop => client.GetTransactionAsync("x", stop),
        stop => client.InitiateAsync(EPaying.Request, stop),
        stop => client.LookupAsync(EPaying.Pidx, stop),
    ];
}
