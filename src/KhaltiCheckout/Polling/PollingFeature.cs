namespace KhaltiCheckout.Polling;

internal static class PollingFeature
{
    internal static void AddReconciliation(this IServiceCollection services)
    {
        services.AddOptions<PollingOptions>()
            .BindConfiguration(PollingOptions.Section)
            .Validate(options => options.Interval > TimeSpan.Zero, "Reconciliation:Interval must be longer than nothing, such as 00:00:01.")
            .ValidateOnStart();
        services.AddSingleton<PollingPass>();
        services.AddHostedService<PollingWorker>();
    }
}
