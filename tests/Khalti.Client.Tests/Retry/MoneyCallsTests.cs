using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Retry;

/// <summary>A call that moves money is sent once, whatever happens.</summary>
public class MoneyCallsTests
{
    public static TheoryData<string> Failures =>
        ["cut", "reset", "half", "half reset", "408", "425", "429", "429 at once", "500", "503", "html", "302"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_money_call_is_sent_once_on_a_new_connection(string failure)
    {
        await using ScriptedServer server = new(FailureStep(failure), Step.Json(ClientFixture.Record));
        using HttpClient fresh = KhaltiClient.CreateHttpClient();

        Reply<Transaction> reply = await new KhaltiClient(fresh, ClientFixture.Options(server.Address)).VerifyAsync();

        reply.ShouldBeOfType<Reply<Transaction>.Unknown>();
        server.Received.Count.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_money_call_is_sent_once_on_a_reused_connection(string failure)
    {
        foreach (BodyEncoding encoding in Enum.GetValues<BodyEncoding>())
        {
            await using ScriptedServer server =
                new(Step.Json(ClientFixture.Complete), FailureStep(failure), Step.Json(ClientFixture.Record));
            using HttpClient own = KhaltiClient.CreateHttpClient();
            KhaltiClient client = new(own, ClientFixture.Options(server.Address) with { VerifyEncoding = encoding });
            (await client.GetStatusAsync()).ShouldBeAnswered();

            Reply<Transaction> reply = await client.VerifyAsync();

            reply.ShouldBeOfType<Reply<Transaction>.Unknown>();
            server.Received.Select(request => (request.Method, request.Connection)).ShouldBe([("GET", 1), ("POST", 1)]);
        }
    }

    [Fact]
    public async Task A_pooled_connection_closed_before_the_call_loses_no_answer()
    {
        await using ScriptedServer server = new(
            Step.Raw($"HTTP/1.1 200 OK\r\nContent-Length: {ClientFixture.Complete.Length}\r\n\r\n{ClientFixture.Complete}"),
            Step.Json(ClientFixture.Record));
        using HttpClient own = KhaltiClient.CreateHttpClient();
        KhaltiClient client = new(own, ClientFixture.Options(server.Address));
        (await client.GetStatusAsync()).ShouldBeAnswered();

        Reply<Transaction> reply = await client.VerifyAsync();

        // The client may notice the close or not. If not, the call is lost before the server reads it.
        server.Received.Count(request => request.Method == "POST").ShouldBe(reply is Reply<Transaction>.Answered ? 1 : 0);
    }

    [Fact]
    public async Task Twenty_parallel_money_calls_are_twenty_requests()
    {
        Step[] script = [.. Enumerable.Range(0, 20).Select(number => number % 2 == 0 ? Step.Cut : Step.Json(ClientFixture.Record))];
        await using ScriptedServer server = new(script);
        KhaltiClient client = ClientFixture.At(server.Address);

        Reply<Transaction>[] replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.VerifyAsync()));

        server.Received.Count.ShouldBe(20);
        replies.Count(reply => reply is Reply<Transaction>.Unknown { Why: UnknownReason.NoAnswer }).ShouldBe(10);
        replies.Count(reply => reply is Reply<Transaction>.Answered).ShouldBe(10);
    }

    internal static Step FailureStep(string failure) => failure switch
    {
        "cut" => Step.Cut,
        "reset" => Step.Reset,
        "half" => Step.HalfOf(ClientFixture.Record),
        "half reset" => Step.HalfOf(ClientFixture.Record, Then.Reset),
        "html" => Step.Html("<html>"),
        "429 at once" => Step.Json("{}", 429, "Retry-After: 0"),
        "302" => Step.Html("", 302, "Location: /"),
        var status => Step.Html("", int.Parse(status, System.Globalization.CultureInfo.InvariantCulture)),
    };
}
