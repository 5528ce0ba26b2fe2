using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Admin;

internal static class AdminFeature
{
    internal static void AddAdmin(this IServiceCollection services)
    {
        services.AddOptions<AdminOptions>().BindConfiguration(AdminOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AdminOptions>, AdminOptionsRules>();
        services.AddSingleton<SettingsKeys>();

        // The core alone: what AddAuthentication adds to it keeps encryption keys in files, and nothing here is encrypted.
        services.AddWebEncoders();
        services.AddAuthenticationCore(authentication =>
        {
            authentication.AddScheme<ApiKeyHandler>(ApiKeyHandler.SchemeName, displayName: null);
            authentication.DefaultScheme = ApiKeyHandler.SchemeName;
        });
        Scopes.AddTo(services.AddAuthorizationBuilder());
    }
}
