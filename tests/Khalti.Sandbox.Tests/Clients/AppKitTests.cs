using System.Text.Json.Nodes;
using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests.Clients;

/// <summary>Khalti's ePayment kits for apps: Android 2026-06, iOS 2026-05, Flutter 1.0.0-dev.</summary>
public sealed class AppKitTests
{
    [Fact]
    public async Task The_Android_kit_looks_a_link_up_with_the_public_key()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync(new { merchant_extra = "campaign-7" });
        await sandbox.GivenOutcomeAsync(pidx, "completed");

        Reply reply = await sandbox.RawAsync($$"""
            POST /api/v2/epayment/lookup-sdk/
            Authorization: Key {{RunningSandbox.EPaymentPublicKey}}
            checkout-version: 1.0.5
            checkout-source: android
            checkout-platform: Android
            checkout-os-version: 15
            checkout-device-model: Pixel 8
            checkout-device-manufacturer: Google
            merchant-package-name: com.example.shop
            merchant-package-version: 2.3.1
            Content-Type: application/json; charset=UTF-8

            {"pidx":"{{pidx}}"}
            """);

        string transaction = (string)(await sandbox.LookupAsync(pidx)).Json["transaction_id"]!;
        reply.ShouldBe(200, $$"""
            {"pidx": "{{pidx}}", "total_amount": 1300, "status": "Completed", "transaction_id": "{{transaction}}", "fee": 0,
             "refunded": false, "purchase_order_id": "order-1042", "purchase_order_name": "Two notebooks",
             "extra_merchant_params": {"merchant_extra": "campaign-7"} }
            """);
    }

    [Fact]
    public async Task The_iOS_kit_looks_a_link_up_before_it_is_paid()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();

        Reply reply = await sandbox.RawAsync($$"""
            POST /api/v2/epayment/lookup-sdk/
            Authorization: Key {{RunningSandbox.EPaymentPublicKey}}
            checkout-version: 1.0
            checkout-platform: iOS
            checkout-device-model: iPhone
            merchant-package-name: 1E1B1F3C-5C1B-4D7A-9D8E-000000000000
            checkout-os-version: 18.4
            Content-Type: application/json

            {"pidx":"{{pidx}}"}
            """);

        reply.ShouldBe(200, $$"""
            {"pidx": "{{pidx}}", "total_amount": 1300, "status": "Initiated", "transaction_id": null, "fee": 0, "refunded": false,
             "purchase_order_id": "order-1042", "purchase_order_name": "Two notebooks", "extra_merchant_params": null}
            """);
    }

    [Fact]
    public async Task The_Flutter_kit_looks_a_link_up_with_a_form()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();

        Reply reply = await sandbox.RawAsync(FlutterRequest("lookup-sdk", pidx));

        reply.Status.ShouldBe(200, reply.Text);
        reply.Json["status"]!.ToString().ShouldBe("Initiated");
        (await sandbox.RequestsAsync()).Last()!["operation"]!.ToString().ShouldBe("epayment_lookup_sdk");
    }

    [Fact]
    public async Task The_Flutter_kit_learns_the_return_address_from_detail()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();

        (await sandbox.RawAsync(FlutterRequest("detail", pidx)))
            .ShouldBe(200, """{"return_url": "https://shop.example/khalti/return"}""");
    }

    [Theory]
    [InlineData("lookup-sdk")]
    [InlineData("detail")]
    public async Task A_kit_gets_a_failure_with_a_detail_for_a_wrong_link_or_key(string call)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        string path = $"/api/v2/epayment/{call}/";

        (await sandbox.JsonAsync(path, new { pidx = "nosuch" }, RunningSandbox.EPaymentPublicKey))
            .ShouldBe(404, """{"detail": "Not found.", "error_key": "validation_error"}""");
        (await sandbox.JsonAsync(path, new { pidx }, RunningSandbox.OnePublicKey)).Json["detail"]!.ToString().ShouldBe("Not found.");
        foreach (string wrong in (string[])[RunningSandbox.EPaymentKey, RunningSandbox.PublicKey, RunningSandbox.LivePublicKey])
        {
            (await sandbox.JsonAsync(path, new { pidx }, wrong)).ShouldBe(401, """{"detail": "Invalid token.", "status_code": 401}""");
        }
    }

    [Fact]
    public async Task A_canceled_link_is_a_failure_to_a_kit_unless_a_switch_says_otherwise()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        string pidx = await sandbox.GivenLinkAsync();
        await sandbox.GivenOutcomeAsync(pidx, "canceled");

        (await sandbox.RawAsync(FlutterRequest("lookup-sdk", pidx))).Status.ShouldBe(400);
        await sandbox.GivenSwitchAsync(new { closedSdkLookupCode = 200 });

        Reply reply = await sandbox.RawAsync(FlutterRequest("lookup-sdk", pidx));
        reply.Status.ShouldBe(200);
        reply.Json["status"]!.ToString().ShouldBe("User canceled");
        (await sandbox.LookupAsync(pidx)).Status.ShouldBe(400);
    }

    [Fact]
    public async Task The_public_key_of_an_ePayment_merchant_starts_no_widget_payment()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        (await sandbox.InitiateAsync(publicKey: RunningSandbox.EPaymentPublicKey)).Json["public_key"]![0]!.ToString()
            .ShouldBe("Invalid public key.");
    }

    [Fact]
    public async Task A_kit_finds_return_address_and_mode_in_the_new_form_of_the_payment_address()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        (await sandbox.InitiateLinkAsync()).Json["payment_url"]!.ToString().ShouldStartWith($"{sandbox.Address}?pidx=");
        await sandbox.GivenSwitchAsync(new { paymentUrlForm = "wallet" });

        JsonNode link = (await sandbox.InitiateLinkAsync(new { return_url = "https://shop.example/back?a=1&b=2" })).Json;

        link["payment_url"]!.ToString().ShouldBe(
            $"{sandbox.Address}wallet/?pidx={link["pidx"]}&return_url=https%3A%2F%2Fshop.example%2Fback%3Fa%3D1%26b%3D2&mode=wallet");
        foreach (string page in (string[])[link["payment_url"]!.ToString(), $"/wallet?pidx={link["pidx"]}", $"/?pidx={link["pidx"]}"])
        {
            Reply opened = await sandbox.GetAsync(page);
            opened.Status.ShouldBe(200);
            opened.Text.ShouldContain("<title>Khalti payment</title>");
        }

        (await sandbox.GetAsync("/wallet/?pidx=nosuch")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("khalti.com", "http://pay.khalti.com/?pidx=")]
    [InlineData("dev.khalti.com", "http://test-pay.khalti.com/?pidx=")]
    [InlineData("a.khalti.com:8443", "http://test-pay.khalti.com:8443/?pidx=")]
    [InlineData("sandbox:5081", "http://sandbox:5081/?pidx=")]
    public async Task The_page_of_a_link_made_at_a_host_of_Khaltis_is_at_the_page_host(string host, string address)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await sandbox.RawAsync($$"""
            POST /api/v2/epayment/initiate/
            Host: {{host}}
            Authorization: Key {{RunningSandbox.EPaymentKey}}
            Content-Type: application/json

            {"return_url":"https://shop.example/","website_url":"https://shop.example/","amount":1300,
             "purchase_order_id":"1","purchase_order_name":"a"}
            """);

        reply.Json["payment_url"]!.ToString().ShouldStartWith(address);
    }

    [Fact]
    public async Task A_public_address_of_the_settings_is_where_browsers_are_sent()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync(options => options.PublicUrl = "http://192.168.1.20:5081");

        (await sandbox.InitiateLinkAsync()).Json["payment_url"]!.ToString().ShouldStartWith("http://192.168.1.20:5081/?pidx=");
    }

    private static string FlutterRequest(string call, string pidx) => $"""
        POST /api/v2/epayment/{call}/
        Authorization: Key {RunningSandbox.EPaymentPublicKey}
        checkout-version: 1.0.0-dev.9
        checkout-source: flutter
        checkout-platform: android
        checkout-os-version: 15
        checkout-device-model: Pixel 8
        merchant-package-name: com.example.shop
        merchant-package-version: 2.3.1
        content-type: application/x-www-form-urlencoded; charset=utf-8

        pidx={pidx}
        """;
}
