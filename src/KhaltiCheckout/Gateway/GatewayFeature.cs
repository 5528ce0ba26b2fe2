using Khalti.Client;
using KhaltiCheckout.Settings;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Gateway;

internal static class GatewayFeature
{
    internal static void AddGateway(this IServiceCollection services)
    {
        services.AddOptions<SandboxSettings>().BindConfiguration(SandboxSettings.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<SandboxSettings>, SandboxDefaults>();
        services.AddSingleton<IValidateOptions<SandboxSettings>, SandboxSettingsRules>();
        services.AddOptions<KhaltiOptions>().BindConfiguration(KhaltiOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<KhaltiOptions>, KhaltiDefaults>();
        services.AddSingleton<IValidateOptions<KhaltiOptions>, KhaltiOptionsRules>();
        services.AddSingleton<IPostConfigureOptions<StoreOptions>, StoreDefaults>();
        services.AddSingleton<IValidateOptions<StoreOptions>, PublicAddressRules>();
        services.AddSingleton(provider => new LocalSandbox(
            () => provider.GetRequiredService<IOptions<KhaltiOptions>>().Value.Mode == KhaltiMode.Sandbox,
            provider.GetRequiredService<IConfiguration>()));

        services.AddSingleton(provider => KhaltiClients.Of(
            provider.GetRequiredService<IOptions<KhaltiOptions>>().Value, provider.GetRequiredService<TimeProvider>(),
            KhaltiClient.CreateHttpClient));
        services.AddSingleton<KhaltiHealth>();
        services.AddSingleton<LookupBudget>();
        services.AddScoped<WidgetGateway>();
        services.AddScoped<EPaymentGateway>();
        services.AddScoped<RefundGateway>();
        services.AddScoped<GatewayRecords>();
        services.AddSingleton<TransactionGateway>();
        services.AddHostedService<EmbeddedSandbox>();
    }
}
