namespace KhaltiCheckout.TransactionMatching;

internal static class MatchingFeature
{
    internal static void AddTransactionMatching(this IServiceCollection services)
    {
        services.AddOptions<MatchingOptions>().BindConfiguration(MatchingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<UnmatchedRows>();
        services.AddSingleton<MatchingPass>();
    }
}
