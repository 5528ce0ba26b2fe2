using System.Text.RegularExpressions;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Docs;

/// <summary>Every relative link of a Markdown page leads to a file, and to a heading where it names one.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Pages =>
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md").Select(Relative),
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories).Select(Relative),
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.md", SearchOption.AllDirectories).Select(Relative),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_relative_link_leads_to_a_file_and_a_heading(string page)
    {
        string file = Path.Combine(Repository.Root, page);
        string text = WithoutCode(File.ReadAllText(file));
        string[] links = [.. Link().Matches(text).Select(match => match.Groups["target"].Value)];

        links.Where(link => !IsAddress(link) && !Exists(file, link)).ShouldBeEmpty(page);
    }

    [Fact]
    public void The_index_names_every_page_of_the_documentation()
    {
        string docs = Path.Combine(Repository.Root, "docs");
        string index = File.ReadAllText(Path.Combine(docs, "README.md"));

        Directory.EnumerateFiles(docs, "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(docs, file).Replace('\\', '/'))
            .Where(file => file != "README.md" && !index.Contains($"]({file})", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    private static string Relative(string file) => Path.GetRelativePath(Repository.Root, file);

    private static bool IsAddress(string link) => Uri.TryCreate(link, UriKind.Absolute, out Uri? address) && !address.IsFile;

    private static bool Exists(string page, string link)
    {
        string[] parts = link.Split('#', 2);
        string target = parts[0].Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, parts[0]));
        return parts.Length == 1
            ? File.Exists(target) || Directory.Exists(target)
            : File.Exists(target) && Anchors(File.ReadAllText(target)).Contains(parts[1]);
    }

    // As GitHub makes them: small letters, hyphens for blanks, no punctuation.
    private static IEnumerable<string> Anchors(string page) => Heading().Matches(WithoutCode(page))
        .Select(match => Punctuation().Replace(match.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    private static string WithoutCode(string page) => CodeBlock().Replace(page, "");

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();

    [GeneratedRegex("^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"[^\p{L}\p{Nd} _-]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Punctuation();
}
