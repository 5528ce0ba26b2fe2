using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests.Clients;

public sealed class UnmatchedCallsTests
{
    [Theory]
    [InlineData("POST", "/api/v2/epayment/initiate", 301,
        "Khalti's paths end in a slash: POST /api/v2/epayment/initiate/. Most clients send a redirected POST again "
        + "as a GET without its body.")]
    [InlineData("GET", "/api/v2/epayment/initiate/", 405,
        "Khalti expects POST /api/v2/epayment/initiate/, not GET. A POST becomes a GET when a client follows a redirect: check the slash.")]
    [InlineData("PUT", "/api/v2/payment/verify/", 405,
        "Khalti expects POST /api/v2/payment/verify/, not PUT. A POST becomes a GET when a client follows a redirect: check the slash.")]
    [InlineData("POST", "/epayment/lookup/", 404, "Khalti expects POST /api/v2/epayment/lookup/.")]
    [InlineData("POST", "/api/v1/epayment/initiate/", 404, "Khalti expects POST /api/v2/epayment/initiate/.")]
    [InlineData("POST", "/api/v2/api/v2/epayment/lookup/", 404, "Khalti expects POST /api/v2/epayment/lookup/.")]
    [InlineData("POST", "/merchant-transaction/abc/refund/", 404, "Khalti expects POST /api/merchant-transaction/{idx}/refund/.")]
    [InlineData("POST", "/api/v2/epayment/status/", 404,
        "Khalti documents no such call. The state of a link: POST /api/v2/epayment/lookup/ with {\"pidx\"}.")]
    [InlineData("GET", "/api/v2/payment/list/", 404, "Khalti documents no such call. The list: GET /api/v2/merchant-transaction/.")]
    [InlineData("POST", "/webhooks/", 404, "No call of Khalti's has such a path.")]
    public async Task A_call_that_no_endpoint_took_is_in_the_journal_with_a_hint(string method, string path, int status, string hint)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await sandbox.SendAsync(
            new HttpMethod(method), path, new StringContent("""{"pidx": "x"}"""), RunningSandbox.EPaymentKey);

        reply.Status.ShouldBe(status);
        JsonNode noted = (await sandbox.RequestsAsync()).ShouldHaveSingleItem()!;
        (noted["operation"]!.ToString(), noted["method"]!.ToString(), noted["path"]!.ToString(), noted["status"]!.GetValue<int>())
            .ShouldBe(("none", method, path, status));
        noted["hint"]!.ToString().ShouldBe(hint);
        noted.ToJsonString().ShouldNotContain(RunningSandbox.EPaymentKey);
    }

    [Fact]
    public async Task A_call_that_an_endpoint_answered_has_no_hint_and_is_listed_once()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        (await sandbox.LookupAsync("nosuch")).Status.ShouldBe(404);
        (await sandbox.GetAsync("/?pidx=nosuch")).Status.ShouldBe(404);
        (await sandbox.GetAsync("/_sandbox/nosuch")).Status.ShouldBe(404);
        (await sandbox.GetAsync("/pay/nosuch")).Status.ShouldBe(404);

        (await sandbox.RequestsAsync()).ShouldHaveSingleItem()!.AsObject().ContainsKey("hint").ShouldBeFalse();
    }

    [Theory]
    [InlineData(null, "application/json", "Khalti expects a header Authorization: Key <key>, with the word Key and one space.")]
    [InlineData($"Bearer {RunningSandbox.EPaymentKey}", "application/json",
        "Khalti expects a header Authorization: Key <key>, with the word Key and one space.")]
    [InlineData("Key live_secret_key_0", "application/json",
        "No merchant of the sandbox has such a key for this call: /_sandbox/ shows the keys.")]
    [InlineData(RunningSandbox.SecretKey, "application/json",
        "This is a key of the widget product. ePayment has another one; the merchant with one key for both takes it for each call.")]
    [InlineData(RunningSandbox.EPaymentKey, "application/x-www-form-urlencoded",
        "The body looks like JSON, but its Content-Type says that it is a form: Content-Type: application/json is missing.")]
    public async Task A_call_with_a_wrong_key_or_content_type_has_a_hint(string? key, string contentType, string hint)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await sandbox.TextAsync("/api/v2/epayment/lookup/", """ {"pidx": "x"}""", contentType, key);

        reply.Status.ShouldBeOneOf(400, 401);
        (await sandbox.RequestsAsync()).ShouldHaveSingleItem()!["hint"]!.ToString().ShouldBe(hint);
    }

    [Fact]
    public async Task The_journal_shows_the_headers_and_of_a_key_only_its_kind()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        await sandbox.RawAsync($$"""
            POST /api/v2/epayment/lookup/
            Authorization: Key {{RunningSandbox.EPaymentKey}}
            Cookie: session=abc
            User-Agent: WordPress/6.8
            Content-Type: application/json

            {"pidx":"x"}
            """);

        JsonNode headers = (await sandbox.RequestsAsync()).ShouldHaveSingleItem()!["headers"]!;
        headers["User-Agent"]!.ToString().ShouldBe("WordPress/6.8");
        headers["Authorization"]!.ToString().ShouldBe("Key (live secret key)");
        headers["Cookie"]!.ToString().ShouldBe("(removed)");
    }
}
