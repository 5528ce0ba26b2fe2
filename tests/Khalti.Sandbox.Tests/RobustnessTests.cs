using System.Net.Http.Headers;
using System.Text;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class RobustnessTests
{
    private static readonly string[] Posts =
    [
        "/api/v2/payment/initiate/", "/api/v2/payment/confirm/", "/api/v2/payment/verify/", "/_sandbox/faults", "/_sandbox/clock",
        "/_sandbox/switches", "/_sandbox/payments", "/_sandbox/transactions/x/state", "/ebanking/initiate/",
        "/api/v2/epayment/initiate/", "/api/v2/epayment/lookup/", "/api/merchant-transaction/x/refund/", "/_sandbox/epayments/x/outcome",
        "/_sandbox/epayments/x/forged-return",
        "/pay/x/wallet", "/pay/x/confirm", "/pay/x/bank", "/pay/x/outcome",
    ];

    public static TheoryData<string, string> BadBodies() => new()
    {
        { "application/json", "{" },
        { "application/json", "[]" },
        { "application/json", "null" },
        { "application/json", "\"text\"" },
        { "application/json", "\ufeff{}" },
        { "application/json", new string('[', 10_000) },
        { "application/json", "{\"a\":" + new string('[', 60) + new string(']', 60) + "}" },
        { "application/json", """{"public_key": "\ud800", "token": "\ud800"}""" },
        { "application/json", """{"\ud800": 1}""" },
        { "application/json", """{"merchant_a": {"x": 1, "x": 2}, "token": "a", "token": "b"}""" },
        { "application/json", """{"token": {"a": 1}, "amount": [], "mobile": true, "public_key": 5, "state": {}, "advanceSeconds": {}}""" },
        { "application/json", """{"amount": 1e400, "advanceSeconds": 1e400, "refundedAmount": 1e400, "state": "Refunded"}""" },
        { "application/json", """{"amount": 9223372036854775808, "advanceSeconds": 9223372036854775807, "productIdentity": "x"}""" },
        { "application/json", """{"token": "a\u0000b", "mobile": "98\u0000", "amount": -9223372036854775808}""" },
        { "application/json; charset=nonsense", "{}" },
        { "application/x-www-form-urlencoded", "%%%=&=&&amount=%ff%fe&token" },
        { "application/x-www-form-urlencoded", string.Join('&', Enumerable.Range(0, 3000).Select(i => $"k{i}=v")) },
        { "multipart/form-data; boundary=x", "--y" },
        { "multipart/form-data", "no boundary" },
        { "text/plain", "token=a" },
        { "application/xml", "<a/>" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task Every_unusual_body_gets_an_answer(string contentType, string body)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        foreach (string path in Posts)
        {
            Reply reply = await sandbox.TextAsync(
                path, body, contentType,
                path.Contains("epayment", StringComparison.Ordinal) ? RunningSandbox.EPaymentKey : RunningSandbox.SecretKey);

            reply.Status.ShouldBeLessThan(500, $"{path}: {reply.Text}");
        }
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF_8_are_refused()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        using ByteArrayContent bytes = new([.. Encoding.ASCII.GetBytes("{\"token\": \""), 0xC3, 0x28, .. Encoding.ASCII.GetBytes("\"}")]);
        bytes.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json");

        Reply reply = await sandbox.SendAsync(HttpMethod.Post, "/api/v2/payment/verify/", bytes, RunningSandbox.SecretKey);

        reply.ShouldBe(400, """{"detail": "JSON parse error - the body is not JSON."}""");
    }

    [Fact]
    public async Task A_body_over_the_size_limit_is_refused()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await sandbox.TextAsync("/api/v2/payment/initiate/", new string('x', 1_200_000), "application/json");

        reply.Status.ShouldBe(413);
    }

    [Fact]
    public async Task An_unknown_path_and_a_wrong_method_are_answered_in_JSON()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        (await sandbox.GetAsync("/api/v2/nosuch/")).ShouldBe(404, """{"detail": "Not found."}""");
        (await sandbox.GetAsync("/api/v2/payment/verify/")).ShouldBe(405, """{"detail": "Method \"GET\" not allowed."}""");
    }

    [Fact]
    public async Task Two_hundred_parallel_payers_are_served()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            string token = await sandbox.GivenCompletedAsync();
            (await sandbox.StatusAsync(token)).Json["state"]!.ToString().ShouldBe("Complete");
        }));

        (await sandbox.TransactionsAsync()).Count(one => one!["state"]!.ToString() == "Completed").ShouldBe(200);
    }
}
