using System.Text.Json;
using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class ControlTests
{
    [Fact]
    public async Task Transactions_are_listed_newest_first_with_exactly_their_fields()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenInitiatedAsync();
        string token = await sandbox.GivenCompletedAsync(2000);

        JsonArray transactions = await sandbox.TransactionsAsync();

        transactions.Count.ShouldBe(2);
        transactions[0]!.ToJsonString().ShouldBe(JsonNode.Parse($$"""
            {"idx":"{{transactions[0]!["idx"]}}","token":"{{token}}","pidx":null,"flow":"widget","state":"Completed","amount":2000,
             "fee":60,"refundedAmount":0,"mobile":"9800000001","productIdentity":"ord_1","purchaseOrderId":null,
             "createdOn":"2026-01-02T03:04:05.0000000Z"}
            """)!.ToJsonString());
    }

    [Fact]
    public async Task Requests_are_listed_without_secrets_PINs_or_codes()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenCompletedAsync();
        await sandbox.JsonAsync("/api/v2/payment/verify/", new
        {
            token,
            amount = 1500,
            authorization = "Key " + RunningSandbox.SecretKey,
            misplaced = RunningSandbox.SecretKey,
            nested = new { transaction_pin = "1111" },
        }, RunningSandbox.SecretKey);

        Reply reply = await sandbox.GetAsync("/_sandbox/requests");

        JsonArray requests = reply.Json.AsArray();
        requests.Select(one => one!["operation"]!.ToString()).ShouldBe(["initiate", "confirm", "verify", "verify"]);
        requests[2]!.AsObject().Select(one => one.Key).ShouldBe(
            ["id", "at", "operation", "method", "path", "query", "status", "fields", "headers", "body"]);
        requests[2]!["fields"]!.ToJsonString().ShouldBe($$"""{"token":"{{token}}","amount":"1500"}""");
        requests[2]!["status"]!.GetValue<int>().ShouldBe(200);
        requests[3]!["fields"]!.ToJsonString().ShouldNotContain("authorization");
        foreach (string secret in (string[])["secret_key", "1111\\u0022", "pin=1111", "\"1111\"", "987654"])
        {
            reply.Text.ShouldNotContain(secret);
        }
    }

    public static TheoryData<string, string> EveryPair() => TransactionStateTests.EveryPair();

    [Theory]
    [MemberData(nameof(EveryPair))]
    public async Task Setting_a_state_requires_an_allowed_transition(string from, string to)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenInitiatedAsync();
        (await sandbox.GivenStateAsync(token, from, new { force = true })).Status.ShouldBe(200);

        Reply reply = await sandbox.GivenStateAsync(token, to.ToUpperInvariant());

        bool legal = TransactionState.CanTransitionTo(from, to);
        reply.Status.ShouldBe(legal ? 200 : 409);
        (await sandbox.StateAsync(token)).ShouldBe(legal ? to : from);
    }

    [Fact]
    public async Task Refunded_amounts_follow_the_state()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenCompletedAsync();

        (await sandbox.GivenStateAsync(token, "Partially refunded", new { refundedAmount = 1500 })).Status.ShouldBe(409);
        (await sandbox.GivenStateAsync(token, "Partially refunded", new { refundedAmount = 1600 })).Status.ShouldBe(400);
        (await sandbox.GivenStateAsync(token, "Partially refunded", new { refundedAmount = 500 }))
            .Json["refundedAmount"]!.GetValue<int>().ShouldBe(500);
        (await sandbox.GivenStateAsync(token, "Partially refunded", new { refundedAmount = 400 })).Status.ShouldBe(409);
        (await sandbox.GivenStateAsync(token, "Refunded")).Json["refundedAmount"]!.GetValue<int>().ShouldBe(1500);
    }

    [Fact]
    public async Task Only_force_sets_an_undocumented_state()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenConfirmedAsync();

        (await sandbox.GivenStateAsync(token, "Frozen")).Status.ShouldBe(400);
        (await sandbox.GivenStateAsync(token, "Frozen", new { force = true })).Json["state"]!.ToString().ShouldBe("Frozen");

        (await sandbox.VerifyAsync(token)).Json["state"]!["name"]!.ToString().ShouldBe("Frozen");
        (await sandbox.JsonAsync("/_sandbox/transactions/nosuch/state", new { state = "Failed" })).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_payment_is_created_in_one_call()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply confirmed = await sandbox.JsonAsync("/_sandbox/payments", new { amount = 150_000, productIdentity = "ord_9" });
        Reply initiated = await sandbox.JsonAsync("/_sandbox/payments", new { amount = 1000, productIdentity = "x", confirm = false });

        confirmed.Status.ShouldBe(201);
        (await sandbox.VerifyAsync(confirmed.Json["token"]!.ToString(), 150_000)).Json["idx"]!.ToString()
            .ShouldBe(confirmed.Json["idx"]!.ToString());
        (await sandbox.StateAsync(initiated.Json["token"]!.ToString())).ShouldBe("Initiated");
        (await sandbox.JsonAsync("/_sandbox/payments", new { amount = 0, productIdentity = "x" })).Status.ShouldBe(400);
        (await sandbox.JsonAsync("/_sandbox/payments", new { publicKey = "x", amount = 1000, productIdentity = "x" })).Status.ShouldBe(400);
    }

    [Fact]
    public async Task The_clock_moves_forward_on_request()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        (await sandbox.JsonAsync("/_sandbox/clock", new { advanceSeconds = 3600 }))
            .ShouldBe(200, """{"now": "2026-01-02T04:04:05.0000000Z"}""");

        string token = await sandbox.GivenInitiatedAsync();
        (await sandbox.TransactionAsync(token))["createdOn"]!.ToString().ShouldStartWith("2026-01-02T04:04:05");
        (await sandbox.JsonAsync("/_sandbox/clock", new { advanceSeconds = -1 })).Status.ShouldBe(400);
        (await sandbox.JsonAsync("/_sandbox/clock", new { })).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Reset_deletes_everything()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        for (int i = 0; i < 3; i++)
        {
            await sandbox.InitiateAsync("2222");
        }

        await sandbox.GivenFaultAsync(new { operation = "initiate", kind = "error" });
        await sandbox.GivenSwitchAsync(new { feeBasisPoints = 0 });
        await sandbox.JsonAsync("/_sandbox/clock", new { advanceSeconds = 60 });

        (await sandbox.JsonAsync("/_sandbox/reset", new { })).Status.ShouldBe(200);

        (await sandbox.TransactionsAsync()).ShouldBeEmpty();
        (await sandbox.RequestsAsync()).ShouldBeEmpty();
        string token = await sandbox.GivenCompletedAsync();
        JsonNode transaction = await sandbox.TransactionAsync(token);
        transaction["fee"]!.GetValue<int>().ShouldBe(45);
        transaction["createdOn"]!.ToString().ShouldStartWith("2026-01-02T03:04:05");
    }

    [Theory]
    [InlineData("""{"nosuch": 1}""")]
    [InlineData("""{"statusNotFoundCode": 700}""")]
    [InlineData("""{"verifyAgain": "sometimes"}""")]
    [InlineData("""{"verifyAgain": 1}""")]
    [InlineData("""{"walletTypeIdx": null}""")]
    [InlineData("[]")]
    public async Task A_switch_that_does_not_exist_is_refused(string body)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string before = (await sandbox.GetAsync("/_sandbox/switches")).Text;

        (await sandbox.TextAsync("/_sandbox/switches", body, "application/json")).Status.ShouldBe(400);

        (await sandbox.GetAsync("/_sandbox/switches")).Text.ShouldBe(before);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_page_of_another_origin_cannot_use_the_control_API(string header, string value)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenInitiatedAsync();

        (await sandbox.SendAsync(HttpMethod.Post, "/_sandbox/reset", null, null, (header, value))).Status.ShouldBe(403);
        (await sandbox.SendAsync(HttpMethod.Get, "/_sandbox/requests", null, null, (header, value))).Status.ShouldBe(403);

        (await sandbox.TransactionsAsync()).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("Forwarded", "for=203.0.113.7")]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-Host", "sandbox.example")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("X-Real-IP", "203.0.113.7")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("CF-Connecting-IP", "203.0.113.7")]
    public async Task A_request_forwarded_by_a_proxy_cannot_use_the_control_API(string header, string value)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenInitiatedAsync();

        (await sandbox.SendAsync(HttpMethod.Post, "/_sandbox/reset", null, null, (header, value))).Status.ShouldBe(403);
        (await sandbox.SendAsync(HttpMethod.Get, "/_sandbox/", null, null, (header, value))).Status.ShouldBe(403);

        (await sandbox.TransactionsAsync()).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "10.1.2.3", 200)]
    [InlineData("X-Forwarded-For", "127.0.0.1, 10.1.2.3", 200)]
    [InlineData("X-Forwarded-For", "203.0.113.7", 403)]
    [InlineData("X-Forwarded-For", "203.0.113.7, 10.1.2.3", 403)]
    [InlineData("X-Forwarded-For", "unknown", 403)]
    [InlineData("Via", "1.1 proxy", 403)]
    [InlineData("X-Real-IP", "10.1.2.3", 403)]
    public async Task Only_configured_networks_behind_a_proxy_can_use_the_control_API(string header, string value, int status)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync(options => options.ControlNetworks = ["10.0.0.0/8"]);

        (await sandbox.SendAsync(HttpMethod.Get, "/_sandbox/requests", null, null, (header, value))).Status.ShouldBe(status);
    }

    [Fact]
    public async Task The_list_of_requests_has_a_size_limit()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string large =
            JsonSerializer.Serialize(Enumerable.Range(0, 20_000).ToDictionary(number => $"field{number}", _ => "some text of a stranger"));
        for (int calls = 0; calls < 20; calls++)
        {
            await sandbox.TextAsync("/api/v2/payment/initiate/", large, "application/json");
        }

        string kept = (await sandbox.GetAsync("/_sandbox/requests")).Text;

        large.Length.ShouldBeGreaterThan(500_000);
        kept.Length.ShouldBeLessThan(10_000_000);
    }

    [Fact]
    public async Task The_sandboxs_own_page_can_use_the_control_API()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string origin = sandbox.Address.GetLeftPart(UriPartial.Authority);

        (await sandbox.SendAsync(HttpMethod.Post, "/_sandbox/reset", null, null, ("Origin", origin), ("Sec-Fetch-Site", "same-origin")))
            .Status.ShouldBe(200);
        (await sandbox.SendAsync(
            HttpMethod.Get, "/_sandbox/", null, null, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")))
            .Status.ShouldBe(200);
    }
}
