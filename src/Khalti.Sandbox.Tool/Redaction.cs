using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Khalti.Sandbox.Tool;

/// <summary>
/// What of an exchange may be kept: members, numbers, and the words that are Khalti's. Every other text becomes its length, so that no
/// key, PIN, token, name, number or address is in a recording.
/// </summary>
internal static partial class Redaction
{
    /// <summary>Of a request no text is Khalti's.</summary>
    internal static JsonNode? OfRequest(JsonNode? node) => Of("", node, isAnswer: false);

    internal static JsonNode? OfAnswer(JsonNode? node) => Of("", node, isAnswer: true);

    internal static string OfPath(string path) => Identifier.Replace(path, "{id}");

    private static JsonNode? Of(string member, JsonNode? node, bool isAnswer) => node switch
    {
        null => null,
        JsonObject members => new JsonObject(members.Select(one => KeyValuePair.Create(one.Key, Of(one.Key, one.Value, isAnswer)))),
        JsonArray list => new JsonArray(
            [.. list.Select(one => isAnswer && IsText(one) && IsErrorList(member) ? one!.DeepClone() : Of(member, one, isAnswer))]),
        _ when IsText(node) && !(isAnswer && AnswerComparison.IsWord(member)) => JsonValue.Create($"({((string)node!).Length} characters)"),
        _ => node.DeepClone(),
    };

    // Khalti's errors are lists of texts under the name of the field; lists of data are these.
    private static bool IsErrorList(string member) =>
        member is not ("modes" or "record_range") && !member.StartsWith("merchant_", StringComparison.Ordinal);

    private static bool IsText(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String;

    [GeneratedRegex("(?<=/)[2-9A-HJ-NP-Za-km-z]{20,}(?=/|$)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Identifier { get; }
}
