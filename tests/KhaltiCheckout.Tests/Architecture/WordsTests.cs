using System.Text.RegularExpressions;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Architecture;

/// <summary>Words that the project's rules do not allow in names and comments, as far as a machine can tell.</summary>
public sealed partial class WordsTests
{
    private const int MaxTestName = 90;

    private static readonly Dictionary<string, string> AllowedNames = new(StringComparer.Ordinal)
    {
        ["MostUrgent"] = "the first reason by urgency, and no maximum of a number",
        ["LeastReader"] = "the id of a published migration and its table",
    };

    [Fact]
    public void No_name_is_one_of_the_words_that_are_not_allowed() => Findings(
        line => ForbiddenName().Matches(CodeOf(line)).Select(match => match.Value).Where(name => !AllowedNames.ContainsKey(name)))
        .ShouldBeEmpty();

    [Fact]
    public void No_comment_begins_a_sentence_with_a_literary_turn() => Findings(
        line => ForbiddenSentence().Matches(CommentOf(line)).Select(match => match.Value.Trim()))
        .ShouldBeEmpty();

    [Fact]
    public void No_text_of_the_shop_or_its_documents_says_give_back_for_refund() => Findings(
        line => GiveBack().Matches(line).Select(match => match.Value),
        [.. Files().Where(file => file.Path.StartsWith("src/KhaltiCheckout/", StringComparison.Ordinal)), .. Documents()])
        .ShouldBeEmpty();

    [Fact]
    public void No_test_has_a_name_of_more_than_90_characters() => Findings(
        line => TestName().Matches(line).Select(match => match.Groups["name"].Value).Where(name => name.Length > MaxTestName))
        .ShouldBeEmpty();

    private static string[] Findings(Func<string, IEnumerable<string>> find) => Findings(find, Files());

    private static string[] Findings(Func<string, IEnumerable<string>> find, IEnumerable<SourceFile> files) =>
    [
        .. files.SelectMany(file => file.Lines.Index().SelectMany(line =>
            find(line.Item).Select(word => $"{file.Path}:{line.Index + 1}: {word}"))),
    ];

    private static IEnumerable<SourceFile> Files() =>
        from folder in (string[])["src", "tests", "wwwroot"]
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.*", SearchOption.AllDirectories)
        where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".js", StringComparison.Ordinal)
        let path = Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')
        where !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
            && !path.Contains("/node_modules/", StringComparison.Ordinal) && !path.Contains("Migrations/", StringComparison.Ordinal)
            && !path.EndsWith("/WordsTests.cs", StringComparison.Ordinal)
        select new SourceFile(path, File.ReadAllLines(file));

    private static IEnumerable<SourceFile> Documents() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Repository.Root, "README.md"))
            .Select(file => new SourceFile(Path.GetRelativePath(Repository.Root, file), File.ReadAllLines(file)));

    private static string CodeOf(string line) => Text().Replace(line[..StartOfComment(line)], " ");

    private static string CommentOf(string line) => line[StartOfComment(line)..];

    private static int StartOfComment(string line) => CommentStart().Match(line) is { Success: true } comment ? comment.Index : line.Length;

    [GeneratedRegex(
        @"\b(?:Most|Least|Longest|Fewest)[A-Z]\w*"
        + @"|\b(?:Tell|Told|Calm|Come|Turn|Footing|Moments|PersonsWord|Story|Stories|Patience|Hurry)(?:Async)?\b"
        + @"|\bTrouble\w*|\b\w+(?:Trouble|Troubles|Patience|Wish)\b|\b(?:Give|Gives|Given)Back\w*",
        RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ForbiddenName();

    [GeneratedRegex(
        @"(?:^///?\s*(?:<summary>\s*)?|[.!?]\s+)(?:Whoever|Nobody|Lest|What is)\b",
        RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ForbiddenSentence();

    [GeneratedRegex(
        @"\b(?:give|gives|gave|given|giving|send|sent)(?: the money| money| it)? back\b(?! to (?:the )?(?:shop|page|/))",
        RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex GiveBack();

    [GeneratedRegex(
        @"public (?:async )?(?:Task|void) (?<name>[A-Z]\w*_\w*)\(",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestName();

    [GeneratedRegex(@"(?<![:""'`\w/])///?(?!/)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CommentStart();

    [GeneratedRegex(@"""(?:\\.|[^""\\])*""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Text();

    private sealed record SourceFile(string Path, string[] Lines);
}
