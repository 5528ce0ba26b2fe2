using KhaltiCheckout.Orders;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Data;

internal static class DataFeature
{
    internal static void AddData(this IServiceCollection services)
    {
        services.AddOptions<DatabaseOptions>()
            .BindConfiguration(DatabaseOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                options => string.Equals(options.Provider, "Sqlite", StringComparison.OrdinalIgnoreCase),
                "Database:Provider must be Sqlite; PostgreSql is not built yet.")
            .ValidateOnStart();

        services.AddSingleton<SqliteSettings>();
        services.AddSingleton<CheckoutStore>(provider => new SqliteStore(Located(provider), provider.GetRequiredService<OrderChanges>()));
        services.AddSingleton(provider => new DbContextOptionsBuilder<CheckoutDb>()
                .UseSqlite(Located(provider))
                .AddInterceptors(provider.GetRequiredService<SqliteSettings>())
                .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>())

                // A lost race is decided again, not an error for the log.
                .ConfigureWarnings(warnings => warnings
                    .Log((CoreEventId.SaveChangesFailed, LogLevel.Debug), (CoreEventId.OptimisticConcurrencyException, LogLevel.Debug))
                    .Log((RelationalEventId.CommandError, LogLevel.Debug)))
                .Options);
        services.AddScoped(provider => new CheckoutDb(
            provider.GetRequiredService<DbContextOptions<CheckoutDb>>(), provider.GetRequiredService<CheckoutStore>()));
        services.AddHostedService<PrepareDatabase>();
    }

    private static string Located(IServiceProvider provider) => SqliteSettings.Locate(
        provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.ConnectionString,
        provider.GetRequiredService<IHostEnvironment>().ContentRootPath);
}
