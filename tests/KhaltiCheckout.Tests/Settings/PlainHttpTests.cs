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
    public async Task A_public_address_on_https_or_localhost_is_accepted(string setting, string value) =>
        (await Starting.TryAsync("Production", [.. Live, (setting, value)])).ShouldBeNull();

    [Fact]
    public async Task Http_behind_a_configured_proxy_is_accepted() =>
        (await Starting.TryAsync(
            "Production", [.. Live, ("Store:PublicUrl", "http://shop.example"), ("ForwardedHeaders:KnownNetworks:0", "10.0.0.0/24")]))
            .ShouldBeNull();

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    public async Task A_network_listen_address_on_http_is_refused_in_Live(string urls)
    {
        (int exitCode, _, string[] errors) = await ShopProgram.RunAsync(
            "Production",
            [.. Live.Select(one => $"--{one.Key}={one.Value}"), "--urls=" + urls, "--Admin:ApiKeys:0=" + Starting.MerchantKey]);

        exitCode.ShouldBe(1);
        errors.ShouldHaveSingleItem().ShouldStartWith("Khalti Checkout can't start: Live payments would be taken over plain http: set");
    }
}
