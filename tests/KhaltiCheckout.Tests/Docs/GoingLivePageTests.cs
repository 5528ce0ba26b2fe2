using System.Text.RegularExpressions;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Docs;

/// <summary>The commands by which a merchant starts with keys of Khalti's.</summary>
public sealed partial class GoingLivePageTests
{
    // zsh, the shell of macOS, takes -p for something else; and read takes the next pasted line for what was typed.
    [Fact]
    public void The_documented_secret_prompt_works_in_every_shell()
    {
        string[] pages =
            [Path.Combine(Repository.Root, "README.md"), .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md")];
        string[] reads = [.. pages.SelectMany(page => Read().Matches(File.ReadAllText(page))).Select(match => match.Value)];

        reads.Length.ShouldBe(2);
        reads.ShouldAllBe(read => Portable().IsMatch(read));
    }

    [GeneratedRegex(@"^.*\bread -.*\n.*$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Read();

    [GeneratedRegex(@"^printf '[^']+: '; read -rs (?<name>\w+); export \k<name>\n```$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Portable();
}
