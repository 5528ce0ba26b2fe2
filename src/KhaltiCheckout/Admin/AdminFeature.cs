using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Admin;

internal static class AdminFeature
{
    internal static void AddAdmin(this IServiceCollection services)
    {
        services.AddOptions<AdminOptions>().BindConfiguration(AdminOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AdminOptions>, AdminOptionsRules>();
        services.AddSingleton<ApiKeys>();
    }
}
