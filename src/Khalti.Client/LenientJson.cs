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

    internal static JsonElement? Member(this JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out JsonElement member) ? member : null;

    internal static string? Text(this JsonElement body, string name)
    {
        if (body.Member(name) is not { ValueKind: JsonValueKind.String } member || TextOf(member) is not { } text)
        {
            return null;
        }

        text = new string([.. text.Where(letter => !char.IsControl(letter)).Take(LongestText)]).Trim();
        return text.Length > 0 ? text : null;
    }

    internal static Paisa? Amount(this JsonElement body, string name) =>
        WholeNumber(body.Member(name)) is { } number and >= 0 ? new Paisa(number) : null;

    internal static int? Count(this JsonElement body, string name) =>
        WholeNumber(body.Member(name)) is { } number and >= 0 and <= int.MaxValue ? (int)number : null;

    internal static bool Flag(this JsonElement body, string name) =>
        body.Member(name) is { ValueKind: JsonValueKind.True };

    internal static DateTimeOffset? Instant(this JsonElement body, string name) =>
        DateTimeOffset.TryParse(
            body.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset instant)
            ? instant
            : null;

    /// <summary>Every member that is a list of texts: how Khalti names the fields it complains about.</summary>
    internal static Dictionary<string, IReadOnlyList<string>> TextLists(this JsonElement body)
    {
        Dictionary<string, IReadOnlyList<string>> lists = new(StringComparer.Ordinal);
        foreach (JsonProperty member in body.EnumerateObject())
        {
            if (NameOf(member) is { } name && member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() > 0
                && member.Value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
            {
                lists[name] = [.. member.Value.EnumerateArray().Select(TextOf).OfType<string>()];
            }
        }

        return lists;
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
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out long whole) => whole,
        { ValueKind: JsonValueKind.Number } number
            when number.TryGetDecimal(out decimal value) && decimal.IsInteger(value) && Math.Abs(value) <= long.MaxValue => (long)value,
        { ValueKind: JsonValueKind.String } text
            when long.TryParse(TextOf(text), NumberStyles.None, CultureInfo.InvariantCulture, out long whole) => whole,
        _ => null,
    };
}
