using System.CommandLine;
using System.Reflection;
using System.Text.RegularExpressions;
using KhaltiCheckout.Operations;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Docs;

/// <summary>docs/scaling.md names tests, settings, commands and other pages: they must be there.</summary>
public sealed partial class ScalingPageTests
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static;

    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "scaling.md"));

    [Fact]
    public void Every_guarantee_names_existing_tests()
    {
        HashSet<string> tests = [.. typeof(ScalingPageTests).Assembly.GetTypes()
            .SelectMany(
                type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Select(method => $"{type.Name}.{method.Name}"))];
        string[] named = [.. Test().Matches(Page).Select(match => match.Groups["test"].Value).Distinct()];

        named.Length.ShouldBeGreaterThan(20);
        named.Where(test => !tests.Contains(test) && !IsInAnotherProject(test)).ShouldBeEmpty();
        string[] promises = [
            .. Section("What stays exactly once, and why").Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(2)];
        promises.Length.ShouldBeGreaterThan(9);
        promises.ShouldAllBe(line => Test().IsMatch(line));
    }

    private static bool IsInAnotherProject(string test) =>
        test.Split('.') is [var type, var method]
        && Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), type + ".cs", SearchOption.AllDirectories)
            .Any(file => File.ReadAllText(file).Contains($" {method}(", StringComparison.Ordinal));

    [Fact]
    public void Every_named_setting_exists()
    {
        HashSet<string> settings = [.. typeof(CheckoutDb).Assembly.GetTypes()
            .Where(type => type.GetField("Section", Any) is not null)
            .SelectMany(type => type.GetProperties().Select(property =>
                $"{type.GetField("Section", Any)!.GetValue(null)}:{property.Name}"))];
        string[] named = [
            .. Setting().Matches(Page).Select(match => match.Groups["section"].Value + ":" + match.Groups["name"].Value).Distinct()];

        named.Length.ShouldBeGreaterThan(5);
        named.Where(setting => !settings.Contains(setting)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_named_command_and_page_exists()
    {
        string[] commands = [.. CommandWord().Matches(Page).Select(match => match.Groups["word"].Value).Distinct()];
        commands.ShouldBe(["backup"]);
        Command backup = BackupCommand.Define([]);
        (backup.Name, backup.Arguments.Single().Name, backup.Options.Single().Name).ShouldBe(("backup", "file", "--replace"));

        string[] links = [.. Link().Matches(Page).Select(match => match.Groups["file"].Value)];
        links.Length.ShouldBeGreaterThan(1);
        links.ShouldAllBe(file => File.Exists(Path.Combine(Repository.Root, "docs", file)));
        File.ReadAllText(Path.Combine(Repository.Root, "README.md")).ShouldContain("(docs/scaling.md)");
    }

    private static string Section(string heading) =>
        Page.Split("\n## ").Single(section => section.StartsWith(heading, StringComparison.Ordinal));

    [GeneratedRegex(@"`(?<test>\w+Tests\.\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Test();

    // As Store:OrderLifetime, --Store:OrderLifetime=... or Store__OrderLifetime.
    [GeneratedRegex(
        @"\b(?<section>[A-Z]\w*?)(:|__)(?<name>[A-Z][A-Za-z]+)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Setting();

    [GeneratedRegex(@"dotnet KhaltiCheckout\.dll (?<word>[a-z]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CommandWord();

    [GeneratedRegex(@"\]\((?<file>[^)#:]+)(#[^)]*)?\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}
