using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class ListTests
{
    private static readonly string[] RecordKeys =
        ["idx", "type", "state", "amount", "fee_amount", "refunded", "created_on", "ebanker", "user", "merchant"];

    [Fact]
    public async Task The_list_has_own_transactions_of_every_state_newest_first()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenCompletedAsync();
        await sandbox.GivenInitiatedAsync();
        await sandbox.GivenConfirmedAsync(publicKey: RunningSandbox.OtherPublicKey);
        await sandbox.GivenConfirmedAsync(publicKey: RunningSandbox.LivePublicKey);

        JsonNode list = (await sandbox.GetAsync("/api/v2/merchant-transaction/", RunningSandbox.SecretKey)).Json;

        list["total_pages"]!.GetValue<int>().ShouldBe(1);
        list["total_records"]!.GetValue<int>().ShouldBe(2);
        list["next"].ShouldBeNull();
        list["previous"].ShouldBeNull();
        list["record_range"]!.ToJsonString().ShouldBe("[1,2]");
        list["current_page"]!.GetValue<int>().ShouldBe(1);
        list["records"]!.AsArray().Select(one => one!["state"]!["name"]!.ToString()).ShouldBe(["Initiated", "Completed"]);
        list["records"]![0]!.AsObject().Select(one => one.Key).ShouldBe(RecordKeys);
    }

    [Fact]
    public async Task Pages_have_fifty_records_and_links()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        for (int i = 0; i < 51; i++)
        {
            await sandbox.JsonAsync("/_sandbox/payments", new { amount = 1000, productIdentity = $"p{i}" });
        }

        JsonNode first = (await sandbox.GetAsync("/api/v2/merchant-transaction/", RunningSandbox.SecretKey)).Json;
        JsonNode second = (await sandbox.GetAsync(first["next"]!.ToString(), RunningSandbox.SecretKey)).Json;

        first["record_range"]!.ToJsonString().ShouldBe("[1,50]");
        first["total_pages"]!.GetValue<int>().ShouldBe(2);
        second["record_range"]!.ToJsonString().ShouldBe("[51,51]");
        second["previous"]!.ToString().ShouldEndWith("/api/v2/merchant-transaction/?page=1");
        foreach (string page in (string[])["3", "0", "-1", "x", "99999999999999999999"])
        {
            (await sandbox.GetAsync($"/api/v2/merchant-transaction/?page={page}", RunningSandbox.SecretKey))
                .ShouldBe(404, """{"detail": "Invalid page."}""");
        }
    }

    [Fact]
    public async Task The_detail_adds_the_fee_and_what_was_bought()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string confirmed = await sandbox.GivenConfirmedAsync(3000);
        string idx = (await sandbox.TransactionAsync(confirmed))["idx"]!.ToString();
        JsonNode before = (await sandbox.GetAsync($"/api/v2/merchant-transaction/{idx}/", RunningSandbox.SecretKey)).Json;
        await sandbox.VerifyAsync(confirmed, 3000);

        JsonNode after = (await sandbox.GetAsync($"/api/v2/merchant-transaction/{idx}/", RunningSandbox.SecretKey)).Json;

        before["can_complete"]!.GetValue<bool>().ShouldBeTrue();
        before["can_refund"]!.GetValue<bool>().ShouldBeFalse();
        before["fee_amount"]!.GetValue<int>().ShouldBe(0);
        before["child_transactions"]!.AsArray().ShouldBeEmpty();
        after["can_complete"]!.GetValue<bool>().ShouldBeFalse();
        after["can_refund"]!.GetValue<bool>().ShouldBeTrue();
        after["meta"]!.ToJsonString().ShouldBe("""{"product_identity":"ord_1","product_name":"Topi","product_url":null}""");
        JsonNode fee = after["child_transactions"]!.AsArray().ShouldHaveSingleItem()!;
        fee["type"]!["name"]!.ToString().ShouldBe("Fee");
        fee["amount"]!.GetValue<int>().ShouldBe(90);
        fee["fee_amount"]!.GetValue<int>().ShouldBe(0);
        fee["user"]!["mobile"]!.ToString().ShouldBe("shop@sandbox.example");
        fee["merchant"]!["mobile"]!.ToString().ShouldBe("wallet@khalti.com");
    }

    [Fact]
    public async Task Records_before_v2_also_have_source_and_destination()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenCompletedAsync();
        string idx = (await sandbox.TransactionAsync(token))["idx"]!.ToString();

        JsonNode detail = (await sandbox.GetAsync($"/api/merchant-transaction/{idx}/", RunningSandbox.SecretKey)).Json;
        JsonNode listed = (await sandbox.GetAsync("/api/merchant-transaction/", RunningSandbox.SecretKey)).Json["records"]![0]!;

        detail["source"]!.ToJsonString().ShouldBe(detail["user"]!.ToJsonString());
        detail["destination"]!.ToJsonString().ShouldBe(detail["merchant"]!.ToJsonString());
        detail["balance"]!.GetValue<int>().ShouldBe(0);
        detail.AsObject().ContainsKey("service_log").ShouldBeTrue();
        listed["source"]!["mobile"]!.ToString().ShouldBe("9800000001");
    }

    [Fact]
    public async Task Another_merchants_transaction_is_not_found()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenCompletedAsync();
        string idx = (await sandbox.TransactionAsync(token))["idx"]!.ToString();
        const string NotFound = """{"detail": "Not found.", "error_key": "validation_error"}""";

        (await sandbox.GetAsync($"/api/v2/merchant-transaction/{idx}/", RunningSandbox.OtherSecretKey)).ShouldBe(404, NotFound);
        (await sandbox.GetAsync($"/api/v2/merchant-transaction/{idx}/", RunningSandbox.LiveSecretKey)).ShouldBe(404, NotFound);
        (await sandbox.GetAsync("/api/v2/merchant-transaction/nosuch/", RunningSandbox.SecretKey)).ShouldBe(404, NotFound);
    }
}
