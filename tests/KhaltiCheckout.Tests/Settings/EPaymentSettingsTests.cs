using KhaltiCheckout.Gateway;
using KhaltiCheckout.Settings;
using KhaltiCheckout.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Tests.Settings;

/// <summary>Settings of ePayment that would lose money or trust: each stops the start with one sentence, without the key.</summary>
public sealed class EPaymentSettingsTests
{
    private const string Tail = "fedcba9876543210fedcba9876543210";
    private const string Secret = "live_secret_key_" + Tail;

    private static readonly (string Key, string? Value)[] OnlyEPayment =
        [("Khalti:Widget:Enabled", "false"), ("Store:PublicUrl", "https://shop.example"), ("Khalti:EPayment:SecretKey", Secret)];

    public static TheoryData<string, string, string?> Hosts => new()
    {
        { "Test", "https://dev.khalti.com", null },
        { "Test", "https://a.khalti.com", null },
        { "Test", "https://DEV.khalti.com/", null },
        { "Test", "https://khalti.com", "set the mode to Live" },
        { "Test", "https://KHALTI.COM/", "set the mode to Live" },
        { "Test", "https://khalti.com.", "set the mode to Live" },
        { "Test", "https://www.khalti.com", "set the mode to Live" },
        { "Sandbox", "https://khalti.com", "set the mode to Live" },
        { "Live", "https://khalti.com", null },
        { "Live", "https://dev.khalti.com", "test host" },
        { "Live", "https://a.khalti.com", "test host" },
        { "Live", "https://Dev.Khalti.Com", "test host" },
        { "Live", "https://dev.khalti.com.", "test host" },
    };

    [Theory]
    [MemberData(nameof(Hosts))]
    public void The_ePayment_host_decides_between_test_and_live(string mode, string host, string? says) =>
        ShouldSay(Refusal([("Khalti:Mode", mode), .. OnlyEPayment, ("Khalti:EPayment:BaseUrl", host)]), says, "Khalti:EPayment:BaseUrl");

    [Theory]
    [InlineData("khalti.com")]
    [InlineData("http://khalti.com")]
    [InlineData("http://192.0.2.1")]
    [InlineData("ftp://khalti.com")]
    [InlineData("https://khalti.com/api/v2")]
    [InlineData("https://khalti.com/?x=1")]
    [InlineData("https://user:pass@khalti.com")]
    [InlineData("/api/v2/")]
    public void An_invalid_or_unencrypted_Khalti_address_is_refused(string address) =>
        ShouldSay(
            Refusal([("Khalti:Mode", "Live"), .. OnlyEPayment, ("Khalti:EPayment:BaseUrl", address)]), "https://",
            "Khalti:EPayment:BaseUrl");

