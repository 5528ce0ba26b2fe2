using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class CorsTests
{
    private static readonly (string, string)[] FromWidget =
        [("Origin", "https://khalti.s3.ap-south-1.amazonaws.com"), ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "content-type")];

    [Theory]
    [InlineData("/api/v2/payment/initiate/")]
    [InlineData("/api/payment/initiate/")]
    [InlineData("/api/v2/payment/confirm/")]
    [InlineData("/api/v2/bank/")]
    [InlineData("/api/v5/bank/")]
    [InlineData("/api/bank/")]
    public async Task Public_key_calls_allow_every_origin(string path)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply preflight = await sandbox.SendAsync(HttpMethod.Options, path, null, null, FromWidget);
        Reply call = await sandbox.SendAsync(path.Contains("bank", StringComparison.Ordinal) ? HttpMethod.Get : HttpMethod.Post, path);

        preflight.Status.ShouldBe(204);
        preflight.Header("Access-Control-Allow-Origin").ShouldBe("*");
        preflight.Header("Access-Control-Allow-Methods").ShouldBe("GET, POST, OPTIONS");
        preflight.Header("Access-Control-Allow-Headers").ShouldBe("Content-Type");
        call.Header("Access-Control-Allow-Origin").ShouldBe("*");
    }

    [Fact]
    public async Task Errors_of_public_key_calls_allow_every_origin()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        List<Reply> replies =
        [
            await sandbox.InitiateAsync("2222"),
            await sandbox.TextAsync("/api/v2/payment/confirm/", "{", "application/json"),
            await sandbox.GetAsync("/api/v2/payment/initiate/"),
        ];
        await sandbox.GivenFaultAsync(new { operation = "initiate", kind = "error", status = 503 });
        replies.Add(await sandbox.InitiateAsync());

        replies.Select(one => one.Status).ShouldBe([400, 400, 405, 503]);
        replies.ShouldAllBe(one => one.Header("Access-Control-Allow-Origin") == "*");
    }

    [Theory]
    [InlineData("/api/v2/payment/verify/")]
    [InlineData("/api/v2/payment/status/")]
    [InlineData("/api/v2/merchant-transaction/")]
    [InlineData("/_sandbox/reset")]
    public async Task Secret_key_calls_allow_no_origin(string path)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply preflight = await sandbox.SendAsync(HttpMethod.Options, path, null, null, FromWidget);
        Reply call = await sandbox.SendAsync(HttpMethod.Post, path, null, RunningSandbox.SecretKey);

        preflight.Message.Headers.ShouldNotContain(one => one.Key.StartsWith("Access-Control", StringComparison.Ordinal));
        call.Message.Headers.ShouldNotContain(one => one.Key.StartsWith("Access-Control", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/api/v2/bank/?payment_type=sdkebanking&page_size=100", 12)]
    [InlineData("/api/v2/bank/?payment_type=mobilecheckout&page_size=100", 10)]
    [InlineData("/api/bank/?has_ebanking=true&page_size=200", 12)]
    [InlineData("/api/v5/bank/?payment_type=ebanking", 12)]
    public async Task Bank_lists_have_the_fields_that_the_widget_reads(string path, int banks)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        System.Text.Json.Nodes.JsonArray records = (await sandbox.GetAsync(path)).Json["records"]!.AsArray();

        records.Count.ShouldBe(banks);
        foreach (string key in (string[])["idx", "name", "short_name", "logo"])
        {
            records.ShouldAllBe(bank => bank![key]!.ToString() != "");
        }

        (await sandbox.GetAsync(records[0]!["logo"]!.ToString())).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Bank_payments_in_test_mode_show_a_refusal_page()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply =
            await sandbox.GetAsync($"/ebanking/initiate/?public_key={RunningSandbox.PublicKey}&bank=x&product_name=<script>&return_url");

        reply.Status.ShouldBe(400);
        reply.Text.ShouldContain("not available in test mode");
        reply.Text.ShouldNotContain("<script>");
    }
}
