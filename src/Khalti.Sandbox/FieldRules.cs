using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>Reads a call's fields one by one and collects all validation errors.</summary>
internal sealed class FieldRules(IReadOnlyDictionary<string, JsonNode?> values)
{
    internal FieldRules(Fields fields)
        : this(fields.Values)
    {
    }

    /// <summary>The errors in Khalti's format: an array of texts for each field, nested for fields that are objects.</summary>
    internal JsonObject Errors { get; } = [];

    internal string Text(string name)
    {
        if (!TryText(name, out string? text))
        {
            return "";
        }

        if (text is null)
        {
            Refuse(name, values.ContainsKey(name) ? Sandbox.Errors.NotNull : Sandbox.Errors.Required);
        }
        else if (string.IsNullOrWhiteSpace(text))
        {
            Refuse(name, Sandbox.Errors.NotBlank);
        }

        return text ?? "";
    }

    internal string? OptionalText(string name) => TryText(name, out string? text) && !string.IsNullOrWhiteSpace(text) ? text : null;

    /// <summary>An integer in any of the forms that <see cref="IntegerField"/> reads.</summary>
    internal long Amount(string name)
    {
        if (!values.TryGetValue(name, out JsonNode? value))
        {
            Refuse(name, Sandbox.Errors.Required);
        }
        else if (value is null)
        {
            Refuse(name, Sandbox.Errors.NotNull);
        }
        else if (IntegerField.TryRead(value, out long amount))
        {
            return amount;
        }
        else
        {
            Refuse(name, Sandbox.Errors.NotInteger);
        }

        return 0;
    }

    internal long? OptionalAmount(string name) => values.ContainsKey(name) ? Amount(name) : null;

    /// <summary>A number that nothing is calculated with, fraction or not.</summary>
    internal void Number(string name)
    {
        if (!values.TryGetValue(name, out JsonNode? value) || value is null)
        {
            Amount(name);
        }
        else if (!decimal.TryParse(Plain(value), NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            Refuse(name, "A valid number is required.");
        }
    }

    /// <summary>
    /// An amount in paisa. A fraction that is not zero is an error, or is dropped with <paramref name="floor"/>.
    /// </summary>
    internal long? OptionalPaisa(string name, bool floor)
    {
        bool number = values.TryGetValue(name, out JsonNode? value) && value is not null;
        const NumberStyles Plainly = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        return floor && number && decimal.TryParse(Plain(value!), Plainly, CultureInfo.InvariantCulture, out decimal amount)
            && amount is > long.MinValue and < long.MaxValue
            ? (long)decimal.Floor(amount)
            : OptionalAmount(name);
    }

    /// <summary>An http or https address. Other schemes are errors, because the payment page redirects a browser there.</summary>
    internal string Url(string name)
    {
        string text = Text(name);
        bool isValid = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url!.Host.Length > 0
            && !text.Any(one => char.IsWhiteSpace(one) || char.IsControl(one));
        if (!isValid)
        {
            Refuse(name, Sandbox.Errors.NotUrl);
        }

        return text;
    }

    /// <summary>An optional object whose members are checked by <paramref name="check"/>.</summary>
    internal JsonNode? OptionalParts(string name, Action<FieldRules> check)
    {
        if (!values.TryGetValue(name, out JsonNode? value))
        {
            return null;
        }

        if (value is null)
        {
            Refuse(name, Sandbox.Errors.NotNull);
        }
        else if (Problems(value, check) is { Count: > 0 } problems)
        {
            Errors.TryAdd(name, problems);
        }

        return value;
    }

    /// <summary>An optional list of objects; the error is an array with one object of errors for each.</summary>
    internal JsonArray OptionalListOfParts(string name, Action<FieldRules> check)
    {
        JsonArray list = OptionalList(name);
        JsonObject[] problems = [.. list.Select(one => Problems(one, check))];
        if (problems.Any(one => one.Count > 0))
        {
            Errors.TryAdd(name, new JsonArray([.. problems]));
        }

        return list;
    }

    internal JsonArray OptionalList(string name)
    {
        if (!values.TryGetValue(name, out JsonNode? value))
        {
            return [];
        }

        if (value is JsonArray list)
        {
            return list;
        }

        Refuse(name, value is null ? Sandbox.Errors.NotNull : "Expected a list of items.");
        return [];
    }

    internal bool Has(string name) => values.ContainsKey(name);

    /// <summary>Whether the field has a value other than null and the empty text.</summary>
    internal bool IsFilled(string name) =>
        values.GetValueOrDefault(name) is { } value
        && (value.GetValueKind() != JsonValueKind.String || !string.IsNullOrWhiteSpace(value.GetValue<string>()));

    internal void Refuse(string name, string text) => Errors.TryAdd(name, new JsonArray(text));

    private static JsonObject Problems(JsonNode? value, Action<FieldRules> check)
    {
        if (value is not JsonObject parts)
        {
            return new JsonObject { ["non_field_error"] = new JsonArray("Invalid data. Expected a dictionary.") };
        }

        FieldRules rules = new(parts.ToDictionary());
        check(rules);
        return rules.Errors;
    }

    private bool TryText(string name, out string? text)
    {
        text = null;
        if (!values.TryGetValue(name, out JsonNode? value) || value is null)
        {
            return true;
        }

        text = Plain(value);
        if (text is null)
        {
            Refuse(name, Sandbox.Errors.NotText);
        }
        else if (text.Contains('\0', StringComparison.Ordinal))
        {
            Refuse(name, "Null characters are not allowed.");
        }

        return !Errors.ContainsKey(name);
    }

    /// <summary>A string, or a number as it was written; null for other kinds.</summary>
    private static string? Plain(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.Number => value.ToJsonString(),
        _ => null,
    };
}
