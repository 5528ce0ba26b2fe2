using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Patience;

/// <summary>A call that moves money is sent once, whatever happens.</summary>
public class MoneyCallsTests
{
    public static TheoryData<string> Troubles => ["cut", "reset", "half", "half reset", "408", "425", "429", "429 at once", "500", "503", "html", "302"];

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task It_is_sent_once_on_a_fresh_connection(string trouble)
    {
        await using ScriptedServer server = new(Trouble(trouble), Step.Json(Asking.Record));
        using HttpClient fresh = KhaltiClient.CreateHttpClient();

        Reply<Transaction> reply = await new KhaltiClient(fresh, Asking.Options(server.Address)).VerifyAsync();

        reply.ShouldBeOfType<Reply<Transaction>.Unknown>();
        server.Received.Count.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task It_is_sent_once_on_a_warm_connection(string trouble)
    {
        foreach (BodyEncoding encoding in Enum.GetValues<BodyEncoding>())
        {
            await using ScriptedServer server = new(Step.Json(Asking.Complete), Trouble(trouble), Step.Json(Asking.Record));
            using HttpClient own = KhaltiClient.CreateHttpClient();
            KhaltiClient client = new(own, Asking.Options(server.Address) with { VerifyEncoding = encoding });
            (await client.GetStatusAsync()).ShouldBeAnswered();

            Reply<Transaction> reply = await client.VerifyAsync();

            reply.ShouldBeOfType<Reply<Transaction>.Unknown>();
            server.Received.Select(request => (request.Method, request.Connection)).ShouldBe([("GET", 1), ("POST", 1)]);
        }
    }

    [Fact]
    public async Task A_warm_connection_that_went_cold_before_the_call_costs_no_answer()
    {
        await using ScriptedServer server = new(
            Step.Raw($"HTTP/1.1 200 OK\r\nContent-Length: {Asking.Complete.Length}\r\n\r\n{Asking.Complete}"), Step.Json(Asking.Record));
        using HttpClient own = KhaltiClient.CreateHttpClient();
        KhaltiClient client = new(own, Asking.Options(server.Address));
        (await client.GetStatusAsync()).ShouldBeAnswered();

        Reply<Transaction> reply = await client.VerifyAsync();

        // The close may be seen in time or not: then the call is lost, and was never read by the server.
        server.Received.Count(request => request.Method == "POST").ShouldBe(reply is Reply<Transaction>.Answered ? 1 : 0);
    }

    [Fact]
    public async Task Twenty_at_once_over_one_pool_are_twenty_requests()
    {
        Step[] script = [.. Enumerable.Range(0, 20).Select(number => number % 2 == 0 ? Step.Cut : Step.Json(Asking.Record))];
        await using ScriptedServer server = new(script);
        KhaltiClient client = Asking.At(server.Address);

        Reply<Transaction>[] replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.VerifyAsync()));

        server.Received.Count.ShouldBe(20);
        replies.Count(reply => reply is Reply<Transaction>.Unknown { Why: UnknownReason.NoAnswer }).ShouldBe(10);
        replies.Count(reply => reply is Reply<Transaction>.Answered).ShouldBe(10);
    }

    internal static Step Trouble(string trouble) => trouble switch
    {
        "cut" => Step.Cut,
        "reset" => Step.Reset,
        "half" => Step.HalfOf(Asking.Record),
        "half reset" => Step.HalfOf(Asking.Record, Then.Reset),
        "html" => Step.Html("<html>"),
        "429 at once" => Step.Json("{}", 429, "Retry-After: 0"),
        "302" => Step.Html("", 302, "Location: /"),
        var status => Step.Html("", int.Parse(status, System.Globalization.CultureInfo.InvariantCulture)),
    };
}
