using FluentValidation;
using KhaltiCheckout.Http;

namespace KhaltiCheckout.Admin;

/// <summary>What a key may be called, and what it may be allowed: the same by HTTP and on the command line.</summary>
internal sealed class KeyRules : AbstractValidator<CreateKeyRequest>
{
    internal const int LongestName = 60;

    /// <summary>Who makes keys without having one.</summary>
    internal const string CommandLine = "command line";

    public KeyRules()
    {
        RuleLevelCascadeMode = CascadeMode.Stop;
        RuleFor(key => key.Name).NotEmpty().WithMessage("Whose key is it? A name for timelines and lists.")
            .Must(name => !IsOfAnotherKind(name)).WithMessage("That is the name of another kind of key.")
            .PlainText(LongestName);
        RuleFor(key => key.Scopes).NotEmpty().WithMessage("At least one scope.")
            .Must(scopes => scopes.Count <= Scopes.All.Count && scopes.All(scope => scope is not null && Scopes.All.Contains(scope)))
            .WithMessage($"Only {string.Join(", ", Scopes.All.Order(StringComparer.Ordinal))}, each once.");
    }

    // In a timeline nobody should pass for a key of the settings.
    private static bool IsOfAnotherKind(string name) =>
        name.StartsWith(SettingsKeys.NamePrefix, StringComparison.OrdinalIgnoreCase) || name.Equals(CommandLine, StringComparison.OrdinalIgnoreCase);
}
