using System.Text.Json;

namespace KhaltiCheckout.Shared;

/// <summary>The words for statuses, the same on the wire, in the database and in the timeline.</summary>
internal static class SnakeCase
{
    internal static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum =>
        Words<TEnum>.ByValue[value];

    internal static TEnum Read<TEnum>(string word)
        where TEnum : struct, Enum =>
        Words<TEnum>.ByWord[word];

    internal static string OfName(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    private static class Words<TEnum>
        where TEnum : struct, Enum
    {
        internal static readonly Dictionary<TEnum, string> ByValue = Enum.GetValues<TEnum>()
            .ToDictionary(value => value, value => OfName(value.ToString()));

        internal static readonly Dictionary<string, TEnum> ByWord =
            ByValue.ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);
    }
}
