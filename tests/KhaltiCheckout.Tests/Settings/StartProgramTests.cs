using System.Net;
using System.Net.Sockets;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Settings;

/// <summary>The real program, started wrongly: exit code 1, one sentence on the error stream, and no stack trace anywhere.</summary>
public sealed class StartProgramTests
{
    [Theory]
    [InlineData("Khalti:Mode is not set: choose Sandbox, Test or Live.")]
    [InlineData("Khalti:Mode can't be read: write Sandbox, Test or Live.", "--Khalti:Mode=Foo")]
    [InlineData("Khalti:TimeoutSeconds can't be read: write a whole number.", "--Khalti:Mode=Sandbox", "--Khalti:TimeoutSeconds=abc")]
    [InlineData("Khalti:TimeoutSeconds must be between 1 and 60.", "--Khalti:Mode=Sandbox", "--Khalti:TimeoutSeconds=61")]
    [InlineData(
        "Store:OrderLifetime can't be read: write a length of time, such as 01:00:00 for an hour.", "--Khalti:Mode=Sandbox",
        "--Store:OrderLifetime=soon")]
    [InlineData(
        "Khalti:Widget:PublicKey is missing: Mode Live wants the live_public_key_ from Khalti's merchant dashboard.", "--Khalti:Mode=Live")]
    [InlineData(
        "Admin:ApiKeys has no key: set Admin:ApiKeys:0 to a long random text (as an environment variable, Admin__ApiKeys__0).",
        "--Khalti:Mode=Sandbox", "--urls=http://*:0")]
    [InlineData("Log:Format must be Text, Json or None.", "--Khalti:Mode=Sandbox", "--Log:Format=Xml")]
    [InlineData(
        "The address in --urls can't be read: write it in full, such as http://localhost:5080.", "--Khalti:Mode=Sandbox", "--urls=nonsense",
        "--Admin:ApiKeys:0=" + Starting.MerchantKey)]
    public async Task An_invalid_setting_prints_one_sentence(string sentence, params string[] arguments)
    {
        (int exitCode, string[] output, string[] errors) = await ShopProgram.RunAsync("Production", arguments);

        ShouldBeRefused(exitCode, output, errors).ShouldBe("Khalti Checkout can't start: " + sentence);
    }

    [Fact]
    public async Task A_port_in_use_prints_one_sentence()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        string address = "http://127.0.0.1:" + ((IPEndPoint)taken.LocalEndpoint)
            .Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        (int exitCode, string[] output, string[] errors) = await ShopProgram.RunAsync("Development", "--urls=" + address);
        string sentence = ShouldBeRefused(exitCode, output, errors);
        sentence.ShouldContain(address);
        sentence.ShouldContain("--urls");

        (exitCode, output, errors) = await ShopProgram.RunAsync("Development", "--Sandbox:Url=" + address);
        sentence = ShouldBeRefused(exitCode, output, errors);
        sentence.ShouldContain(address);
        sentence.ShouldContain("Sandbox:Url");
    }

    private static string ShouldBeRefused(int exitCode, string[] output, string[] errors)
    {
        string all = string.Join('\n', output.Concat(errors));
        exitCode.ShouldBe(1, all);
        output.ShouldAllBe(line => !line.StartsWith("   at ", StringComparison.Ordinal) && !line.Contains("Exception"));
        return errors.ShouldHaveSingleItem();
    }
}
