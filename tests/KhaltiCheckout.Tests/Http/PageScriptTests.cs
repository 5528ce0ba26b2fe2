using System.Text.RegularExpressions;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Http;

public sealed partial class PageScriptTests
{
    [Fact]
    public void No_script_uses_iterator_helpers() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "wwwroot"), "*.js", SearchOption.AllDirectories)
            .Where(file => IteratorHelper().IsMatch(File.ReadAllText(file)))
            .ShouldBeEmpty();

    [GeneratedRegex(
        @"\.(values|keys|entries)\(\)\s*\.(?!next\b)\w+\(|\bIterator\.", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IteratorHelper();
}
