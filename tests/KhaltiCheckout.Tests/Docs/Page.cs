using System.Text.RegularExpressions;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Docs;

/// <summary>What a reader of a page is told to do.</summary>
internal abstract record PageStep(int Line);

/// <summary>A call in HTTP's own words, and the answer that the page promises, if it shows one.</summary>
internal sealed record CallStep(int Line, string Request, string? Answer) : PageStep(Line);

/// <summary>A line of shell: curl, and which member of its answer goes into which variable.</summary>
internal sealed record CurlStep(int Line, string Arguments, string? Variable, string? Member) : PageStep(Line);

internal sealed record WaitStep(int Line) : PageStep(Line);

/// <summary>A page of docs/: the blocks of HTTP and shell in it, under their headings.</summary>
internal sealed partial record Page(IReadOnlyDictionary<string, IReadOnlyList<PageStep>> Examples)
{
    internal const string TimePasses = "<!-- ten seconds pass -->";

    internal static Page Read(string path)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, path));
        OrderedDictionary<string, List<PageStep>> stories = [];
        List<PageStep> steps = [];
        for (int line = 0; line < lines.Length; line++)
        {
            if (lines[line].StartsWith("## ", StringComparison.Ordinal))
            {
                stories[lines[line][3..]] = steps = [];
            }
            else if (lines[line] == TimePasses)
            {
                steps.Add(new WaitStep(line + 1));
            }
            else if (lines[line] is "```http" or "```sh")
            {
                int end = Array.IndexOf(lines, "```", line);
                Add(steps, line + 1, lines[line][3..], lines[(line + 1)..end]);
                line = end;
            }
        }

        return new Page(stories.Where(story => story.Value.Count > 0)
            .ToDictionary(story => story.Key, IReadOnlyList<PageStep> (story) => story.Value, StringComparer.Ordinal));
    }

    private static void Add(List<PageStep> steps, int line, string language, string[] block)
    {
        if (language == "sh")
        {
            steps.AddRange(
                block.Index().Where(one => one.Item.Contains("curl", StringComparison.Ordinal))
                .Select(one => Curl(line + 1 + one.Index, one.Item)));
        }
        else if (block[0].StartsWith("HTTP/", StringComparison.Ordinal))
        {
            steps[^1] = ((CallStep)steps[^1]) with { Answer = string.Join('\n', block) };
        }
        else
        {
            steps.Add(new CallStep(line, string.Join('\n', block), Answer: null));
        }
    }

    private static CurlStep Curl(int line, string text)
    {
        Match match = CurlLine().Match(text);
        match.Success.ShouldBeTrue($"line {line}: a curl that the test can't read: {text}");
        string? Group(string name) => match.Groups[name] is { Success: true, Value: var value } ? value : null;
        return new CurlStep(line, match.Groups["arguments"].Value, Group("variable"), Group("member"));
    }

    [GeneratedRegex(
        @"^(?:(?<variable>[A-Z]+)=\$\()?curl -s (?<arguments>.+?)(?: \| jq -r \.(?<member>[A-Za-z.]+)\))?$", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex CurlLine();
}
