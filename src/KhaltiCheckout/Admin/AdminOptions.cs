using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Admin;

public sealed class AdminOptions
{
    public const string Section = "Admin";

    /// <summary>Who holds one of these may see and change every order.</summary>
    public string[] ApiKeys { get; set; } = [];
}

/// <summary>Refuses keys that anybody could guess or has read in our documents. No refusal repeats a key.</summary>
internal sealed class AdminOptionsRules(IHostEnvironment environment) : IValidateOptions<AdminOptions>
{
    /// <summary>Stands in appsettings.Development.json: everybody knows it.</summary>
    internal const string DevelopmentKey = "dev-admin-key-0000000000000000";

    private const int ShortestKey = 16;

    public ValidateOptionsResult Validate(string? name, AdminOptions options)
    {
        string? trouble = !environment.IsDevelopment() && options.ApiKeys.Length == 0
            ? "Admin:ApiKeys has no key: set Admin:ApiKeys:0 to a long random text (as an environment variable, Admin__ApiKeys__0)."
            : options.ApiKeys.Select(TroubleWith).FirstOrDefault(found => found is not null);
        return trouble is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(trouble);
    }

    private string? TroubleWith(string? key, int position) => key switch
    {
        _ when string.IsNullOrWhiteSpace(key) => $"Admin:ApiKeys:{position} is blank: set it to a long random text, or take it out.",
        DevelopmentKey when !environment.IsDevelopment() =>
            $"Admin:ApiKeys:{position} is the published development key: set it to a long random text of your own.",
        { Length: < ShortestKey } => $"Admin:ApiKeys:{position} is too short to be safe: give it at least {ShortestKey} characters.",
        _ when !key.All(letter => letter is > ' ' and <= '~') => $"Admin:ApiKeys:{position} can't be sent in a header: use printable ASCII without blanks.",
        _ => null,
    };
}
