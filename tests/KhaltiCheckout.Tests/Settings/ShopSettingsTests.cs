using KhaltiCheckout.Admin;
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
    public async Task A_wrong_setting_is_named_with_what_to_change(string setting, string value, string says)
    {
        string sentence = await Starting.RefusalAsync("Development", (setting, value));

        sentence.ShouldContain(setting.Split(':')[0]);
        sentence.ShouldContain(setting.Split(':')[1] == "MinimumLevel" ? "Serilog" : setting);
        sentence.ShouldContain(says);
    }

    [Fact]
    public async Task Several_wrong_settings_are_all_named()
    {
        string sentence = await Starting.RefusalAsync("Development", ("Store:MinAmount", "1"), ("RateLimits:PostsPerMinute", "-1"), ("Admin:ApiKeys:0", "short"));

        sentence.ShouldContain("Store:MinAmount");
        sentence.ShouldContain("RateLimits:PostsPerMinute");
        sentence.ShouldContain("Admin:ApiKeys:0");
    }

    [Theory]
    [InlineData(AdminOptionsRules.DevelopmentKey, "development key")]
    [InlineData("", "blank")]
    [InlineData("   ", "blank")]
    [InlineData("too-short", "16 characters")]
    [InlineData("a long key with blanks in the middle", "without blanks")]
    public async Task In_production_a_key_that_anybody_could_guess_is_refused_and_not_shown(string key, string says)
    {
        string sentence = await Starting.RefusalAsync("Production", ("Khalti:Mode", "Sandbox"), ("Admin:ApiKeys:0", key));

        sentence.ShouldContain("Admin:ApiKeys:0");
        sentence.ShouldContain(says);
        if (!string.IsNullOrWhiteSpace(key))
        {
            sentence.ShouldNotContain(key);
        }
    }

    [Fact]
    public async Task In_production_the_second_key_is_looked_at_too() =>
        (await Starting.RefusalAsync("Production", ("Khalti:Mode", "Sandbox"), ("Admin:ApiKeys:0", Key), ("Admin:ApiKeys:1", AdminOptionsRules.DevelopmentKey)))
            .ShouldContain("Admin:ApiKeys:1");

    [Fact]
    public async Task In_development_the_published_key_will_do() =>
        (await Starting.TryAsync("Development", ("Admin:ApiKeys:0", AdminOptionsRules.DevelopmentKey))).ShouldBeNull();

    [Fact]
    public async Task In_production_several_keys_of_ones_own_will_do() =>
        (await Starting.TryAsync("Production", ("Khalti:Mode", "Sandbox"), ("Admin:ApiKeys:0", Key), ("Admin:ApiKeys:1", Key + "2"))).ShouldBeNull();
}
