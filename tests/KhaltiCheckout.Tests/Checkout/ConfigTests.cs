using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Checkout;

/// <summary>What a page learns in each mode, to the letter.</summary>
public sealed class ConfigTests
{
    private const string Tail = "0123456789abcdef0123456789abcdef";
    private const string SecretTail = "fedcba9876543210fedcba9876543210";
    private const string Script = "https://khalti.s3.ap-south-1.amazonaws.com/KPG/dist/2020.12.22.0.0.0/khalti-checkout.iffe.js";

    [Fact]
    public async Task The_config_in_mode_Sandbox()
    {
        await using Shop shop = await Shop.OpenAsync(("Sandbox:Url", "http://127.0.0.1:5999/"));

        await ShouldBeAsync(shop, """
            {"store":{"name":"Khalti Checkout"},"currency":"NPR","mode":"sandbox","minAmount":1000,"maxAmount":null,
            "widget":{"enabled":true,"publicKey":"test_public_key_11111111111111111111111111111111",
            "scriptUrl":"http://127.0.0.1:5999/khalti-checkout.js","paymentPreference":["KHALTI"],
            "scriptIntegrity":null},
            "epayment":{"enabled":true}}
            """);
    }

    [Fact]
    public async Task The_config_with_test_keys()
    {
        await using Shop shop = await Shop.OpenAsync(
            ("Khalti:Mode", "test"), ("Admin:ApiKeys:0", Starting.MerchantKey),
            ("Khalti:Widget:PublicKey", "test_public_key_" + Tail), ("Khalti:Widget:SecretKey", "test_secret_key_" + SecretTail));

        await ShouldBeAsync(shop, $$$"""
            {"store":{"name":"Khalti Checkout"},"currency":"NPR","mode":"test","minAmount":1000,"maxAmount":20000,
            "widget":{"enabled":true,"publicKey":"test_public_key_{{{Tail}}}","scriptUrl":"{{{Script}}}","paymentPreference":["KHALTI"],
            "scriptIntegrity":null},
            "epayment":{"enabled":false}}
            """);
    }

    [Fact]
    public async Task The_config_with_live_keys_and_custom_settings()
    {
        await using Shop shop = await Shop.OpenAsync(
            ("Khalti:Mode", "Live"), ("Admin:ApiKeys:0", Starting.MerchantKey),
            ("Khalti:Widget:PublicKey", "live_public_key_" + Tail), ("Khalti:Widget:SecretKey", "live_secret_key_" + SecretTail),
            ("Store:Name", "हिमाल पसल"), ("Store:MinAmount", "5000"), ("Store:MaxAmount", "10000000"));

        await ShouldBeAsync(shop, $$$"""
            {"store":{"name":"हिमाल पसल"},"currency":"NPR","mode":"live","minAmount":5000,"maxAmount":10000000,
            "widget":{"enabled":true,"publicKey":"live_public_key_{{{Tail}}}","scriptUrl":"{{{Script}}}",
            "paymentPreference":["KHALTI","EBANKING","MOBILE_BANKING","CONNECT_IPS","SCT"],"scriptIntegrity":null},
            "epayment":{"enabled":false}}
            """);
    }

    [Fact]
    public async Task The_config_without_the_widget()
    {
        await using Shop shop = await Shop.OpenAsync(("Khalti:Widget:Enabled", "false"));

        await ShouldBeAsync(shop, """
            {"store":{"name":"Khalti Checkout"},"currency":"NPR","mode":"sandbox","minAmount":1000,"maxAmount":null,
            "widget":{"enabled":false,"publicKey":null,"scriptUrl":null,"paymentPreference":[],"scriptIntegrity":null},
            "epayment":{"enabled":true}}
            """);
    }

    private static async Task ShouldBeAsync(Shop shop, string expected)
    {
        Answer answer = await shop.AskAsync("/api/v1/config");

        answer.Status.ShouldBe(200);
        answer.Text.ShouldBe(expected.ReplaceLineEndings(""));
        answer.Text.ShouldNotContain("secret");
        answer.Text.ShouldNotContain(SecretTail);
        answer.Text.ShouldNotContain("22222222");
    }
}
