using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Khalti.Packages.Tests.Support;
using Khalti.Sandbox;

namespace Khalti.Packages.Tests;

/// <summary><c>khalti-sandbox diff --record</c> in front of a sandbox with other switches, which stands for the real Khalti.</summary>
public sealed class DiffTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("khalti-diff-");

    private string Recording => Path.Combine(_folder.FullName, "exchanges.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_life_of_a_link_that_the_sandbox_answers_in_the_same_way_has_no_difference()
    {
        await using KhaltiSandbox khalti = await StartKhaltiAsync();
        await using SandboxProgram recorder = await RecordAsync(khalti);
        using HttpClient shop = Shop(recorder, SandboxKeys.EPaymentSecretKey);

        JsonNode link = await PostAsync(shop, "/api/v2/epayment/initiate/", Order());
        string pidx = (string)link["pidx"]!;
        link["payment_url"]!.ToString().ShouldStartWith(khalti.Address.ToString());
        await PostAsync(shop, "/api/v2/epayment/lookup/", $$"""{"pidx": "{{pidx}}"}""");
        await khalti.Control.PayAsync(pidx, "9800000003", TestContext.Current.CancellationToken);
        JsonNode paid = await PostAsync(shop, "/api/v2/epayment/lookup/", $$"""{"pidx": "{{pidx}}"}""");
        string transaction = (string)paid["transaction_id"]!;
        await PostAsync(shop, $"/api/merchant-transaction/{transaction}/refund/", """{"amount": 300}""");
        JsonNode refunded = await PostAsync(shop, "/api/v2/epayment/lookup/", $$"""{"pidx": "{{pidx}}"}""");
        refunded["status"]!.ToString().ShouldBe("Partially Refunded");
        await PostAsync(shop, "/api/v2/epayment/initiate/", "{}");

        JsonNode[] exchanges = await ExchangesAsync();
        exchanges.Length.ShouldBe(6);
        exchanges.ShouldAllBe(one => one["differences"]!.AsArray().Count == 0 && one["sandboxStatus"] != null);
        string kept = await File.ReadAllTextAsync(Recording, TestContext.Current.CancellationToken);
        foreach (string secret in (string[])[pidx, transaction, SandboxKeys.EPaymentSecretKey, "Maya", "maya@", "9812345678", "order-1042"])
        {
            kept.ShouldNotContain(secret);
        }
    }

    [Fact]
    public async Task Every_other_answer_of_Khaltis_is_reported()
    {
        await using KhaltiSandbox khalti = await StartKhaltiAsync(
            new SandboxBehaviour { UnknownPidxCode = 400, ExtraVerifyFields = true, PendingHasTransactionId = true });
        await using SandboxProgram recorder = await RecordAsync(khalti);
        using HttpClient shop = Shop(recorder, SandboxKeys.EPaymentSecretKey);
        using HttpClient widget = Shop(recorder, SandboxKeys.SecretKey);

        await PostAsync(shop, "/api/v2/epayment/lookup/", """{"pidx": "HT6o6PEZRWFJ5ygavzHWd5"}""");
        string pidx = (string)(await PostAsync(shop, "/api/v2/epayment/initiate/", Order()))["pidx"]!;
        await khalti.Control.SetOutcomeAsync(pidx, LinkOutcome.Pending, cancellationToken: TestContext.Current.CancellationToken);
        await PostAsync(shop, "/api/v2/epayment/lookup/", $$"""{"pidx": "{{pidx}}"}""");
        ConfirmedPayment payment = await khalti.Control.MakePaymentAsync(
            1500, "ord_1", cancellationToken: TestContext.Current.CancellationToken);
        await PostAsync(widget, "/api/v2/payment/verify/", $$"""{"token": "{{payment.Token}}", "amount": 1500}""");

        JsonNode[] exchanges = await ExchangesAsync();
        exchanges.Select(one => string.Join("; ", one["differences"]!.AsArray().Select(text => text!.ToString()))).ShouldBe(
        [
            "HTTP 400, the sandbox 404",
            "",
            "transaction_id is text, the sandbox's null",
            "token is missing in the sandbox; cashback is missing in the sandbox; reference is missing in the sandbox; "
            + "remarks is missing in the sandbox; product_identity is missing in the sandbox",
        ]);
    }

    [Fact]
    public async Task What_began_before_the_recording_is_not_compared()
    {
        await using KhaltiSandbox khalti = await StartKhaltiAsync();
        using HttpClient direct = new() { BaseAddress = khalti.Address };
        direct.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Key", SandboxKeys.EPaymentSecretKey);
        string pidx = (string)(await PostAsync(direct, "/api/v2/epayment/initiate/", Order()))["pidx"]!;
        await using SandboxProgram recorder = await RecordAsync(khalti);
        using HttpClient shop = Shop(recorder, SandboxKeys.EPaymentSecretKey);

        (await PostAsync(shop, "/api/v2/epayment/lookup/", $$"""{"pidx": "{{pidx}}"}"""))["status"]!.ToString().ShouldBe("Initiated");

        (await ExchangesAsync()).ShouldHaveSingleItem()["sandboxStatus"].ShouldBeNull();
    }

    [Fact]
    public async Task A_request_goes_to_Khalti_alone_and_an_unreachable_Khalti_is_502()
    {
        KhaltiSandbox khalti = await StartKhaltiAsync();
        await using SandboxProgram recorder = await RecordAsync(khalti);
        using HttpClient shop = Shop(recorder, SandboxKeys.EPaymentSecretKey);
        Uri otherHost = new($"{recorder.Address}/shop.invalid/api/v2/epayment/lookup/");

        (await shop.GetAsync(otherHost, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await khalti.Control.GetCallsAsync(TestContext.Current.CancellationToken)).ShouldHaveSingleItem()
            .Path.ShouldBe("//shop.invalid/api/v2/epayment/lookup/");
        await khalti.DisposeAsync();
        (await shop.GetAsync(otherHost, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.BadGateway);
    }

    private static Task<KhaltiSandbox> StartKhaltiAsync(SandboxBehaviour? behaviour = null) => KhaltiSandbox.StartAsync(
        options => options.Switches = behaviour ?? options.Switches, cancellationToken: TestContext.Current.CancellationToken);

    private Task<SandboxProgram> RecordAsync(KhaltiSandbox khalti) => SandboxProgram.StartListeningAsync(
        "dotnet", [SandboxProgram.Built, "diff", "--record", "--to", khalti.Address.ToString(), "--out", Recording]);

    private static HttpClient Shop(SandboxProgram recorder, string key) => new()
    {
        BaseAddress = recorder.Address,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Key", key) },
    };

    private static string Order() => """
        {"return_url": "https://shop.example/", "website_url": "https://shop.example/", "amount": 1300, "purchase_order_id": "order-1042",
         "purchase_order_name": "Two notebooks", "merchant_notes": ["for Maya"],
         "customer_info": {"name": "Maya", "email": "maya@shop.example", "phone": "9812345678"}}
        """;

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, string body)
    {
        using StringContent content = new(body, new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage answer = await client.PostAsync(path, content, TestContext.Current.CancellationToken);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }

    private async Task<JsonNode[]> ExchangesAsync() =>
        [.. (await File.ReadAllLinesAsync(Recording, TestContext.Current.CancellationToken)).Select(line => JsonNode.Parse(line)!)];
}
