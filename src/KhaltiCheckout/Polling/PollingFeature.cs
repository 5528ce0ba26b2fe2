using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Storage;
using KhaltiCheckout.TransactionMatching;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Polling;

internal static class PollingFeature
{
    internal static void AddReconciliation(this IServiceCollection services)
    {
        services.AddOptions<PollingOptions>()
            .BindConfiguration(PollingOptions.Section)
            .ValidateDataAnnotations()
            .Validate(options => options.Interval > TimeSpan.Zero, "Reconciliation:Interval must be longer than nothing, such as 00:00:01.")
            .ValidateOnStart();
        services.AddSingleton<PollingPass>();
        services.AddSingleton<PruningPass>();

        // Each by itself: a slow list keeps no payment waiting.
        services.AddWorker(
            "polling", static (provider, token) => provider.GetRequiredService<PollingPass>().PassAsync(token));
        services.AddWorker(
            "transaction matching",
            static (provider, token) => provider.GetRequiredService<IOptions<MatchingOptions>>().Value.Enabled
                ? provider.GetRequiredService<MatchingPass>().PassAsync(token)
                : Task.CompletedTask);
        services.AddWorker(
            "daily reconciliation", static (provider, token) => provider.GetRequiredService<NightPass>().PassAsync(token));
        services.AddWorker(
            "event positions", static (provider, token) => provider.GetRequiredService<EventPositions>().AssignUnreadAsync(token));
        services.AddWorker(
            "pruning", static (provider, token) => provider.GetRequiredService<PruningPass>().PassAsync(token));
    }

    private static void AddWorker(this IServiceCollection services, string name, Func<IServiceProvider, CancellationToken, Task> pass) =>
        services.AddSingleton<IHostedService>(provider => new PollingWorker(name, pass, provider));
}
