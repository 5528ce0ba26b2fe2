using System.Text.RegularExpressions;
using KhaltiCheckout.Tests.Architecture;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Docs;

/// <summary>docs/architecture.md explains each layer and follows four requests through few files.</summary>
public sealed partial class ArchitecturePageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md"));

    [Fact]
    public void Every_folder_is_explained() =>
        Layers.All.Select(layer => layer.Name).Where(name => !Page.Contains($"\n| `{name}` |", StringComparison.Ordinal)).ShouldBeEmpty();

    [Theory]
    [InlineData("A token is posted, the order is paid", 9)]
    [InlineData("A link is made, the shopper returns, the order is paid", 10)]
    [InlineData("A refund", 9)]
    [InlineData("The desk: find, open, resolve", 6)]
    public void A_request_can_be_followed_through_few_files(string walk, int most)
    {
        string section = Page.Split("\n### ").Single(section => section.StartsWith(walk + "\n", StringComparison.Ordinal))
            .Split("\n## ")[0];
        string[] files = [.. SourceFile().Matches(section).Select(match => match.Groups["file"].Value).Distinct(StringComparer.Ordinal)];

        files.Length.ShouldBeGreaterThan(3);
        files.Length.ShouldBeLessThanOrEqualTo(most);
    }

    [GeneratedRegex(@"\]\((?<file>[^)]+\.cs)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SourceFile();
}
