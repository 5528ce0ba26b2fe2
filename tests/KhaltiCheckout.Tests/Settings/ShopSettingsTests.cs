using KhaltiCheckout.Access;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Settings;

/// <summary>Settings of the shop, its limits and its keys.</summary>
public sealed class ShopSettingsTests
{
    private const string Key = "another-long-random-text-9876543210";

    [Theory]
    [InlineData("Store:OrderLifetime", "00:00:00", "such as 01:00:00")]
    [InlineData("Store:OrderLifetime", "-01:00:00", "such as 01:00:00")]
    [InlineData("Store:OrderLifetime", "60", "such as 01:00:00")]
    [InlineData("Store:OrderLifetime", "99999.00:00:00", "such as 01:00:00")]
    [InlineData("Store:OrderLifetime", "an hour", "such as 01:00:00")]
    [InlineData("Store:MinAmount", "10", "1000 paisa")]
    [InlineData("Store:MinAmount", "-1000", "1000 paisa")]
    [InlineData("Store:MinAmount", "10.50", "a whole number")]
    [InlineData("Store:MaxAmount", "999", "Store:MinAmount")]
    [InlineData("Store:MaxAmount", "lots", "a whole number")]
    [InlineData("Store:Name", "", "give the shop a name")]
    [InlineData("Store:Name", "Two\nlines", "one line")]
    [InlineData("Store:PublicUrl", "shop.example", "https://shop.example")]
    [InlineData("RateLimits:PostsPerMinute", "-1", "0 (no limit) or more")]
    [InlineData("RateLimits:PostsPerMinute", "many", "a whole number")]
    [InlineData("Reconciliation:Interval", "often", "such as 01:00:00")]
    [InlineData("Log:Format", "Xml", "Text, Json or None")]
    [InlineData("Serilog:MinimumLevel:Default", "Loud", "its documentation")]
    [InlineData("Database:Provider", "Oracle", "Sqlite or PostgreSql")]
    public async Task An_invalid_setting_is_named_with_its_correction(string setting, string value, string says)
    {
        string sentence = await Starting.RefusalAsync("Development", (setting, value));

        sentence.ShouldContain(setting.Split(':')[0]);
        sentence.ShouldContain(setting.Split(':')[1] == "MinimumLevel" ? "Serilog" : setting);
        sentence.ShouldContain(says);
    }

    [Fact]
    public async Task Several_invalid_settings_are_all_named()
    {
        string sentence = await Starting.RefusalAsync(
            "Development", ("Store:MinAmount", "1"), ("RateLimits:PostsPerMinute", "-1"), ("Admin:ApiKeys:0", "short"));

        sentence.ShouldContain("Store:MinAmount");
        sentence.ShouldContain("RateLimits:PostsPerMinute");
        sentence.ShouldContain("Admin:ApiKeys:0");
    }

    // Every start that is not Mode Sandbox on a loopback address: the environment makes no difference.
    public static TheoryData<string, (string, string?)[]> StartsForOthers => new()
    {
        { "Production", [("Khalti:Mode", "Sandbox"), ("urls", "http://0.0.0.0:0")] },
        { "Development", [("Khalti:Mode", "Sandbox"), ("urls", "http://localhost:0;http://*:0")] },
        { "Development", [("Khalti:Mode", "Sandbox"), ("http_ports", "0")] },
        { "Development", [("Khalti:Mode", "Sandbox"), ("Kestrel:Endpoints:Http:Url", "http://[::]:0")] },
        { "Production", [("Khalti:Mode", "Sandbox"), ("Store:PublicUrl", "https://demo.example")] },
        { "Production", [("Khalti:Mode", "Sandbox"), ("urls", "http://127.0.0.1:0"), ("Store:PublicUrl", "http://192.168.1.20:5080")] },
        { "Development", Live },
        { "Production", Live },
        { "Development", Test },
    };

    private static (string, string?)[] Live =>
    [
        ("Khalti:Mode", "Live"), ("Khalti:Widget:PublicKey", "live_public_key_4f2a91c07d"),
        ("Khalti:Widget:SecretKey", "live_secret_key_8b6e03d51a"),
    ];

    private static (string, string?)[] Test =>
    [
        ("Khalti:Mode", "Test"), ("Khalti:Widget:PublicKey", "test_public_key_4f2a91c07d"),
        ("Khalti:Widget:SecretKey", "test_secret_key_8b6e03d51a"),
    ];

