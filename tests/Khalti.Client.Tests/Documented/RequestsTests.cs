using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Documented;

/// <summary>The requests that the widget product's calls send.</summary>
public class RequestsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Verify_is_a_form()
    {
        ReceivedRequest request = await SentAsync(client => client.VerifyAsync("a b+c", new Paisa(1000), Stop));

        (request.Method, request.Target).ShouldBe(("POST", "/api/v2/payment/verify/"));
        request.Header("Content-Type").ShouldBe("application/x-www-form-urlencoded");
        request.Body.ShouldBe("token=a+b%2Bc&amount=1000");
    }

    [Fact]
    public async Task Verify_is_JSON_on_request()
    {
        ReceivedRequest request = await SentAsync(
            client => client.VerifyAsync("a b", new Paisa(1000), Stop), BodyEncoding.Json);

        (request.Method, request.Target).ShouldBe(("POST", "/api/v2/payment/verify/"));
        request.Header("Content-Type").ShouldBe("application/json");
        request.Body.ShouldBe("""{"token":"a b","amount":1000}""");
    }

    [Fact]
    public async Task Status_sends_its_query_after_a_trailing_slash()
    {
        ReceivedRequest request = await SentAsync(client => client.GetStatusAsync("a b+c/&", new Paisa(1000), Stop));

        (request.Method, request.Target).ShouldBe(("GET", "/api/v2/payment/status/?token=a%20b%2Bc%2F%26&amount=1000"));
        request.Body.ShouldBeEmpty();
    }

    [Fact]
    public async Task List_sends_its_page_number()
    {
        ReceivedRequest request = await SentAsync(client => client.ListTransactionsAsync(7, Stop));

        (request.Method, request.Target).ShouldBe(("GET", "/api/v2/merchant-transaction/?page=7"));
    }

    [Fact]
    public async Task Detail_ends_in_a_slash()
    {
        ReceivedRequest request = await SentAsync(client => client.GetTransactionAsync("8xme/..?x", Stop));

        (request.Method, request.Target).ShouldBe(("GET", "/api/v2/merchant-transaction/8xme%2F..%3Fx/"));
    }

    [Fact]
    public async Task Every_call_carries_the_key_and_asks_for_JSON()
    {
        ReceivedRequest[] requests =
        [
            await SentAsync(client => client.VerifyAsync("a", new Paisa(1000), Stop)),
            await SentAsync(client => client.GetStatusAsync("a", new Paisa(1000), Stop)),
            await SentAsync(client => client.ListTransactionsAsync(1, Stop)),
            await SentAsync(client => client.GetTransactionAsync("a", Stop)),
            await SentAsync(client => client.InitiateAsync(EPaymentFixture.Request, Stop)),
            await SentAsync(client => client.LookupAsync("a", Stop)),
        ];

        requests.ShouldAllBe(request => request.Header("Authorization") == "Key " + ClientFixture.Secret);
        requests.ShouldAllBe(request => request.Header("Accept") == "application/json");
        requests.ShouldAllBe(request => request.Header("Expect") == null && request.Header("Cookie") == null);
    }

    [Theory]
    [InlineData(BodyEncoding.Form)]
    [InlineData(BodyEncoding.Json)]
    public async Task Any_token_is_sent_unchanged_and_never_throws(BodyEncoding encoding)
    {
        foreach (string token in (string[])[new string('x', 200_000), "half \ud800 a pair", "\0\r\n"])
        {
            ReceivedRequest verify = await SentAsync(client => client.VerifyAsync(token, new Paisa(1000), Stop), encoding);
            ReceivedRequest status = await SentAsync(client => client.GetStatusAsync(token, new Paisa(1000), Stop), encoding);

            verify.Body.ShouldContain("1000");
            status.Target.ShouldEndWith("&amount=1000");
        }
    }

    private static async Task<ReceivedRequest> SentAsync(Func<KhaltiClient, Task> call, BodyEncoding encoding = BodyEncoding.Form)
    {
        await using ScriptedServer server = new(Step.Json("{}"));
        await call(new KhaltiClient(ClientFixture.Http, ClientFixture.Options(server.Address) with { VerifyEncoding = encoding }));
        return server.Received.ShouldHaveSingleItem();
    }
}
