using KhaltiCheckout.Settings;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Access;

public sealed class AdminOptions
{
    public const string Section = "Admin";

    /// <summary>Each holder of one of these may see and change every order. Without one, the development key where it is allowed.</summary>
    public string[] ApiKeys { get; set; } = [];
}

internal sealed class AdminDefaults(LocalSandbox local) : IPostConfigureOptions<AdminOptions>
{
    public void PostConfigure(string? name, AdminOptions options)
    {
        if (options.ApiKeys.Length == 0 && local.IsActive)
        {
            options.ApiKeys = [AdminOptionsRules.DevelopmentKey];
        }
    }
}

/// <summary>Refuses keys that can be guessed or are published in our documents. No refusal repeats a key.</summary>
internal sealed class AdminOptionsRules(LocalSandbox local) : IValidateOptions<AdminOptions>
{
    /// <summary>Published in the README, so it opens only a shop that just this machine can reach and that takes no real money.</summary>
    internal const string DevelopmentKey = "dev-admin-key-0000000000000000";

    private const int MinLength = 32;
    private const int MinLengthInLocalSandbox = 16;
    private const int MinDifferent = 10;

    public ValidateOptionsResult Validate(string? name, AdminOptions options)
    {
        string? error = options.ApiKeys.Length == 0
            ? "Admin:ApiKeys has no key: set Admin:ApiKeys:0 to a long random text (as an environment variable, Admin__ApiKeys__0)."
            : options.ApiKeys.Select(ErrorOf).FirstOrDefault(found => found is not null);
        return error is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(error);
    }

    private string? ErrorOf(string? key, int position)
    {
        int minLength = local.IsActive ? MinLengthInLocalSandbox : MinLength;
        return key switch
        {
            _ when string.IsNullOrWhiteSpace(key) => $"Admin:ApiKeys:{position} is blank: set it to a long random text, or take it out.",
            DevelopmentKey when local.IsActive => null,
            DevelopmentKey => $"Admin:ApiKeys:{position} is the published development key, which works in Mode Sandbox on this machine "
                + "only: set it to a long random text of your own.",
            _ when !key.All(letter => letter is > ' ' and <= '~') =>
                $"Admin:ApiKeys:{position} can't be sent in a header: use printable ASCII without blanks.",
            _ when key.Length < minLength => $"Admin:ApiKeys:{position} is too short to be safe: give it at least {minLength} characters.",
            _ when !local.IsActive && key.Distinct().Count() < MinDifferent =>
                $"Admin:ApiKeys:{position} can be guessed: give it at least {MinDifferent} different "
                    + "characters, such as the output of openssl rand -hex 32.",
            _ => null,
        };
    }
}
