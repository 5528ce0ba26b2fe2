using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Settings;

/// <summary>Settings of the gateway that would lose money or trust. Each stops the start with one sentence.</summary>
public sealed class KhaltiSettingsTests
{
    private const string Tail = "0123456789abcdef0123456789abcdef";
    private const string SecretTail = "fedcba9876543210fedcba9876543210";

    [Fact]
    public async Task Production_requires_a_mode() =>
        (await Starting.RefusalAsync("Production")).ShouldBe("Khalti:Mode is not set: choose Sandbox, Test or Live.");

    [Theory]
    [InlineData("Foo")]
    [InlineData("7")]
    [InlineData("-1")]
    [InlineData("Test,Live")]
    public async Task An_unknown_mode_is_refused(string mode)
    {
        string sentence = await Starting.RefusalAsync("Production", ("Khalti:Mode", mode));

        sentence.ShouldContain("Khalti:Mode");
        sentence.ShouldContain("Sandbox, Test or Live");
    }

    [Theory]
    [InlineData("Test", "test_public_key_" + Tail, "live_secret_key_" + SecretTail, "Khalti:Widget:SecretKey", "test_secret_key_")]
    [InlineData("Test", "live_public_key_" + Tail, "live_secret_key_" + SecretTail, "Khalti:Widget:PublicKey", "test_public_key_")]
    [InlineData("Test", "test_secret_key_" + SecretTail, "test_public_key_" + Tail, "Khalti:Widget:PublicKey", "test_public_key_")]
    [InlineData("Test", "test_public_key_" + Tail, "", "Khalti:Widget:SecretKey", "missing")]
    [InlineData("Test", " ", "test_secret_key_" + SecretTail, "Khalti:Widget:PublicKey", "missing")]
    [InlineData("Test", "test_public_key_" + Tail, "test_secret_key_", "Khalti:Widget:SecretKey", "copy it again")]
    [InlineData("Test", "test_public_key_" + Tail, "test_secret_key_" + SecretTail + "\n", "Khalti:Widget:SecretKey", "copy it again")]
    [InlineData("Live", "test_public_key_" + Tail, "test_secret_key_" + SecretTail, "Khalti:Widget:PublicKey", "live_public_key_")]
    [InlineData("Live", "live_public_key_" + Tail, "test_secret_key_" + SecretTail, "Khalti:Widget:SecretKey", "live_secret_key_")]
    [InlineData("Live", "live_public_key_" + Tail, null, "Khalti:Widget:SecretKey", "missing")]
    [InlineData(
        "Live", "live_public_key_11111111111111111111111111111111", "live_secret_key_" + SecretTail, "Khalti:Widget:PublicKey",
        "published sample key")]
    [InlineData(
        "Live", "live_public_key_" + Tail, "live_secret_key_33333333333333333333333333333333", "Khalti:Widget:SecretKey",
        "published sample key")]
    [InlineData(
        "Live", "live_public_key_" + Tail, "live_secret_key_f59e8b7d18b4499ca40f68195a846e9b", "Khalti:Widget:SecretKey",
        "published sample key")]
    [InlineData(
        "Live", "live_public_key_" + Tail, "live_secret_key_68791341FDD94846A146F0457FF7B455", "Khalti:Widget:SecretKey",
        "published sample key")]
    [InlineData("Sandbox", "live_public_key_" + Tail, "live_secret_key_" + SecretTail, "Khalti:Widget:PublicKey", "Live")]
    public async Task Keys_of_another_mode_are_refused_and_not_printed(
        string mode, string? publicKey, string? secretKey, string setting, string says)
    {
        string sentence = await Starting.RefusalAsync(
            "Production", ("Khalti:Mode", mode), ("Khalti:Widget:PublicKey", publicKey), ("Khalti:Widget:SecretKey", secretKey));

        sentence.ShouldContain(setting);
        sentence.ShouldContain(says);
        sentence.ShouldNotContain(SecretTail);
        sentence.ShouldNotContain("f59e8b7d");
    }

    [Theory]
    [InlineData("Khalti:Widget:BaseUrl", "khalti.com")]
    [InlineData("Khalti:Widget:BaseUrl", "http://khalti.com")]
    [InlineData("Khalti:Widget:BaseUrl", "ftp://khalti.com")]
    [InlineData("Khalti:Widget:BaseUrl", "https://khalti.com/api")]
    [InlineData("Khalti:Widget:BaseUrl", "https://khalti.com?x=1")]
    [InlineData("Khalti:Widget:BaseUrl", "https://user:pass@khalti.com")]
    [InlineData("Khalti:Widget:ScriptUrl", "/js/khalti.js")]
    [InlineData("Khalti:Widget:ScriptUrl", "http://khalti.com/khalti.js")]
    [InlineData("Khalti:Widget:ScriptUrl", "javascript:alert(1)")]
    public async Task An_invalid_or_unencrypted_Khalti_address_is_refused(string setting, string address)
    {
        string sentence = await Starting.RefusalAsync("Development", ("Khalti:Mode", "Sandbox"), (setting, address));

        sentence.ShouldContain(setting);
        sentence.ShouldContain("https://");
    }