    [Theory]
    [InlineData("live_secret_key_68791341fdd94846a146f0457ff7b455", "published sample key")]
    [InlineData("05bf95cc57244045b8df5fad06748dab", "published sample key")]
    [InlineData("live_secret_key_DC74E0FD57CB46CD93832AEE0A390234", "published sample key")]
    [InlineData("live_secret_key_33333333333333333333333333333333", "published sample key")]
    [InlineData("live_secret_key_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "published sample key")]
    [InlineData("live_public_key_" + Tail, "public key")]
    [InlineData("test_public_key_" + Tail, "public key")]
    [InlineData("live_secret_key_", "not a whole key")]
    [InlineData(Secret + "\n", "not a whole key")]
    [InlineData("Key " + Secret, "not a whole key")]
    [InlineData("live_secret_key_" + Tail + "…", "not a whole key")]
    public void A_missing_or_published_key_is_refused_and_not_printed(string key, string says)
    {
        string? sentence = Refusal([("Khalti:Mode", "Live"), .. OnlyEPayment, ("Khalti:EPayment:SecretKey", key)]);

        ShouldSay(sentence, says, "Khalti:EPayment:SecretKey");
        sentence!.ShouldNotContain(key.Trim(), Case.Insensitive);
        sentence!.ShouldNotContain(key.Trim()[^6..], Case.Insensitive);
    }

    [Theory]
    [InlineData("Live", Secret)]
    [InlineData("Live", Tail)]
    [InlineData("Test", Secret)]
    [InlineData("Test", "test_secret_key_" + Tail)]
    [InlineData("Test", "live_secret_key_68791341fdd94846a146f0457ff7b455")]
    public void The_prefix_of_an_ePayment_key_is_not_checked(string mode, string key) =>
        Refusal([("Khalti:Mode", mode), .. OnlyEPayment, ("Khalti:EPayment:SecretKey", key)]).ShouldBeNull();

    [Theory]
    [InlineData("true", "")]
    [InlineData("true", "  ")]
    [InlineData("true", null)]
    public void EPayment_enabled_without_a_key_is_refused(string enabled, string? key) =>
        ShouldSay(
            Refusal([("Khalti:Mode", "Live"), .. OnlyEPayment, ("Khalti:EPayment:Enabled", enabled), ("Khalti:EPayment:SecretKey", key)]),
            "is missing", "Khalti:EPayment:SecretKey");

    [Theory]
    [InlineData("Live", "false")]
    [InlineData("Live", null)]
    [InlineData("Test", null)]
    [InlineData("Sandbox", "false")]
    public void A_shop_without_a_payment_method_is_refused(string mode, string? enabled) =>
        ShouldSay(
            Refusal(("Khalti:Mode", mode), ("Khalti:Widget:Enabled", "false"), ("Khalti:EPayment:Enabled", enabled)),
            "no order could be paid",
            "Khalti:EPayment:Enabled");

    [Theory]
    [InlineData("Live", null, "https://shop.example")]
    [InlineData("Test", "", "https://shop.example")]
    [InlineData("Live", "shop.example", "https://shop.example")]
    [InlineData("Live", "https://shop.example/pay", "without a path")]
    [InlineData("Live", "https://shop.example/?x=1", "without a path")]
    [InlineData("Live", "https://user:pass@shop.example/", "without a path")]
    [InlineData("Live", "ftp://shop.example", "https://shop.example")]
    [InlineData("Live", "javascript:alert(1)", "https://shop.example")]
    [InlineData("Sandbox", "shop.example", "https://shop.example")]
    [InlineData("Live", "https://shop.example", null)]
    [InlineData("Live", "https://shop.example:8443/", null)]
    [InlineData("Sandbox", null, null)]
    [InlineData("Sandbox", "", null)]
    public void EPayment_requires_a_public_address(string mode, string? address, string? says) =>
        ShouldSay(Refusal([("Khalti:Mode", mode), .. OnlyEPayment, ("Store:PublicUrl", address)]), says, "Store:PublicUrl");

    [Fact]
    public void A_shop_with_the_widget_only_needs_no_public_address() =>
        Refusal(
            ("Khalti:Mode", "Live"), ("Khalti:Widget:PublicKey", "live_public_key_" + Tail),
            ("Khalti:Widget:SecretKey", Secret)).ShouldBeNull();

    [Theory]
    [InlineData("other-shop.example/paid")]
    [InlineData("/paid")]
    [InlineData("//other-shop.example/paid")]
    [InlineData("javascript:alert(1)")]
    [InlineData("ftp://other-shop.example/paid")]
    [InlineData("https://other-shop.example/paid#done")]
    [InlineData("https://user:pass@other-shop.example/paid")]
    [InlineData("")]
    public void An_invalid_return_page_is_refused(string url) =>
        ShouldSay(
            Refusal(
                [("Khalti:Mode", "Live"), .. OnlyEPayment, ("Store:ReturnUrls:0", "https://fine.example/"), ("Store:ReturnUrls:1", url)]),
            "https://", "Store:ReturnUrls");

    [Fact]
    public void Return_addresses_may_have_paths_and_queries() =>
        Refusal([("Khalti:Mode", "Live"), .. OnlyEPayment, ("Store:ReturnUrls:0", "https://other-shop.example/paid?lang=ne")])
            .ShouldBeNull();

    [Theory]
    [InlineData("Sandbox", null, true, "http://localhost:5081", "live_secret_key_33333333333333333333333333333333")]
    [InlineData("Sandbox", Secret, true, "http://localhost:5081", Secret)]
    [InlineData("Test", null, false, "https://dev.khalti.com", null)]
    [InlineData("Test", Secret, true, "https://dev.khalti.com", Secret)]
    [InlineData("Live", null, false, "https://khalti.com", null)]
    [InlineData("Live", Secret, true, "https://khalti.com", Secret)]
    [InlineData("Live", " ", false, "https://khalti.com", " ")]
    public void The_mode_sets_default_values(string mode, string? key, bool on, string host, string? used)
    {
        EPaymentOptions epayment = Settled([("Khalti:Mode", mode), ("Khalti:EPayment:SecretKey", key)]).Khalti.EPayment;

        (epayment.IsOn, epayment.BaseUrl, epayment.SecretKey).ShouldBe((on, host, used));
    }

    [Fact]
    public void Configured_values_override_the_modes_defaults()
    {
        EPaymentOptions epayment = Settled([
            ("Khalti:Mode", "Sandbox"), ("Khalti:EPayment:Enabled", "false"),
            ("Khalti:EPayment:BaseUrl", "http://127.0.0.1:9")]).Khalti.EPayment;

        (epayment.IsOn, epayment.BaseUrl).ShouldBe((false, "http://127.0.0.1:9"));
    }

    [Fact]
    public async Task An_invalid_ePayment_setting_stops_the_start_with_its_message() =>
        (await Starting.RefusalAsync(
            "Production", [("Khalti:Mode", "Live"), .. OnlyEPayment, ("Khalti:EPayment:BaseUrl", "https://dev.khalti.com")]))
            .ShouldBe("Khalti:EPayment:BaseUrl is Khalti's test host, but Khalti:Mode is Live: take the address out.");

    [Theory]
    [InlineData("Test")]
    [InlineData("Live")]
    public async Task EPayment_starts_in_production_with_key_and_public_address(string mode) =>
        (await Starting.TryAsync("Production", [("Khalti:Mode", mode), .. OnlyEPayment])).ShouldBeNull();

    private static void ShouldSay(string? sentence, string? says, string setting)
    {
        if (says is null)
        {
            sentence.ShouldBeNull();
            return;
        }

        sentence.ShouldNotBeNull("it was taken");
        sentence.ShouldContain(setting);
        sentence.ShouldContain(says);
        sentence.ShouldNotContain(Tail);
        sentence.ShouldEndWith(".");
        sentence.ShouldNotContain("\n");
    }

    // The rules themselves, without starting a shop for each.
    private static string? Refusal(params (string Key, string? Value)[] settings)
    {
        (KhaltiOptions khalti, StoreOptions store) = Settled(settings);
        ValidateOptionsResult gateway = new KhaltiOptionsRules().Validate(null, khalti);
        ValidateOptionsResult shop = new StoreOptionsRules().Validate(null, store);
        ValidateOptionsResult address = new PublicAddressRules(Options.Create(khalti), new ConfigurationBuilder().Build())
            .Validate(null, store);
        return gateway.FailureMessage ?? shop.FailureMessage ?? address.FailureMessage;
    }

    private static (KhaltiOptions Khalti, StoreOptions Store) Settled((string Key, string? Value)[] settings)
    {
        Dictionary<string, string?> all = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string key, string? value) in settings)
        {
            all[key] = value;
        }

        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(all).Build();
        KhaltiOptions khalti = new();
        configuration.GetSection(KhaltiOptions.Section).Bind(khalti);
        new KhaltiDefaults(Options.Create(new SandboxSettings())).PostConfigure(null, khalti);
        StoreOptions store = new();
        configuration.GetSection(StoreOptions.Section).Bind(store);
        return (khalti, store);
    }
}
