using System.Globalization;
using System.Text.Json;

namespace Khalti.Client;

/// <summary>
/// JSON reading that never throws: a member that is missing or of another type is null. Khalti's answers have changed over the
/// years and between endpoints, and numbers were sent as text.
/// </summary>
internal static class LenientJson
{
    // Longer than Khalti's texts, and short enough to store and log.
    private const int MaxTextLength = 200;

    private const int MaxFields = 50;
    private const int MaxDepth = 2;

    internal static JsonElement? Member(this JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out JsonElement member) ? member : null;

    /// <summary>A text for display: control characters removed, truncated when too long.</summary>
    internal static string? Text(this JsonElement body, string name) =>
        body.Member(name) is { ValueKind: JsonValueKind.String } member ? Clean(TextOf(member)) : null;

    /// <summary>An identifier, never truncated; null when it is too long or has blanks or control characters.</summary>
    internal static string? Id(this JsonElement body, string name, int maxLength = MaxTextLength) =>
        body.Member(name) is { ValueKind: JsonValueKind.String } member && TextOf(member) is { Length: > 0 } id
            && id.Length <= maxLength && !id.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter))
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

    /// <summary>Every member that is a list of texts, the format of Khalti's validation errors. A nested field is named by its
    /// path, e.g. <c>customer_info.email</c> or <c>product_details.0.name</c>.</summary>
    internal static Dictionary<string, IReadOnlyList<string>> TextLists(this JsonElement body)
    {
        Dictionary<string, IReadOnlyList<string>> lists = new(StringComparer.Ordinal);
        Collect(body, "", 0, lists);
        return lists;
    }

    private static void Collect(JsonElement body, string path, int depth, Dictionary<string, IReadOnlyList<string>> lists)
    {
        foreach (JsonProperty member in body.EnumerateObject().Take(MaxFields))
        {
            if (lists.Count >= MaxFields || Clean(NameOf(member)) is not { } name)
            {
                continue;
            }

            if (IsTextList(member))
            {
                lists[path + name] =
                    [.. member.Value.EnumerateArray().Take(MaxFields).Select(text => Clean(TextOf(text))).OfType<string>()];
            }
            else if (depth < MaxDepth && member.Value.ValueKind == JsonValueKind.Object)
            {
                Collect(member.Value, $"{path}{name}.", depth + 1, lists);
            }
            else if (depth < MaxDepth && member.Value.ValueKind == JsonValueKind.Array)
            {
                foreach ((int number, JsonElement item) in member.Value.EnumerateArray().Take(MaxFields).Index())
                {
                    if (item.ValueKind == JsonValueKind.Object)
                    {
                        Collect(item, $"{path}{name}.{number}.", depth + 1, lists);
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

        string clean = new([.. text.Where(letter => !char.IsControl(letter)).Take(MaxTextLength)]);
        if (clean.Length == MaxTextLength && char.IsHighSurrogate(clean[^1]))
        {
            clean = clean[..^1];
        }

        clean = clean.Trim();
        return clean.Length > 0 ? clean : null;
    }

    private static string? TextOf(JsonElement member) => ReadOrNull(member.GetString);

    private static string? NameOf(JsonProperty member) => ReadOrNull(() => member.Name);

    // An unpaired surrogate or bytes that are not UTF-8: valid for the JSON parser, but not as a string.
    private static string? ReadOrNull(Func<string?> text)
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

    // A server that uses floating point writes 1000.0. Compared as digits, because a floating-point type would round.
    private static string WithoutZeroFraction(string number)
    {
        int point = number.IndexOf('.', StringComparison.Ordinal);
        return point >= 0 && number.AsSpan(point + 1).Trim('0').IsEmpty ? number[..point] : number;
    }
}
