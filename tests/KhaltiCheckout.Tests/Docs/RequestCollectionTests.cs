using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Docs;

/// <summary>requests/checkout.http asks for what the API has.</summary>
public sealed partial class RequestCollectionTests
{
    [Fact]
    public void Every_request_to_the_shop_is_an_operation_of_the_API()
    {
        JsonObject paths = JsonNode.Parse(Read("tests", "KhaltiCheckout.Tests", "Http", "openapi.v1.json"))!["paths"]!.AsObject();
        string[] operations = [
            .. paths.SelectMany(path => path.Value!.AsObject().Select(one => $"{one.Key.ToUpperInvariant()} {path.Key}"))];
        string[] requests = [.. Request().Matches(Read("requests", "checkout.http"))
            .Select(match => $"{match.Groups["method"].Value} {Variable().Replace(match.Groups["path"].Value, "{id}")}")];

        requests.Length.ShouldBeGreaterThan(10);
        requests.Where(request => !operations.Contains(request)).ShouldBeEmpty();
    }

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([Repository.Root, .. path]));

    [GeneratedRegex(@"^(?<method>[A-Z]+) \{\{shop\}\}(?<path>[^?\s]+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Request();

    [GeneratedRegex(@"\{\{[^}]+\}\}", RegexOptions.None, 1000)]
    private static partial Regex Variable();
}