    [Fact]
    public async Task A_key_does_not_cross_a_network_in_the_clear_outside_the_sandbox() =>
        (await Starting.RefusalAsync(
            "Development", ("Khalti:Mode", "Test"), ("Khalti:Widget:PublicKey", "test_public_key_" + Tail),
            ("Khalti:Widget:SecretKey", "test_secret_key_" + SecretTail), ("Khalti:Widget:BaseUrl", "http://192.0.2.1")))
            .ShouldStartWith("Khalti:Widget:BaseUrl must be a full https:// address");

    [Fact]
    public async Task A_plain_http_sandbox_on_another_machine_is_taken()
    {
        (string, string?)[] settings =
            [("Khalti:Mode", "Sandbox"), ("Sandbox:Embedded", "false"), ("Sandbox:Url", "http://sandbox:5081")];

        (await Starting.TryAsync("Development", settings)).ShouldBeNull();
        (await Starting.TryAsync("Development", [.. settings, ("Sandbox:PublicUrl", "http://192.168.1.20:5081")])).ShouldBeNull();
    }

    [Theory]
    [InlineData("Sandbox:Url", "http://khalti.com")]
    [InlineData("Sandbox:PublicUrl", "http://test-pay.khalti.com")]
    public async Task A_refused_address_of_the_sandbox_is_named_by_the_setting_that_gave_it(string setting, string address) =>
        (await Starting.RefusalAsync("Development", ("Khalti:Mode", "Sandbox"), ("Sandbox:Embedded", "false"), (setting, address)))
            .ShouldStartWith(setting + " must be a full https:// address");

    [Theory]
    [InlineData("0", "between 1 and 60")]
    [InlineData("61", "between 1 and 60")]
    [InlineData("-5", "between 1 and 60")]
    [InlineData("abc", "a whole number")]
    [InlineData("1.5", "a whole number")]
    [InlineData("99999999999", "a whole number")]
    public async Task A_time_limit_out_of_bounds_is_refused(string seconds, string says)
    {
        string sentence = await Starting.RefusalAsync("Development", ("Khalti:TimeoutSeconds", seconds));

        sentence.ShouldStartWith("Khalti:TimeoutSeconds");
        sentence.ShouldContain(says);
    }

    [Fact]
    public async Task A_secret_key_in_the_wrong_setting_is_not_printed()
    {
        string sentence = await Starting.RefusalAsync("Development", ("Khalti:TimeoutSeconds", "live_secret_key_" + SecretTail));

        sentence.ShouldNotContain(SecretTail);
    }

    [Theory]
    [InlineData("VISA")]
    [InlineData("khalti")]
    public async Task An_unknown_payment_preference_is_refused(string preference) =>
        (await Starting.RefusalAsync("Development", ("Khalti:Widget:PaymentPreference:0", preference)))
            .ShouldContain("Khalti:Widget:PaymentPreference");

    [Theory]
    [InlineData("Sandbox:Url", "nonsense")]
    [InlineData("Sandbox:Url", "ftp://localhost:5081")]
    [InlineData("Sandbox:Url", "http://localhost:5081/path")]
    [InlineData("Sandbox:Url", "")]
    [InlineData("Sandbox:PublicUrl", "localhost:5081/x")]
    [InlineData("Sandbox:Embedded", "perhaps")]
    public async Task An_unreachable_sandbox_is_refused(string setting, string value) =>
        (await Starting.RefusalAsync("Development", (setting, value))).ShouldContain(setting);

    [Theory]
    [InlineData("Sandbox", null, null)]
    [InlineData("Test", "test_public_key_" + Tail, "test_secret_key_" + SecretTail)]
    [InlineData("Live", "live_public_key_" + Tail, "live_secret_key_" + SecretTail)]
    [InlineData("live", "live_public_key_" + Tail, "live_secret_key_" + SecretTail)]
    public async Task Valid_settings_start_in_production(string mode, string? publicKey, string? secretKey) =>
        (await Starting.TryAsync(
            "Production", ("Khalti:Mode", mode), ("Khalti:Widget:PublicKey", publicKey), ("Khalti:Widget:SecretKey", secretKey)))
            .ShouldBeNull();
}
