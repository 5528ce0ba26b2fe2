using System.Security.Cryptography;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Gateway;

/// <summary>The hash of Khalti's script: as a setting, on the wire, and from the command that prints it.</summary>
public sealed class ScriptIntegrityTests
{
    private static readonly string Hash = ScriptIntegrity.Of("alert(1)"u8);

    [Fact]
    public async Task Pages_get_the_configured_script_hash()
    {
        await using Shop shop = await Shop.OpenAsync(("Khalti:Widget:ScriptIntegrity", Hash));

        ((string?)(await shop.AskAsync("/api/v1/config")).Json["widget"]!["scriptIntegrity"]).ShouldBe(Hash);
    }

    [Theory]
    [InlineData("sha384-")]
    [InlineData("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=")]
    [InlineData("oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC")]
    [InlineData("sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC; script-src *")]
    public async Task An_invalid_script_hash_stops_the_start(string text) =>
        (await Starting.RefusalAsync("Development", ("Khalti:Widget:ScriptIntegrity", text)))
            .ShouldContain("Khalti:Widget:ScriptIntegrity");

    [Fact]
    public async Task The_hash_command_prints_the_setting_for_an_address()
    {
        await using Shop shop = await Shop.OpenAsync();
        Uri script = new((string)(await shop.AskAsync("/api/v1/config")).Json["widget"]!["scriptUrl"]!);
        byte[] served = await shop.Http.GetByteArrayAsync(script, TestContext.Current.CancellationToken);

        (int exitCode, string output, string errors) = await PrintAsync(script);

        (exitCode, errors).ShouldBe((0, ""));
        output.Trim().ShouldBe("Khalti:Widget:ScriptIntegrity=sha384-" + Convert.ToBase64String(SHA384.HashData(served)));
        ScriptIntegrity.IsHash(output.Trim().Split('=', 2)[1]).ShouldBeTrue();
    }

    [Fact]
    public async Task The_hash_command_needs_no_settings()
    {
        await using Shop shop = await Shop.OpenAsync();
        string script = (string)(await shop.AskAsync("/api/v1/config")).Json["widget"]!["scriptUrl"]!;

        (int exitCode, string[] output, string[] errors) = await ShopProgram.RunCommandAsync("Production", "widget-hash", script);

        exitCode.ShouldBe(0, string.Join('\n', errors));
        output.ShouldHaveSingleItem().ShouldStartWith("Khalti:Widget:ScriptIntegrity=sha384-");
        (await ShopProgram.RunCommandAsync("Production", "widget-hash", "khalti.js")).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task A_script_without_CORS_headers_is_printed_with_a_warning()
    {
        await using Shop shop = await Shop.OpenAsync();

        (int exitCode, string output, string errors) = await PrintAsync(new Uri(shop.Http.BaseAddress!, "/js/shop.js"));

        exitCode.ShouldBe(1);
        output.ShouldContain("sha384-");
        errors.ShouldContain("Do not set it");
    }

    [Theory]
    [InlineData("/nope.js", "answered 404")]
    [InlineData("http://127.0.0.1:9/", "can't be reached")]
    public async Task An_address_without_a_script_has_no_hash(string address, string says)
    {
        await using Shop shop = await Shop.OpenAsync();

        (int exitCode, string output, string errors) = await PrintAsync(new Uri(shop.Http.BaseAddress!, address));

        (exitCode, output).ShouldBe((1, ""));
        errors.ShouldContain(says);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> PrintAsync(Uri address)
    {
        using HttpClient http = new();
        using StringWriter output = new();
        using StringWriter errors = new();
        int exitCode = await ScriptIntegrity.PrintAsync(http, address, output, errors, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), errors.ToString());
    }
}
