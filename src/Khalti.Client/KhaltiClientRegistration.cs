using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Khalti.Client;

/// <summary>Registers <see cref="KhaltiClient"/> in a service collection.</summary>
public static class KhaltiClientRegistration
{
    /// <summary>Name of the registration without a name of its own, and of its <see cref="HttpClient"/>.</summary>
    public const string DefaultName = "Khalti";

    /// <summary>Registers a client as a singleton. Its settings are checked when the host starts.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section of the configuration that holds a <see cref="KhaltiClientSettings"/>.</param>
    /// <returns>The builder of its <see cref="HttpClient"/>, for further handlers. None may follow redirects or retry: a call that
    /// moves money must be sent once.</returns>
    public static IHttpClientBuilder AddKhaltiClient(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddKhaltiClient(section.Bind);
    }

    /// <summary>Registers a client as a singleton. Its settings are checked when the host starts.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets address and key.</param>
    /// <returns>The builder of its <see cref="HttpClient"/>.</returns>
    public static IHttpClientBuilder AddKhaltiClient(this IServiceCollection services, Action<KhaltiClientSettings> configure)
    {
        IHttpClientBuilder http = services.AddKhaltiClient(DefaultName, configure);
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<KhaltiClient>(DefaultName));
        return http;
    }

    /// <summary>Registers a client under a key, for a merchant with keys of its own for each product.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of the service, such as <c>epayment</c>.</param>
    /// <param name="configure">Sets address and key.</param>
    /// <returns>The builder of its <see cref="HttpClient"/>.</returns>
    public static IHttpClientBuilder AddKhaltiClient(
        this IServiceCollection services, string name, Action<KhaltiClientSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<KhaltiClientSettings>(name).Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KhaltiClientSettings>, KhaltiClientSettingsRules>());

        // The client is kept for the life of the program and its connections follow DNS: there is no handler to exchange.
        IHttpClientBuilder http = services.AddHttpClient(HttpName(name), KhaltiClient.Prepare)
            .ConfigurePrimaryHttpMessageHandler(KhaltiClient.CreateHandler)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        services.TryAddKeyedSingleton(name, (provider, _) => new KhaltiClient(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(HttpName(name)),
            provider.GetRequiredService<IOptionsMonitor<KhaltiClientSettings>>().Get(name)
                .ToOptions(provider.GetService<TimeProvider>() ?? TimeProvider.System)));
        return http;
    }

    private static string HttpName(string name) => name == DefaultName ? DefaultName : $"{DefaultName}:{name}";

    private sealed class KhaltiClientSettingsRules : IValidateOptions<KhaltiClientSettings>
    {
        public ValidateOptionsResult Validate(string? name, KhaltiClientSettings options)
        {
            try
            {
                options.ToOptions(TimeProvider.System).Validate();
                return ValidateOptionsResult.Success;
            }
            catch (ArgumentException wrong)
            {
                return ValidateOptionsResult.Fail($"Khalti client {name}: {wrong.Message}");
            }
        }
    }
}
