namespace KhaltiCheckout.Reconciliation;

internal static class ReconciliationFeature
{
    internal static void AddReconciliation(this IServiceCollection services)
    {
        services.AddOptions<ReconciliationOptions>()
            .BindConfiguration(ReconciliationOptions.Section)
            .Validate(options => options.Interval > TimeSpan.Zero, "Reconciliation:Interval must be longer than nothing, such as 00:00:01.")
            .ValidateOnStart();
        services.AddSingleton<UnreadableOrders>();
        services.AddSingleton<Reconciler>();
        services.AddHostedService<ReconciliationWorker>();
    }
}
