using System.Text.Json;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox.Tool;

/// <summary>Where two answers to the same call differ: status, members, kinds of values, and the words that clients decide on.</summary>
internal static class AnswerComparison
{
    // Members whose text is Khalti's and the same for everybody. The text of others is data of a payment.
    private static readonly HashSet<string> Words =
        new(["status", "detail", "error_key", "state", "template", "tries_remaining", "message"], StringComparer.Ordinal);

    internal static IReadOnlyList<string> Differences(int status, string body, int sandboxStatus, string sandboxBody)
    {
        List<string> found = [];
        if (status != sandboxStatus)
        {
            found.Add($"HTTP {status}, the sandbox {sandboxStatus}");
        }

        bool isJson = TryParse(body, out JsonNode? real);
        bool sandboxIsJson = TryParse(sandboxBody, out JsonNode? ours);
        if (isJson != sandboxIsJson)
        {
            found.Add(isJson ? "the answer is JSON, the sandbox's is not" : "the answer is not JSON, the sandbox's is");
        }
        else if (isJson)
        {
            Compare("", real, ours, isWord: false, found);
        }

        return found;
    }

    internal static bool IsWord(string member) => Words.Contains(member);

    internal static bool TryParse(string text, out JsonNode? node)
    {
        node = null;
        try
        {
            node = text.Length == 0 ? null : JsonNode.Parse(text);
            return text.Length > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Compare(string path, JsonNode? real, JsonNode? ours, bool isWord, List<string> found)
    {
        JsonValueKind kind = Kind(real);
        string name = path.Length == 0 ? "the body" : path;
        if (kind != Kind(ours))
        {
            found.Add($"{name} is {Describe(kind)}, the sandbox's {Describe(Kind(ours))}");
        }
        else if (real is JsonObject members)
        {
            JsonObject others = ours!.AsObject();
            found.AddRange(members.Where(one => !others.ContainsKey(one.Key))
                .Select(one => $"{Join(path, one.Key)} is missing in the sandbox"));
            found.AddRange(others.Where(one => !members.ContainsKey(one.Key))
                .Select(one => $"{Join(path, one.Key)} is in the sandbox only"));
            foreach ((string member, JsonNode? value) in members.Where(one => others.ContainsKey(one.Key)))
            {
                Compare(Join(path, member), value, others[member], Words.Contains(member) || path is "state" or "type", found);
            }
        }
        else if (real is JsonArray list && ours is JsonArray otherList)
        {
            CompareLists(name, list, otherList, found);
        }
        else if (isWord && !path.EndsWith(".idx", StringComparison.Ordinal) && kind == JsonValueKind.String
            && (string)real! != (string)ours!)
        {
            found.Add($"{name} is \"{real}\", the sandbox's \"{ours}\"");
        }
    }

    // Texts of errors are compared one by one; of a list of things the first stands for all.
    private static void CompareLists(string name, JsonArray real, JsonArray ours, List<string> found)
    {
        bool areTexts = real.All(one => Kind(one) == JsonValueKind.String);
        if (areTexts && !JsonNode.DeepEquals(real, ours))
        {
            found.Add($"{name} is {real.ToJsonString()}, the sandbox's {ours.ToJsonString()}");
        }
        else if (!areTexts && real.Count > 0 && ours.Count > 0)
        {
            Compare($"{name}[0]", real[0], ours[0], isWord: false, found);
        }
    }

    private static string Join(string path, string member) => path.Length == 0 ? member : $"{path}.{member}";

    private static JsonValueKind Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        null => JsonValueKind.Null,
        JsonValueKind.False => JsonValueKind.True,
        { } kind => kind,
    };

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.True => "true or false",
        JsonValueKind.Null => "null",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Array => "a list",
        _ => "an object",
    };
}
