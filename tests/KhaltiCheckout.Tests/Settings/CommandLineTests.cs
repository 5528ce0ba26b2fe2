using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Settings;

/// <summary>What every command has in common: help, version, exit codes and completion of the real program.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public async Task Help_lists_every_command_the_exit_codes_and_how_to_give_settings()
    {
        (int exitCode, string[] output, string[] errors) = await ShopProgram.RunCommandAsync("Production", "--help");

        (exitCode, errors.Length).ShouldBe((0, 0));
        string help = string.Join('\n', output);
        help.ShouldContain("keys ");
        help.ShouldContain("backup <file>");
        help.ShouldContain("Exit codes of commands: 0 done, 1 not done, 2 wrong usage.");
        help.ShouldContain("--Khalti:Mode=Test");
    }

    [Fact]
    public async Task Help_of_a_command_lists_its_options()
    {
        (int exitCode, string[] output, _) = await ShopProgram.RunCommandAsync("Production", "keys", "create", "--help");

        exitCode.ShouldBe(0);
        output.ShouldContain(line => line.Contains("--name <name> (REQUIRED)", StringComparison.Ordinal));
        output.ShouldContain(line => line.Contains("admin, checkout, read, refund", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Version_prints_the_programs_version()
    {
        (int exitCode, string[] output, string[] errors) = await ShopProgram.RunCommandAsync("Production", "--version");

        (exitCode, errors.Length).ShouldBe((0, 0));
        output.ShouldHaveSingleItem().ShouldMatch(@"^\d+\.\d+\.\d+");
    }

    [Theory]
    [InlineData("key", "create")]
    [InlineData("serve")]
    [InlineData("backups", "file.db", "--Database:Provider=Sqlite")]
    public async Task An_unknown_command_is_named_and_exits_with_2(params string[] arguments)
    {
        (int exitCode, string[] output, string[] errors) = await ShopProgram.RunCommandAsync("Production", arguments);

        (exitCode, output.Length).ShouldBe((2, 0));
        errors.ShouldContain($"Unrecognized command or argument '{arguments[0]}'.");
        errors.ShouldContain(line => line.Contains("backup <file>", StringComparison.Ordinal), "the help follows");
    }

    [Fact]
    public async Task A_setting_without_a_value_is_a_usage_error()
    {
        (int exitCode, _, string[] errors) = await ShopProgram.RunCommandAsync("Production", "keys", "list", "--Database:Provider");

        exitCode.ShouldBe(2);
        errors[0].ShouldBe("Unrecognized command or argument '--Database:Provider'.");
    }

    [Fact]
    public async Task A_setting_may_be_anywhere_and_separated_by_a_space()
    {
        (int exitCode, _, string[] errors) = await ShopProgram.RunCommandAsync(
            "Production", "keys", "--Database:Provider", "PostgreSql", "list", "--Database:ConnectionString=Data Source=no.db");

        exitCode.ShouldBe(1);
        errors.ShouldHaveSingleItem().ShouldStartWith("Khalti Checkout can't start: Database:ConnectionString can't be used");
    }

    [Fact]
    public async Task Shell_completion_lists_commands()
    {
        (int exitCode, string[] output, _) = await ShopProgram.RunCommandAsync("Production", "[suggest:5]", "keys ");

        exitCode.ShouldBe(0);
        output.ShouldContain("create");
        output.ShouldContain("revoke");
    }
}