    [Theory]
    [MemberData(nameof(StartsForOthers))]
    public async Task The_development_key_is_accepted_only_by_a_sandbox_on_loopback(string environment, (string, string?)[] start)
    {
        string sentence = await Starting.RefusalAsync(
            environment, [.. start, ("Admin:ApiKeys:0", Key), ("Admin:ApiKeys:1", AdminOptionsRules.DevelopmentKey)]);

        sentence.ShouldContain("Admin:ApiKeys:1 is the published development key");
        sentence.ShouldNotContain(AdminOptionsRules.DevelopmentKey);
        (await Starting.TryAsync(environment, [.. start, ("Admin:ApiKeys:0", Key)])).ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(StartsForOthers))]
    public async Task Unlimited_posts_are_accepted_only_by_a_sandbox_on_loopback(string environment, (string, string?)[] start)
    {
        foreach (string setting in (string[])["PostsPerMinute", "OrdersPerMinute", "PostsPerMinuteInAll", "OrdersPerMinuteInAll"])
        {
            (await Starting.RefusalAsync(environment, [.. start, ("Admin:ApiKeys:0", Key), ($"RateLimits:{setting}", "0")]))
                .ShouldBe($"RateLimits:{setting} is 0 (no limit), which is for Mode Sandbox on this machine only: set a number.");
        }
    }

    [Theory]
    [InlineData("", "blank")]
    [InlineData("   ", "blank")]
    [InlineData("a-key-of-the-merchant-012345678", "32 characters")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "10 different characters")]
    [InlineData("123456789123456789123456789123456789", "10 different characters")]
    [InlineData("a long key with blanks in the middle", "without blanks")]
    public async Task A_weak_key_is_refused_and_not_printed(string key, string says)
    {
        string sentence = await Starting.RefusalAsync("Development", [.. Live, ("Admin:ApiKeys:0", key)]);

        sentence.ShouldContain("Admin:ApiKeys:0");
        sentence.ShouldContain(says);
        if (!string.IsNullOrWhiteSpace(key))
        {
            sentence.ShouldNotContain(key);
        }
    }

    [Theory]
    [InlineData("Development", "http://localhost:0")]
    [InlineData("Production", "http://127.0.0.1:0;http://[::1]:0")]
    [InlineData("Production", "http://127.0.0.1:0", "http://localhost:5080")]
    [InlineData("Production", "http://127.0.0.1:0", "https://127.1.2.3")]
    [InlineData("Production", "http://127.0.0.1:0", "http://[::1]:5080")]
    public async Task A_sandbox_on_loopback_starts_with_the_development_key(string environment, string urls, string publicUrl = "") =>
        (await Starting.TryAsync(
            environment, ("Khalti:Mode", "Sandbox"), ("urls", urls), ("Store:PublicUrl", publicUrl),
            ("Admin:ApiKeys:0", AdminOptionsRules.DevelopmentKey))).ShouldBeNull();

    [Fact]
    public async Task Several_custom_keys_are_accepted() =>
        (await Starting.TryAsync("Production", [.. Live, ("Admin:ApiKeys:0", Key), ("Admin:ApiKeys:1", Key + "2")])).ShouldBeNull();

    [Theory]
    [InlineData("ForwardedHeaders:Hops", "-1", "between 0 and 10")]
    [InlineData("ForwardedHeaders:KnownNetworks:0", "10.0.0.0/99", "10.0.0.0/24")]
    [InlineData("ForwardedHeaders:KnownNetworks:0", "proxy.example", "10.0.0.0/24")]
    public async Task Invalid_proxies_are_refused(string setting, string value, string says)
    {
        string sentence = await Starting.RefusalAsync("Development", (setting, value));

        sentence.ShouldContain("ForwardedHeaders:");
        sentence.ShouldContain(says);
    }

    [Fact]
    public void The_settings_of_Development_are_neither_published_nor_in_the_image()
    {
        const string Development = "appsettings.Development.json";

        File.ReadAllText(Path.Combine(Repository.Root, "src", "KhaltiCheckout", "KhaltiCheckout.csproj")).ShouldNotContain(Development);
        File.ReadAllText(Path.Combine(Repository.Root, "Dockerfile")).ShouldNotContain(Development);
        File.Exists(Path.Combine(Path.GetDirectoryName(Repository.Shop)!, Development)).ShouldBeFalse();
    }
}
