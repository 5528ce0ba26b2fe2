using FluentValidation;
using KhaltiCheckout.Http;

namespace KhaltiCheckout.Access;

/// <summary>What a key may be called, and what it may be allowed: the same by HTTP and on the command line.</summary>
internal sealed class KeyRules : AbstractValidator<CreateKeyRequest>
{
    internal const int MaxNameLength = 60;

    /// <summary>Who makes keys without having one.</summary>
    internal const string CommandLine = "command line";

    public KeyRules()
    {
        RuleLevelCascadeMode = CascadeMode.Stop;
        RuleFor(key => key.Name).NotEmpty().WithMessage("Whose key is it? A name for timelines and lists.")
            .PlainText(MaxNameLength)
            .Must(name => KeyNames.IsVisible(name ?? "")).WithMessage("No characters that can't be seen.")
            .Must(name => KeyNames.IsInPlainForm(name ?? "")).WithMessage("Letters and digits in their plain form: 2, not ².")
            .Must(name => !IsOfAnotherKind(name ?? "")).WithMessage("That is the name of another kind of key.");
        RuleFor(key => key.Scopes).NotEmpty().WithMessage("At least one scope.")
            .Must(scopes => scopes.Count <= Scopes.All.Count && scopes.All(scope => scope is not null && Scopes.All.Contains(scope)))
            .WithMessage($"Only {string.Join(", ", Scopes.All.Order(StringComparer.Ordinal))}, each once.");
    }

    // In a timeline no key may pass for one of the settings.
    private static bool IsOfAnotherKind(string name)
    {
        string skeleton = KeyNames.Skeleton(name);
        return skeleton.StartsWith(KeyNames.Skeleton(ConfiguredApiKeys.NamePrefix), StringComparison.Ordinal)
            || skeleton == KeyNames.Skeleton(CommandLine);
    }
}
