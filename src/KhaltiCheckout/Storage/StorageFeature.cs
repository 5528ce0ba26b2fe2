using KhaltiCheckout.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhaltiCheckout.Storage;

internal static class StorageFeature
{
    internal static void AddStorage(this IServiceCollection services)
    {
        SqliteSettings.DisableMemoryStatistics();
        services.AddOptions<DatabaseOptions>()
            .BindConfiguration(DatabaseOptions.Section)
            .ValidateDataAnnotations()
            .Validate(options => options.IsKnown, "Database:Provider must be Sqlite or PostgreSql.")
            .ValidateOnStart();

        services.AddSingleton<SqliteSettings>();
        services.AddSingleton(provider => Logged(new DbContextOptionsBuilder<CheckoutDb>(), provider)
            .UseSqlite(Located(provider), sqlite => sqlite.UseQuerySplittingBehavior(QuerySplittingBehavior.SplitQuery))
            .AddInterceptors(provider.GetRequiredService<SqliteSettings>())
            .Options);

        services.AddSingleton(provider => PostgreSqlSettings.Pool(OptionsOf(provider).ConnectionString));
        services.AddSingleton(provider => Logged(new DbContextOptionsBuilder<PostgreSqlCheckoutDb>(), provider)
            .UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>(), PostgreSqlSettings.Apply)
            .AddInterceptors(new TextSanitizer())
            .Options);

        services.AddSingleton<Database>(provider => OptionsOf(provider).IsPostgreSql
            ? new PostgreSqlDatabase(provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<OrderChanges>())
            : new SqliteDatabase(
                Located(provider), provider.GetRequiredService<OrderChanges>(), provider.GetRequiredService<ProgramStop>()));
        services.AddSingleton<ProgramStop>();
        services.AddSingleton<OrderChanges>();
        services.AddScoped(provider => OptionsOf(provider).IsPostgreSql
            ? new PostgreSqlCheckoutDb(
                provider.GetRequiredService<DbContextOptions<PostgreSqlCheckoutDb>>(), provider.GetRequiredService<Database>(),
                provider.GetRequiredService<NpgsqlDataSource>())
            : new CheckoutDb(provider.GetRequiredService<DbContextOptions<CheckoutDb>>(), provider.GetRequiredService<Database>()));
        services.AddHostedService<PrepareDatabase>();
    }

    /// <param name="receiptRules">What the settings say about receipts just now.</param>
    internal static void AddOrderStore(this IServiceCollection services, Func<IServiceProvider, ReceiptRules> receiptRules)
    {
        services.AddSingleton(OrderTables.Instance);
        services.AddSingleton<RecentOrders>();
        services.AddSingleton(provider => new ReceiptNumbers(() => receiptRules(provider)));
        services.AddSingleton<OrderStore>();
        services.AddSingleton<DueWorkQueries>();
        services.AddSingleton<UnreadableOrders>();
        services.AddSingleton<WorkCursors>();
        services.AddSingleton<UnpaidOrders>();
        services.AddSingleton<EventPositions>();
    }

    private static DatabaseOptions OptionsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<DatabaseOptions>>().Value;

    // A lost race is decided again, not an error for the log.
    private static DbContextOptionsBuilder<TDb> Logged<TDb>(DbContextOptionsBuilder<TDb> builder, IServiceProvider provider)
        where TDb : DbContext =>
        builder.UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>())
            .ConfigureWarnings(warnings => warnings
                .Log((CoreEventId.SaveChangesFailed, LogLevel.Debug), (CoreEventId.OptimisticConcurrencyException, LogLevel.Debug))
                .Log((RelationalEventId.CommandError, LogLevel.Debug)));

    private static string Located(IServiceProvider provider) => SqliteSettings.Locate(
        OptionsOf(provider).ConnectionString,
        provider.GetRequiredService<IHostEnvironment>().ContentRootPath);
}
