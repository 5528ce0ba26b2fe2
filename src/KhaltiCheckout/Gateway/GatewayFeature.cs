using Khalti.Client;
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
        services.AddSingleton<LocalSandbox>();

        services.AddSingleton(provider => KhaltiClients.Of(
            provider.GetRequiredService<IOptions<KhaltiOptions>>().Value, provider.GetRequiredService<TimeProvider>(),
            KhaltiClient.CreateHttpClient));
        services.AddSingleton<KhaltiHealth>();
        services.AddSingleton<LookupBudget>();
        services.AddScoped<WidgetGateway>();
        services.AddScoped<EPaymentGateway>();
        services.AddScoped<RefundGateway>();
        services.AddScoped<GatewayRecords>();
        services.AddHostedService<EmbeddedSandbox>();
    }
}
