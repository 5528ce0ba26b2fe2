using System.Reflection;
using System.Text.RegularExpressions;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Docs;

/// <summary>docs/epayment.md points at tests: they must be there.</summary>
public sealed partial class EPaymentPageTests
{
    [Fact]
    public async Task Every_gotcha_names_existing_tests()
    {
        string page =
            await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "epayment.md"), TestContext.Current.CancellationToken);
        for (int gotcha = 26; gotcha <= 40; gotcha++)
        {
            page.ShouldContain($"| G{gotcha} |");
        }

        // LookupTests are the client's, in a project of their own.
        HashSet<string> tests = [.. typeof(EPaymentPageTests).Assembly.GetTypes()
            .SelectMany(
                type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Select(method => $"{type.Name}.{method.Name}"))];
        tests.UnionWith(await InTheClientsAsync("Documented/LookupTests.cs"));
        string[] named = [.. Named().Matches(page).Select(match => match.Groups["test"].Value).Distinct()];
        named.Length.ShouldBeGreaterThan(40);
        named.Where(test => !tests.Contains(test)).ShouldBeEmpty();
        page.Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.Contains("---", StringComparison.Ordinal)
            && !line.EndsWith("| test |", StringComparison.Ordinal))
            .ShouldAllBe(line => Named().IsMatch(line));
    }

    private static async Task<IEnumerable<string>> InTheClientsAsync(string file)
    {
        string code = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "tests", "Khalti.Client.Tests", file), TestContext.Current.CancellationToken);
        return Method().Matches(code).Select(match => $"{Path.GetFileNameWithoutExtension(file)}.{match.Groups["name"].Value}");
    }

    [GeneratedRegex(@"`(?<test>\w+Tests\.\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();

    [GeneratedRegex(@"public (async )?(Task|void) (?<name>\w+)\(", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Method();
}
