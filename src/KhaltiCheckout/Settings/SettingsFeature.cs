using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Settings;

internal static class SettingsFeature
{
    internal static void AddShopSettings(this IServiceCollection services)
    {
        services.AddOptions<StoreOptions>().BindConfiguration(StoreOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<StoreOptions>, StoreOptionsRules>();
        services.AddSingleton<StoreAddress>();
    }
}
