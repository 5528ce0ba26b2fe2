using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Khalti.Sandbox;

/// <summary>The switches as they stand now: those of the configuration until somebody turns one.</summary>
internal sealed class Switchboard
{
    private static readonly JsonSerializerOptions Wire = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private readonly SandboxSwitches _configured;
    private volatile SandboxSwitches _current;

    internal Switchboard(SandboxSwitches configured)
    {
        if (Problem(configured) is { } problem)
        {
            throw new InvalidOperationException($"Sandbox:Switches: {problem}");
        }

        _configured = configured;
        _current = configured;
    }

    internal SandboxSwitches Current => _current;

    internal void Reset() => _current = _configured;

    internal JsonObject Show() => JsonSerializer.SerializeToNode(_current, Wire)!.AsObject();

    /// <summary>Turns the named switches and leaves the others; answers what is wrong, or null.</summary>
    internal string? Turn(IReadOnlyDictionary<string, JsonNode?> changes)
    {
        JsonObject merged = Show();
        foreach ((string name, JsonNode? value) in changes)
        {
            if (!merged.ContainsKey(name))
            {
                return $"There is no switch of that name; there are: {string.Join(", ", merged.Select(one => one.Key))}.";
            }

            merged[name] = value?.DeepClone();
        }

        SandboxSwitches turned;
        try
        {
            turned = merged.Deserialize<SandboxSwitches>(Wire)!;
        }
        catch (JsonException wrong)
        {
            return $"A switch cannot have that value ({wrong.Path}).";
        }

        if (Problem(turned) is { } problem)
        {
            return problem;
        }

        _current = turned;
        return null;
    }

    private static string? Problem(SandboxSwitches switches)
    {
        List<ValidationResult> problems = [];
        return Validator.TryValidateObject(switches, new ValidationContext(switches), problems, validateAllProperties: true)
            ? null
            : string.Join(" ", problems.Select(one => one.ErrorMessage));
    }
}
