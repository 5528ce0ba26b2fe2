using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;

namespace KhaltiCheckout.Events;

/// <summary>Which events are asked for.</summary>
internal sealed class EventQuery
{
    [Description("The `nextCursor` of the page before, or an event's id; without it from the first event on.")]
    [FromQuery(Name = "after")]
    public string? After { get; init; }

    [Description("Types with commas between them, such as `order.*,payment.completed`; without it all.")]
    [FromQuery(Name = "types")]
    public string? Types { get; init; }

    /// <summary>Names of types; null for all.</summary>
    internal IReadOnlyList<string>? ReadTypes(Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrEmpty(Types))
        {
            return null;
        }

        IReadOnlyList<string>? types = EventTypes.Matching(
            Types.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        if (types is null or { Count: 0 })
        {
            errors["types"] = [$"Types with commas between them, each one of: {string.Join(", ", EventTypes.All)}; or such as order.*"];
        }

        return types;
    }

    internal static int ReadLimit(string? limit, int usual, int most, Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrEmpty(limit))
        {
            return usual;
        }

        if (int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out int asked) && asked >= 1 && asked <= most)
        {
            return asked;
        }

        errors["limit"] = [$"A whole number between 1 and {most}."];
        return usual;
    }
}
