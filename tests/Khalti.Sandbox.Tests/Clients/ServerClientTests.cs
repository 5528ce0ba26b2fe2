using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests.Clients;

/// <summary>
/// Requests of merchants' servers as plugins and libraries send them, with line breaks between the JSON's members, and as Khalti's
/// documents print them.
/// </summary>
public sealed class ServerClientTests
{
    private const string Refunded = """{"detail": "Transaction refund successful."}""";

    [Fact]
    public async Task A_merchant_whose_one_key_serves_both_products_uses_it_for_each_call()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        const string Key = RunningSandbox.OneSecretKey;
        string token = await sandbox.GivenConfirmedAsync(publicKey: RunningSandbox.OnePublicKey);
        string pidx = await sandbox.GivenLinkAsync(key: Key);
        await sandbox.GivenOutcomeAsync(pidx, "completed");

        string idx = (string)(await sandbox.VerifyAsync(token, key: Key)).Json["idx"]!;
        string transaction = (string)(await sandbox.LookupAsync(pidx, Key)).Json["transaction_id"]!;

        (await sandbox.StatusAsync(token, key: Key)).Json["state"]!.ToString().ShouldBe("Complete");
        (await sandbox.JsonAsync("/api/v2/epayment/lookup-sdk/", new { pidx }, RunningSandbox.OnePublicKey)).Status.ShouldBe(200);
        (await sandbox.GetAsync("/api/v2/merchant-transaction/", Key)).Json["total_records"]!.GetValue<int>().ShouldBe(1);
        foreach (string paid in (string[])[idx, transaction])
        {
            (await sandbox.GetAsync($"/api/v2/merchant-transaction/{paid}/", Key)).Status.ShouldBe(200);
            (await sandbox.JsonAsync($"/api/merchant-transaction/{paid}/refund/", new { }, Key)).ShouldBe(200, Refunded);
        }
    }

    [Fact]
    public async Task By_default_each_product_has_keys_of_its_own()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenConfirmedAsync();

        (await sandbox.VerifyAsync(token, key: RunningSandbox.EPaymentKey)).Status.ShouldBe(400);
        (await sandbox.InitiateLinkAsync(key: RunningSandbox.SecretKey)).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("1300.0")]
    [InlineData("1300.00")]
    [InlineData("1.3e3")]
    [InlineData("\"1300\"")]
    [InlineData("\"1300.0\"")]
    [InlineData("\"1300.\"")]
    [InlineData("\" 1300 \"")]
    [InlineData("\" 1300.00 \"")]
    [InlineData("\"+1300\"")]
    [InlineData("\"1_300\"")]
    [InlineData("\"१३००\"")]
    public async Task An_integer_is_read_as_the_framework_of_Khaltis_error_texts_reads_it(string amount)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await InitiateAsync(sandbox, $$"""
            {"return_url": "https://shop.example/", "website_url": "https://shop.example/", "amount": {{amount}},
             "purchase_order_id": "order-1042", "purchase_order_name": "Two notebooks"}
            """);

        reply.Status.ShouldBe(200, reply.Text);
        (await sandbox.LookupAsync((string)reply.Json["pidx"]!)).Json["total_amount"]!.GetValue<long>().ShouldBe(1300);
    }

    [Theory]
    [InlineData("1300.5")]
    [InlineData("\"1300.5\"")]
    [InlineData("1e16")]
    [InlineData("1e400")]
    [InlineData("\"1e3\"")]
    [InlineData("\"1300,0\"")]
    [InlineData("\"1__300\"")]
    [InlineData("\"_1300\"")]
    [InlineData("\".0\"")]
    [InlineData("\"\"")]
    [InlineData("\"NPR 13\"")]
    [InlineData("true")]
    [InlineData("[1300]")]
    public async Task What_is_no_integer_to_the_framework_is_refused(string amount)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await InitiateAsync(sandbox, $$"""
            {"return_url": "https://shop.example/", "website_url": "https://shop.example/", "amount": {{amount}},
             "purchase_order_id": "order-1042", "purchase_order_name": "Two notebooks"}
            """);

        reply.ShouldBe(400, """{"amount": ["A valid integer is required."], "error_key": "validation_error"}""");
    }

    [Fact]
    public async Task Verify_and_status_read_amounts_in_the_same_way()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string token = await sandbox.GivenConfirmedAsync();

        (await sandbox.TextAsync("/api/v2/payment/verify/", $$"""{"token": "{{token}}", "amount": 1500.0}""", "application/json",
            RunningSandbox.SecretKey)).Status.ShouldBe(200);
        (await sandbox.GetAsync($"/api/v2/payment/status/?token={token}&amount=1500.00", RunningSandbox.SecretKey))
            .Json["state"]!.ToString().ShouldBe("Complete");
    }

    [Fact]
    public async Task The_official_WooCommerce_plugin_sells_three_for_a_price_that_three_does_not_divide()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        // The plugin leaves out the slash at the end, which the strict default answers with a redirect.
        await sandbox.GivenSwitchAsync(new { slashlessPost = "serve" });
        Reply reply = await sandbox.RawAsync($$"""
            POST /api/v2/epayment/initiate
            User-Agent: WordPress/6.8; https://shop.example
            Accept: */*
            Content-Type: application/json
            Authorization: Key {{RunningSandbox.EPaymentKey}}

            {"return_url":"https:\/\/shop.example\/wc-api\/khalti","website_url":"https:\/\/shop.example",
             "amount":10000,"purchase_order_id":57,"purchase_order_name":"Order 57",
             "customer_info":{"name":"Sita Rai","email":"sita@example.com","phone":""},
             "product_details":[{"identity":12,"name":"Prayer flag","total_price":10000,"quantity":3,"unit_price":3333.3333333333335}]}
            """);

        reply.Status.ShouldBe(200, reply.Text);
    }

    [Fact]
    public async Task The_official_WHMCS_plugin_sends_a_client_without_phone_name_or_email()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        (await InitiateAsync(sandbox, """
            {"return_url":"https:\/\/host.example\/modules\/gateways\/callback\/khaltigateway.php",
             "website_url":"https:\/\/host.example\/","amount":125000,
             "purchase_order_id":"1207","purchase_order_name":"Host - Invoice #1207",
             "customer_info":{"name":"","email":"","phone":""},"amount_breakdown":[{"label":"Invoice Number - 1207","amount":125000}],
             "product_details":[{"identity":"1207","name":"Invoice Number - 1207","total_price":125000,"quantity":1,"unit_price":125000}]}
            """)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_Node_client_sends_null_for_what_it_does_not_have()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await InitiateAsync(sandbox, """
            {"return_url":"https://shop.example/return","website_url":"https://shop.example","amount":1300,
             "purchase_order_id":"o-1","purchase_order_name":"Tea","customer_info":null,
             "amount_breakdown":null,"product_details":null,"modes":null,"bank":null,"ttl":null}
            """);

        reply.Status.ShouldBe(200, reply.Text);
        reply.Json["expires_in"]!.GetValue<int>().ShouldBe(3600);
        string page = (await sandbox.GetAsync($"/pay/{reply.Json["pidx"]}")).Text;
        JsonNode.Parse(page)!["modes"]!.AsArray().Count.ShouldBe(5);
    }

    public static TheoryData<string, string> StrictErrors() => new()
    {
        { """{"customer_info": null}""", """{"customer_info": ["This field may not be null."]}""" },
        { """{"product_details": null}""", """{"product_details": ["This field may not be null."]}""" },
        { """{"customer_info": {"name": "", "phone": null}}""",
            """{"customer_info": {"name": ["This field may not be blank."], "phone": ["This field may not be null."]}}""" },
        { """{"product_details": [{"identity": "a", "name": "b", "total_price": 1300, "quantity": 3, "unit_price": 433.33}]}""",
            """{"product_details": [{"unit_price": ["A valid integer is required."]}]}""" },
    };

    [Theory]
    [MemberData(nameof(StrictErrors))]
    public async Task Order_details_are_checked_strictly_behind_a_switch(string details, string errors)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        JsonObject body = JsonNode.Parse(details)!.AsObject();
        body["return_url"] = "https://shop.example/";
        body["website_url"] = "https://shop.example/";
        body["amount"] = 1300;
        body["purchase_order_id"] = "o-1";
        body["purchase_order_name"] = "o-1";
        (await InitiateAsync(sandbox, body.ToJsonString())).Status.ShouldBe(200);
        await sandbox.GivenSwitchAsync(new { strictOrderDetails = true });

        JsonObject expected = JsonNode.Parse(errors)!.AsObject();
        expected["error_key"] = "validation_error";
        (await InitiateAsync(sandbox, body.ToJsonString())).ShouldBe(400, expected.ToJsonString());
    }

    [Fact]
    public async Task Initiate_and_lookup_take_forms_and_a_switch_refuses_them()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply made = await sandbox.RawAsync(PhpForm("initiate",
            "return_url=https%3A%2F%2Fshop.example%2F&website_url=https%3A%2F%2Fshop.example%2F&amount=1300&purchase_order_id=o-1"
            + "&purchase_order_name=Tea&customer_info%5Bname%5D=Sita+Rai&merchant_extra=7"));
        made.Status.ShouldBe(200, made.Text);
        string lookup = PhpForm("lookup", $"pidx={made.Json["pidx"]}");
        (await sandbox.RawAsync(lookup)).Json["status"]!.ToString().ShouldBe("Initiated");

        await sandbox.GivenSwitchAsync(new { ePaymentForms = false });
        (await sandbox.RawAsync(lookup)).ShouldBe(415, """{"detail": "Unsupported media type in request."}""");
    }

    [Fact]
    public async Task A_PHP_client_refunds_all_with_an_empty_list_and_a_switch_refuses_it()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        await sandbox.GivenOutcomeAsync(pidx, "completed");
        string id = (string)(await sandbox.LookupAsync(pidx)).Json["transaction_id"]!;
        string request = $"""
            POST /api/merchant-transaction/{id}/refund/
            Authorization: Key {RunningSandbox.EPaymentKey}
            Content-Type: application/json

            []
            """;
        await sandbox.GivenSwitchAsync(new { refundTakesEmptyList = false });
        (await sandbox.RawAsync(request)).Status.ShouldBe(400);
        await sandbox.GivenSwitchAsync(new { refundTakesEmptyList = true });

        (await sandbox.RawAsync(request)).ShouldBe(200, Refunded);
        (await sandbox.LookupAsync(pidx)).Json["status"]!.ToString().ShouldBe("Refunded");
        (await sandbox.TextAsync("/api/v2/epayment/lookup/", "[]", "application/json", RunningSandbox.EPaymentKey)).Status.ShouldBe(400);
        (await sandbox.TextAsync($"/api/merchant-transaction/{id}/refund/", "[1]", "application/json", RunningSandbox.EPaymentKey))
            .Status.ShouldBe(400);
    }

    [Fact]
    public async Task The_bank_sample_of_Khaltis_documents_works_as_printed()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await InitiateAsync(sandbox, """
            {
                "return_url": "https://testing.com/",
                "website_url": "https://testing.com/",
                "amount": "10000",
                "ttl": 1000,
                "bank": "ayCEFuEpkmkjBj3WVWRh32",
                "modes": ["MOBILE_BANKING"],
                "purchase_order_id": "order_01",
                "purchase_order_name": "order 01",
                "amount_breakdown": [{"label": "Mark Price", "amount": "10000"}, {"label": "VAT", "amount": 0}]
            }
            """);

        reply.Status.ShouldBe(200, reply.Text);
        JsonArray banks = (await sandbox.GetAsync("/api/v5/bank/?payment_type=mobilecheckout")).Json["records"]!.AsArray();
        foreach (string idx in (string[])["UZmPqTDkdhKmukdZe2gVWZ", "ayCEFuEpkmkjBj3WVWRh32", "Yy6jFwuwssihs77PHGjwAZ"])
        {
            banks.ShouldContain(bank => (string)bank!["idx"]! == idx);
            (await sandbox.InitiateLinkAsync(new { amount = 10_000, bank = idx })).Status.ShouldBe(200);
        }
    }

    [Fact]
    public async Task The_mode_E_BANKING_of_a_Node_client_is_e_banking()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        string pidx = await sandbox.GivenLinkAsync(new { amount = 10_000, modes = new[] { "E_BANKING" } });

        (await sandbox.GetAsync($"/pay/{pidx}")).Json["modes"]!.ToJsonString().ShouldBe("""["EBANKING"]""");
        (await sandbox.InitiateLinkAsync(new { amount = 9_999, modes = new[] { "E_BANKING" } })).Status.ShouldBe(400);
        (await sandbox.JsonAsync($"/pay/{pidx}/bank", new { mode = "E_BANKING" })).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_bank_refunds_of_Khaltis_documents_work_as_printed()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync(new { amount = 10_000 });
        await sandbox.GivenOutcomeAsync(pidx, "completed", new { mode = "EBANKING" });
        string refund = $"/api/merchant-transaction/{(await sandbox.LookupAsync(pidx)).Json["transaction_id"]}/refund/";

        (await sandbox.TextAsync(refund, """
            {
                "mobile": "1234567890",
                "amount": 75.00
            }
            """, "application/json", RunningSandbox.EPaymentKey)).ShouldBe(200, Refunded);
        (await sandbox.TextAsync(refund, """{"mobile": "1234567890"}""", "application/json", RunningSandbox.EPaymentKey))
            .ShouldBe(200, Refunded);
        (await sandbox.LookupAsync(pidx)).Json["status"]!.ToString().ShouldBe("Refunded");
    }

    private static Task<Reply> InitiateAsync(RunningSandbox sandbox, string body) =>
        sandbox.TextAsync("/api/v2/epayment/initiate/", body, "application/json", RunningSandbox.EPaymentKey);

    private static string PhpForm(string call, string body) => $"""
        POST /api/v2/epayment/{call}/
        Authorization: Key {RunningSandbox.EPaymentKey}
        Accept: */*
        Content-Type: application/x-www-form-urlencoded

        {body}
        """;
}
