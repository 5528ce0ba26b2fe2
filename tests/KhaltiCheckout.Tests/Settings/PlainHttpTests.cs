using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Settings;

/// <summary>Live payments are not taken over plain http on a network.</summary>
public sealed class PlainHttpTests
{
    private static readonly (string Key, string? Value)[] Live =
    [
        ("Khalti:Mode", "Live"),
        ("Khalti:Widget:PublicKey", "live_public_key_0123456789abcdef0123456789abcdef"),
        ("Khalti:Widget:SecretKey", "live_secret_key_fedcba9876543210fedcba9876543210"),
    ];

    [Fact]
    public async Task A_public_address_on_http_is_refused_in_Live()
    {
        string sentence = await Starting.RefusalAsync("Production", [.. Live, ("Store:PublicUrl", "http://shop.example")]);

        sentence.ShouldStartWith("Live payments would be taken over plain http: set Store:PublicUrl");
        sentence.ShouldContain("ForwardedHeaders:KnownNetworks");
    }

    [Theory]
    [InlineData("Store:PublicUrl", "https://shop.example")]
    [InlineData("Store:PublicUrl", "http://localhost:5080")]
    [InlineData("Store:PublicUrl", "")]
    public async Task An_address_on_https_or_on_this_machine_is_taken(string setting, string value) =>
        (await Starting.TryAsync("Production", [.. Live, (setting, value)])).ShouldBeNull();

    [Fact]
    public async Task With_a_proxy_in_front_that_the_settings_name_http_behind_it_is_taken() =>
        (await Starting.TryAsync("Production", [.. Live, ("Store:PublicUrl", "http://shop.example"), ("ForwardedHeaders:KnownNetworks:0", "10.0.0.0/24")]))
            .ShouldBeNull();

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    public async Task Without_a_public_address_a_program_that_a_network_reaches_by_http_does_not_start_in_Live(string urls)
    {
        (int exitCode, _, string[] errors) = await ShopProgram.RunAsync(
            "Production", [.. Live.Select(one => $"--{one.Key}={one.Value}"), "--urls=" + urls, "--Admin:ApiKeys:0=" + Starting.MerchantKey]);

        exitCode.ShouldBe(1);
        errors.ShouldHaveSingleItem().ShouldStartWith("Khalti Checkout can't start: Live payments would be taken over plain http: set");
    }
}
