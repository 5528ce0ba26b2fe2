using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Khalti.Sandbox;

/// <summary>The current behaviour: that of the configuration until a test changes it.</summary>
internal sealed class BehaviourSettings
{
    private static readonly JsonSerializerOptions Wire = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private readonly SandboxBehaviour _configured;
    private volatile SandboxBehaviour _current;

    /// <param name="configured">The settings' behaviour.</param>
    /// <param name="seeded">Values by name that a seed file changes.</param>
    internal BehaviourSettings(SandboxBehaviour configured, IReadOnlyDictionary<string, JsonNode?> seeded)
    {
        if (Problem(configured) is { } problem)
        {
            throw new InvalidOperationException($"Sandbox:Switches: {problem}");
        }

        _current = configured;
        if (Apply(seeded) is { } wrong)
        {
            throw new InvalidOperationException($"Sandbox:Seed, switches: {wrong}");
        }

        _configured = _current;
    }

    internal SandboxBehaviour Current => _current;

    internal void Reset() => _current = _configured;

    internal JsonObject Show() => JsonSerializer.SerializeToNode(_current, Wire)!.AsObject();

    /// <summary>Changes the named values and keeps the others; returns the validation error, or null.</summary>
    internal string? Apply(IReadOnlyDictionary<string, JsonNode?> changes)
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

        SandboxBehaviour turned;
        try
        {
            turned = merged.Deserialize<SandboxBehaviour>(Wire)!;
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

    private static string? Problem(SandboxBehaviour behaviour)
    {
        List<ValidationResult> problems = [];
        return Validator.TryValidateObject(behaviour, new ValidationContext(behaviour), problems, validateAllProperties: true)
            ? null
            : string.Join(" ", problems.Select(one => one.ErrorMessage));
    }
}
