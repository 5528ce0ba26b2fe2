using System.Globalization;
using System.Text.Json;

namespace Khalti.Client;

/// <summary>
/// Reading that never throws: a member that is missing or of another type is null. Khalti's answers have changed shape
/// between years and between endpoints, and numbers have come as text.
/// </summary>
internal static class LenientJson
{
    // Longer than anything Khalti sends, short enough to be stored and logged without harm.
    private const int LongestText = 200;

    private const int MostFields = 50;
    private const int DeepestField = 2;

    internal static JsonElement? Member(this JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out JsonElement member) ? member : null;

    /// <summary>For people: without control characters, and cut when it is too long.</summary>
    internal static string? Text(this JsonElement body, string name) =>
        body.Member(name) is { ValueKind: JsonValueKind.String } member ? Clean(TextOf(member)) : null;

    /// <summary>For programs: whole and as it is, or not at all. Half an id is another transaction's.</summary>
    internal static string? Id(this JsonElement body, string name, int longest = LongestText) =>
        body.Member(name) is { ValueKind: JsonValueKind.String } member && TextOf(member) is { Length: > 0 } id
            && id.Length <= longest && !id.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter))
            ? id
            : null;

    internal static Paisa? Amount(this JsonElement body, string name) =>
        WholeNumber(body.Member(name)) is { } number ? new Paisa(number) : null;

    internal static int? Count(this JsonElement body, string name) =>
        WholeNumber(body.Member(name)) is { } number and <= int.MaxValue ? (int)number : null;

    internal static bool Flag(this JsonElement body, string name) =>
        body.Member(name) is { ValueKind: JsonValueKind.True };

    internal static DateTimeOffset? Instant(this JsonElement body, string name) =>
        body.Text(name) is { Length: >= 10 } text && text[4] == '-' && text[7] == '-'
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset instant)
            ? instant
            : null;

    /// <summary>Every member that is a list of texts: how Khalti names the fields it complains about. A field inside
    /// another is named by its way there, e.g. <c>customer_info.email</c> or <c>product_details.0.name</c>.</summary>
    internal static Dictionary<string, IReadOnlyList<string>> TextLists(this JsonElement body)
    {
        Dictionary<string, IReadOnlyList<string>> lists = new(StringComparer.Ordinal);
        Collect(body, "", 0, lists);
        return lists;
    }

    private static void Collect(JsonElement body, string way, int depth, Dictionary<string, IReadOnlyList<string>> lists)
    {
        foreach (JsonProperty member in body.EnumerateObject().Take(MostFields))
        {
            if (lists.Count >= MostFields || Clean(NameOf(member)) is not { } name)
            {
                continue;
            }

            if (IsTextList(member))
            {
                lists[way + name] = [.. member.Value.EnumerateArray().Take(MostFields).Select(text => Clean(TextOf(text))).OfType<string>()];
            }
            else if (depth < DeepestField && member.Value.ValueKind == JsonValueKind.Object)
            {
                Collect(member.Value, $"{way}{name}.", depth + 1, lists);
            }
            else if (depth < DeepestField && member.Value.ValueKind == JsonValueKind.Array)
            {
                foreach ((int number, JsonElement item) in member.Value.EnumerateArray().Take(MostFields).Index())
                {
                    if (item.ValueKind == JsonValueKind.Object)
                    {
                        Collect(item, $"{way}{name}.{number}.", depth + 1, lists);
                    }
                }
            }
        }
    }

    private static bool IsTextList(JsonProperty member) =>
        member.Value is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0
        && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String);

    private static string? Clean(string? text)
    {
        if (text is null)
        {
            return null;
        }

        string clean = new([.. text.Where(letter => !char.IsControl(letter)).Take(LongestText)]);
        if (clean.Length == LongestText && char.IsHighSurrogate(clean[^1]))
        {
            clean = clean[..^1];
        }

        clean = clean.Trim();
        return clean.Length > 0 ? clean : null;
    }

    private static string? TextOf(JsonElement member) => Valid(member.GetString);

    private static string? NameOf(JsonProperty member) => Valid(() => member.Name);

    // Half a surrogate pair, or bytes that are not UTF-8, pass as JSON and not as text.
    private static string? Valid(Func<string?> text)
    {
        try
        {
            return text();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static long? WholeNumber(JsonElement? member) => member switch
    {
        { ValueKind: JsonValueKind.Number } number => Whole(WithoutZeroFraction(number.GetRawText())),
        { ValueKind: JsonValueKind.String } text => Whole(TextOf(text)),
        _ => null,
    };

    private static long? Whole(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long whole) ? whole : null;

    // A server that counts in floating point writes 1000.0. Judged by its digits: a type with few of them would round.
    private static string WithoutZeroFraction(string number)
    {
        int point = number.IndexOf('.', StringComparison.Ordinal);
        return point >= 0 && number.AsSpan(point + 1).Trim('0').IsEmpty ? number[..point] : number;
    }
}
