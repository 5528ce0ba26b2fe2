using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox.Tests;

/// <summary>The sandbox as a test of another program uses it: started in the process, with the typed control client.</summary>
public sealed class LibraryTests
{
    [Fact]
    public async Task A_test_pays_a_link_loses_an_answer_and_sees_the_calls()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using KhaltiSandbox khalti = await KhaltiSandbox.StartAsync(cancellationToken: cancellation);
        using HttpClient merchant = Merchant(khalti, SandboxKeys.EPaymentSecretKey);
        string pidx = await MakeLinkAsync(merchant);

        Uri back = await khalti.Control.PayAsync(pidx, "9800000003", cancellation);
        await khalti.Control.LoseNextAnswerAsync("epayment_lookup", cancellation);

        back.Query.ShouldContain("status=Completed");
        await Should.ThrowAsync<HttpRequestException>(() => LookupAsync(merchant, pidx));
        (await LookupAsync(merchant, pidx))["status"]!.ToString().ShouldBe("Completed");
        SandboxTransaction paid = (await khalti.Control.GetTransactionsAsync(cancellation)).ShouldHaveSingleItem();
        (paid.State, paid.Amount, paid.Mobile, paid.Pidx).ShouldBe(("Completed", 1300, "9800000003", pidx));
        (await khalti.Control.GetCallsAsync(cancellation)).Select(call => (call.Operation, call.Status)).ShouldBe(
            [("epayment_initiate", 200), ("epayment_lookup", (int?)null), ("epayment_lookup", 200)]);
    }

    [Fact]
    public async Task A_test_moves_the_clock_changes_a_switch_and_resets()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using KhaltiSandbox khalti = await KhaltiSandbox.StartAsync(cancellationToken: cancellation);
        using HttpClient merchant = Merchant(khalti, SandboxKeys.BothProductsSecretKey);
        string pidx = await MakeLinkAsync(merchant);

        await khalti.Control.AdvanceClockAsync(TimeSpan.FromHours(2), cancellation);
        (await LookupAsync(merchant, pidx))["status"]!.ToString().ShouldBe("Expired");

        await khalti.Control.SetSwitchAsync("linkLifetimeSeconds", 60, cancellation);
        ConfirmedPayment confirmed = await khalti.Control.MakePaymentAsync(
            1500, "ord_1", SandboxKeys.BothProductsPublicKey, cancellation);
        await khalti.Control.SetStateAsync(confirmed.Idx, "Failed", cancellationToken: cancellation);
        (await khalti.Control.GetTransactionsAsync(cancellation)).Select(one => one.State).ShouldBe(["Failed", "Expired"]);
        InvalidOperationException refused = await Should.ThrowAsync<InvalidOperationException>(
            () => khalti.Control.SetStateAsync(confirmed.Idx, "Completed", cancellationToken: cancellation));
        refused.Message.ShouldContain("Failed cannot become Completed");

        await khalti.Control.ResetAsync(cancellation);
        (await khalti.Control.GetTransactionsAsync(cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_sandboxes_side_by_side_know_nothing_of_each_other()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using KhaltiSandbox one = await KhaltiSandbox.StartAsync(cancellationToken: cancellation);
        await using KhaltiSandbox other = await KhaltiSandbox.StartAsync(
            options => options.Seed = "clients-2022", cancellationToken: cancellation);
        using HttpClient merchant = Merchant(one, SandboxKeys.EPaymentSecretKey);

        await MakeLinkAsync(merchant);

        one.Address.ShouldNotBe(other.Address);
        (await other.Control.GetTransactionsAsync(cancellation)).ShouldBeEmpty();
        await other.Control.AddFaultAsync(new SandboxFault("*", "error") { Status = 503, RetryAfterSeconds = 7 }, cancellation);
        using HttpClient elsewhere = Merchant(other, SandboxKeys.EPaymentSecretKey);
        using HttpResponseMessage down = await elsewhere.PostAsJsonAsync("/api/v2/epayment/lookup/", new { pidx = "x" }, cancellation);
        down.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
        await other.Control.ClearFaultsAsync(cancellation);
    }

    private static HttpClient Merchant(KhaltiSandbox khalti, string key) => new()
    {
        BaseAddress = khalti.Address,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Key", key) },
    };

    private static async Task<string> MakeLinkAsync(HttpClient merchant)
    {
        using HttpResponseMessage made = await merchant.PostAsJsonAsync("/api/v2/epayment/initiate/", new
        {
            return_url = "https://shop.example/return",
            website_url = "https://shop.example/",
            amount = 1300,
            purchase_order_id = "order-1042",
            purchase_order_name = "Two notebooks",
        }, TestContext.Current.CancellationToken);
        return (string)(await made.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["pidx"]!;
    }

    private static async Task<JsonNode> LookupAsync(HttpClient merchant, string pidx)
    {
        using HttpResponseMessage found = await merchant.PostAsJsonAsync(
            "/api/v2/epayment/lookup/", new { pidx }, TestContext.Current.CancellationToken);
        return (await found.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
    }
}
