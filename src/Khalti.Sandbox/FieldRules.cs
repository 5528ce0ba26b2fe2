using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>Takes a call's fields one by one and collects what is wrong, so that all of it is said at once.</summary>
internal sealed class FieldRules(Fields fields)
{
    internal Dictionary<string, string> Errors { get; } = new(StringComparer.Ordinal);

    internal string Text(string name)
    {
        if (!TryText(name, out string? text))
        {
            return "";
        }

        if (text is null)
        {
            Errors[name] = fields.Values.ContainsKey(name) ? Sandbox.Errors.NotNull : Sandbox.Errors.Required;
        }
        else if (string.IsNullOrWhiteSpace(text))
        {
            Errors[name] = Sandbox.Errors.NotBlank;
        }

        return text ?? "";
    }

    internal string? OptionalText(string name) => TryText(name, out string? text) && !string.IsNullOrWhiteSpace(text) ? text : null;

    /// <summary>An integer, or text that is one: forms have nothing but text.</summary>
    internal long Amount(string name)
    {
        if (!fields.Values.TryGetValue(name, out JsonNode? value))
        {
            Errors[name] = Sandbox.Errors.Required;
        }
        else if (value is null)
        {
            Errors[name] = Sandbox.Errors.NotNull;
        }
        else if (long.TryParse(Plain(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long amount))
        {
            return amount;
        }
        else
        {
            Errors[name] = Sandbox.Errors.NotInteger;
        }

        return 0;
    }

    internal void Refuse(string name, string text) => Errors.TryAdd(name, text);

    private bool TryText(string name, out string? text)
    {
        text = null;
        if (!fields.Values.TryGetValue(name, out JsonNode? value) || value is null)
        {
            return true;
        }

        text = Plain(value);
        if (text is null)
        {
            Errors[name] = Sandbox.Errors.NotText;
        }
        else if (text.Contains('\0', StringComparison.Ordinal))
        {
            Errors[name] = "Null characters are not allowed.";
        }

        return !Errors.ContainsKey(name);
    }

    /// <summary>Text as it is and numbers as they were written; nothing else is plain.</summary>
    private static string? Plain(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.Number => value.ToJsonString(),
        _ => null,
    };
}
