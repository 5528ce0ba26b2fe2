using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class EPaymentInitiateTests
{
    private const string Path = "/api/v2/epayment/initiate/";

    private static readonly string[] AnswerKeys = ["pidx", "payment_url", "expires_at", "expires_in"];

    [Theory]
    [InlineData("seconds", 20)]
    [InlineData("minutes", 1200)]
    [InlineData("ignored", 3600)]
    public async Task The_unit_of_the_time_to_live_is_configurable(string unit, int seconds)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenSwitchAsync(new { ttlUnit = unit });

        Reply reply = await sandbox.InitiateLinkAsync(new { ttl = 20 });

        reply.Json["expires_in"]!.GetValue<int>().ShouldBe(seconds);
    }

    [Fact]
    public async Task A_link_has_an_address_on_the_sandbox_and_an_expiry()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await sandbox.InitiateLinkAsync();

        string pidx = (string)reply.Json["pidx"]!;
        pidx.Length.ShouldBe(22);
        reply.ShouldBe(200, $$"""
            {"pidx": "{{pidx}}", "payment_url": "{{sandbox.Address}}?pidx={{pidx}}",
             "expires_at": "2026-01-02T09:49:05.000000+05:45", "expires_in": 3600}
            """);
        reply.Json.AsObject().Select(one => one.Key).ShouldBe(AnswerKeys);
    }

    [Fact]
    public async Task Every_documented_field_is_accepted()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string bank = (string)(await sandbox.GetAsync("/api/v5/bank/")).Json["records"]![0]!["idx"]!;

        Reply reply = await sandbox.InitiateLinkAsync(new
        {
            amount = "13000",
            customer_info = new { name = "Sita Rai", email = "sita@example.com", phone = "9800000001" },
            amount_breakdown = new object[] { new { label = "Price", amount = 14000 }, new { label = "Discount", amount = "-1000" } },
            product_details = new[] { new { identity = "nb-1", name = "Notebook", total_price = 14000, quantity = 2, unit_price = 7000 } },
            modes = new[] { "MOBILE_BANKING" },
            bank,
            ttl = 1000,
            merchant_username = "sita",
            merchant_extra = new { campaign = 7 },
            something_else = true,
        });

        reply.Status.ShouldBe(200, reply.Text);
        reply.Json["expires_in"]!.GetValue<int>().ShouldBe(1000);
        JsonNode link = await sandbox.LinkAsync((string)reply.Json["pidx"]!);
        link["flow"]!.ToString().ShouldBe("epayment");
        link["state"]!.ToString().ShouldBe("Initiated");
        link["amount"]!.GetValue<int>().ShouldBe(13000);
        link["purchaseOrderId"]!.ToString().ShouldBe("order-1042");
        link["token"].ShouldBeNull();
        link["idx"]!.ToString().Length.ShouldBe(22);
    }

    public static TheoryData<string, string> BadFields() => new()
    {
        { """{"return_url": ""}""", """{"return_url": ["This field may not be blank."]}""" },
        { """{"website_url": " "}""", """{"website_url": ["This field may not be blank."]}""" },
        { """{"return_url": "shop.example"}""", """{"return_url": ["Enter a valid URL."]}""" },
        { """{"return_url": "javascript:alert(1)"}""", """{"return_url": ["Enter a valid URL."]}""" },
        { """{"return_url": "https://shop.example/a b"}""", """{"return_url": ["Enter a valid URL."]}""" },
        { """{"website_url": "https://"}""", """{"website_url": ["Enter a valid URL."]}""" },
        { """{"amount": 999}""", """{"amount": ["Amount should be greater than Rs. 10, that is 1000 paisa."]}""" },
        { """{"amount": -1000}""", """{"amount": ["Amount should be greater than Rs. 10, that is 1000 paisa."]}""" },
        { """{"amount": 9999, "modes": ["MOBILE_BANKING"]}""",
            """{"amount": ["Amount should be greater than Rs. 100, that is 10000 paisa."]}""" },
        { """{"amount": 1300.5}""", """{"amount": ["A valid integer is required."]}""" },
        { """{"amount": "1999.9999"}""", """{"amount": ["A valid integer is required."]}""" },
        { """{"amount": ""}""", """{"amount": ["A valid integer is required."]}""" },
        { """{"amount": true}""", """{"amount": ["A valid integer is required."]}""" },
        { """{"amount": null}""", """{"amount": ["This field may not be null."]}""" },
        { """{"purchase_order_id": ""}""", """{"purchase_order_id": ["This field may not be blank."]}""" },
        { """{"purchase_order_name": "\t"}""", """{"purchase_order_name": ["This field may not be blank."]}""" },
        { """{"purchase_order_id": null}""", """{"purchase_order_id": ["This field may not be null."]}""" },
        { """{"purchase_order_id": [1]}""", """{"purchase_order_id": ["Not a valid string."]}""" },
        { """{"amount_breakdown": [{"label": "Price", "amount": 1299}]}""", """{"amount": ["Amount Breakdown mismatch."]}""" },
        { """{"amount_breakdown": [{"label": "a", "amount": 9223372036854775807}, {"label": "b", "amount": 9223372036854775807}]}""",
            """{"amount": ["Amount Breakdown mismatch."]}""" },
        { """{"amount_breakdown": [{"label": "Price", "amount": 1300}, {"label": ""}]}""",
            """{"amount_breakdown": [{}, {"label": ["This field may not be blank."], "amount": ["This field is required."]}]}""" },
        { """{"amount_breakdown": {"label": "Price", "amount": 1300}}""", """{"amount_breakdown": ["Expected a list of items."]}""" },
        { """{"amount_breakdown": [5]}""", """{"amount_breakdown": [{"non_field_error": ["Invalid data. Expected a dictionary."]}]}""" },
        { """{"customer_info": {"name": "", "email": "nobody"}}""",
            """{"customer_info": {"email": ["Enter a valid email address."]}}""" },
        { """{"customer_info": "Sita"}""", """{"customer_info": {"non_field_error": ["Invalid data. Expected a dictionary."]}}""" },
        { """{"product_details": [{"identity": "nb-1", "name": "Notebook", "total_price": "x", "quantity": 1.5}]}""",
            """{"product_details": [{"total_price": ["A valid number is required."], "unit_price": ["This field is required."]}]}""" },
        { """{"modes": ["CASH"]}""", """{"modes": ["Choose from KHALTI, EBANKING, MOBILE_BANKING, CONNECT_IPS, SCT."]}""" },
        { """{"modes": "KHALTI"}""", """{"modes": ["Expected a list of items."]}""" },
        { """{"bank": "nosuch"}""", """{"bank": ["Invalid bank."]}""" },
        { """{"ttl": 0}""", """{"ttl": ["Ensure this value is greater than or equal to 1."]}""" },
        { """{"ttl": 9223372036854775807}""", """{"ttl": ["Ensure this value is less than or equal to 31536000."]}""" },
        { """{"ttl": "soon"}""", """{"ttl": ["A valid integer is required."]}""" },
        { """{"return_url": "", "amount": 999, "purchase_order_name": ""}""",
            """{"return_url": ["This field may not be blank."], "amount": ["Amount should be greater than Rs. 10, """
            + """that is 1000 paisa."], "purchase_order_name": ["This field may not be blank."]}""" },
    };

    [Theory]
    [MemberData(nameof(BadFields))]
    public async Task Invalid_fields_are_answered_with_Khaltis_texts_and_make_no_link(string changes, string errors)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        JsonObject body = JsonNode.Parse("""
            {"return_url": "https://shop.example/", "website_url": "https://shop.example/", "amount": 1300,
             "purchase_order_id": "order-1042", "purchase_order_name": "Two notebooks"}
            """)!.AsObject();
        foreach ((string name, JsonNode? value) in JsonNode.Parse(changes)!.AsObject())
        {
            body[name] = value?.DeepClone();
        }

        Reply reply = await sandbox.JsonAsync(Path, body, RunningSandbox.EPaymentKey);

        JsonObject expected = JsonNode.Parse(errors)!.AsObject();
        expected["error_key"] = "validation_error";
        reply.ShouldBe(400, expected.ToJsonString());
        (await sandbox.TransactionsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Missing_fields_are_all_named_and_the_query_is_ignored()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        (await sandbox.JsonAsync(Path + "?amount=1300&return_url=http://a.example", new { }, RunningSandbox.EPaymentKey)).ShouldBe(400, """
            {"return_url": ["This field is required."], "website_url": ["This field is required."], "amount": ["This field is required."],
             "purchase_order_id": ["This field is required."],
             "purchase_order_name": ["This field is required."], "error_key": "validation_error"}
            """);
    }

    [Fact]
    public async Task EPayment_errors_keep_their_error_key_in_every_configuration()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenSwitchAsync(new { errorKeyOnLegacyErrors = false });

        (await sandbox.InitiateLinkAsync(new { amount = 1 })).Json["error_key"]!.ToString().ShouldBe("validation_error");
    }

    [Fact]
    public async Task Minimum_and_maximum_amounts_are_inclusive()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        (await sandbox.InitiateLinkAsync(new { amount = 1000 })).Status.ShouldBe(200);
        (await sandbox.InitiateLinkAsync(new { amount = 9999, modes = new[] { "MOBILE_BANKING", "KHALTI" } })).Status.ShouldBe(200);
        (await sandbox.InitiateLinkAsync(new { amount = 10_000, modes = new[] { "EBANKING" } })).Status.ShouldBe(200);
        (await sandbox.InitiateLinkAsync(new { amount = 20_000 }, RunningSandbox.OtherEPaymentKey)).Status.ShouldBe(200);
        (await sandbox.InitiateLinkAsync(new { amount = 20_001 }, RunningSandbox.OtherEPaymentKey))
            .ShouldBe(400, """{"amount": ["Amount must be less than 200."], "error_key": "validation_error"}""");
    }

    [Theory]
    [InlineData("Key wrong", "Invalid token.")]
    [InlineData("Key " + RunningSandbox.SecretKey, "Invalid token.")]
    [InlineData("Key " + RunningSandbox.LiveSecretKey, "Invalid token.")]
    [InlineData("Key " + RunningSandbox.PublicKey, "Invalid token.")]
    [InlineData("Bearer " + RunningSandbox.EPaymentKey, "Authentication credentials were not provided.")]
    [InlineData("", "Authentication credentials were not provided.")]
    [InlineData("Key ", "Invalid token header. No credentials provided.")]
    [InlineData("Key a b", "Invalid token header. Token string should not contain spaces.")]
    public async Task Initiate_requires_an_ePayment_key(string authorization, string detail)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        foreach (string path in (string[])[Path, "/api/v2/epayment/lookup/"])
        {
            Reply reply = await sandbox.SendAsync(HttpMethod.Post, path, null, null, ("Authorization", authorization));

            reply.ShouldBe(401, $$"""{"detail": "{{detail}}", "status_code": 401}""");
        }

        (await sandbox.InitiateLinkAsync(key: "key " + RunningSandbox.EPaymentKey)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Initiate_accepts_only_POST_with_a_readable_body_and_no_browser()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        foreach (string path in (string[])[Path, "/api/v2/epayment/lookup/"])
        {
            (await sandbox.TextAsync(path, "{", "application/json", RunningSandbox.EPaymentKey))
                .ShouldBe(400, """{"detail": "JSON parse error - the body is not JSON."}""");
            (await sandbox.GetAsync(path, RunningSandbox.EPaymentKey)).ShouldBe(405, """{"detail": "Method \"GET\" not allowed."}""");
            (await sandbox.JsonAsync(path.TrimEnd('/'), new { }, RunningSandbox.EPaymentKey)).Status.ShouldBe(301);
            Reply preflight = await sandbox.SendAsync(HttpMethod.Options, path, null, null, ("Origin", "https://shop.example"));
            preflight.Message.Headers.ShouldNotContain(one => one.Key.StartsWith("Access-Control", StringComparison.Ordinal));
        }

        await sandbox.GivenSwitchAsync(new { slashlessPost = "serve" });
        (await sandbox.JsonAsync("/api/v2/epayment/lookup", new { pidx = "x" }, RunningSandbox.EPaymentKey)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task The_same_order_may_have_several_links()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        string first = await sandbox.GivenLinkAsync();
        string second = await sandbox.GivenLinkAsync();

        second.ShouldNotBe(first);
        await sandbox.GivenOutcomeAsync(first, "completed");
        await sandbox.GivenOutcomeAsync(second, "completed");
    }

    [Fact]
    public async Task The_lifetime_of_a_link_comes_from_the_settings()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync(
            options => options.Switches = new SandboxBehaviour { LinkLifetimeSeconds = 1800 });

        (await sandbox.InitiateLinkAsync()).Json["expires_in"]!.GetValue<int>().ShouldBe(1800);
    }

    [Fact]
    public async Task A_link_whose_answer_was_lost_exists()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.GivenFaultAsync(new { operation = "epayment_initiate", kind = "drop_after", times = 1 });

        await Should.ThrowAsync<HttpRequestException>(() => sandbox.InitiateLinkAsync());

        (await sandbox.TransactionsAsync()).ShouldHaveSingleItem()!["purchaseOrderId"]!.ToString().ShouldBe("order-1042");
        JsonNode noted = (await sandbox.RequestsAsync()).ShouldHaveSingleItem()!;
        noted["operation"]!.ToString().ShouldBe("epayment_initiate");
        noted["status"].ShouldBeNull();
        noted["fields"]!["amount"]!.GetValue<int>().ShouldBe(1300);
        noted.ToJsonString().ShouldNotContain(RunningSandbox.EPaymentKey);
    }
}
