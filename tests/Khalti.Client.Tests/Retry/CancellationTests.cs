using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Retry;

/// <summary>Cancellation by the caller is an exception; a timeout is an unknown reply.</summary>
public class CancellationTests
{
    [Fact]
    public async Task Cancellation_by_the_caller_throws_with_its_token()
    {
        await using ScriptedServer server = new(Step.Hang);
        KhaltiClient client = ClientFixture.At(server.Address);
        foreach (Func<CancellationToken, Task> call in ClientCalls(client))
        {
            using CancellationTokenSource source = new();
            Task asked = call(source.Token);
            await server.ArrivalAsync();
            await source.CancelAsync();

            OperationCanceledException canceled = await Should.ThrowAsync<OperationCanceledException>(asked);

            canceled.CancellationToken.ShouldBe(source.Token);
        }

        server.Received.Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_canceled_token_sends_nothing()
    {
        await using ScriptedServer server = new(Step.Json(ClientFixture.Record));
        KhaltiClient client = ClientFixture.At(server.Address);
        foreach (Func<CancellationToken, Task> call in ClientCalls(client))
        {
            await Should.ThrowAsync<OperationCanceledException>(() => call(new CancellationToken(canceled: true)));
        }

        server.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Cancellation_works_between_two_attempts()
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.Json("{}", 503, "Retry-After: 4"));
        KhaltiClient client = new(ClientFixture.Http, ClientFixture.Options(server.Address) with { TimeProvider = clock });
        using CancellationTokenSource source = new();
        Task<Reply<TransactionStatus>> asked = client.GetStatusAsync(ClientFixture.Token, ClientFixture.Thousand, source.Token);
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(4));

        await source.CancelAsync();

        (await Should.ThrowAsync<OperationCanceledException>(asked)).CancellationToken.ShouldBe(source.Token);
        server.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_clients_timeout_is_unknown_and_not_a_cancellation()
    {
        HeldClock clock = new();
        await using ScriptedServer server = new(Step.Hang);
        KhaltiClient client = new(ClientFixture.Http, ClientFixture.Options(server.Address) with { TimeProvider = clock });
        using CancellationTokenSource source = new();
        Task<Reply<Transaction>> asked = client.VerifyAsync(ClientFixture.Token, ClientFixture.Thousand, source.Token);
        await server.ArrivalAsync();

        clock.Advance(TimeSpan.FromMinutes(1));

        (await asked).ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    [Fact]
    public async Task The_timeout_of_a_foreign_HttpClient_is_unknown()
    {
        await using ScriptedServer server = new(Step.Hang);
        using HttpClient hasty = new() { Timeout = TimeSpan.FromMilliseconds(50) };

        Reply<Transaction> reply = await new KhaltiClient(hasty, ClientFixture.Options(server.Address)).VerifyAsync();

        reply.ShouldBeUnknown(UnknownReason.NoAnswer);
    }

    private static Func<CancellationToken, Task>[] ClientCalls(KhaltiClient client) =>
    [
        stop => client.VerifyAsync(ClientFixture.Token, ClientFixture.Thousand, stop),
        stop => client.GetStatusAsync(ClientFixture.Token, ClientFixture.Thousand, stop),
        stop => client.ListTransactionsAsync(1, stop),
        stop => client.GetTransactionAsync("x", stop),
        stop => client.InitiateAsync(EPaymentFixture.Request, stop),
        stop => client.LookupAsync(EPaymentFixture.Pidx, stop),
    ];
}
