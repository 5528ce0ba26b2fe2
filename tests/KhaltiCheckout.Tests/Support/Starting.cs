using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Core;
using Serilog.Events;

namespace KhaltiCheckout.Tests.Support;

/// <summary>Starts a shop with settings that may be invalid.</summary>
internal static class Starting
{
    internal const string MerchantKey = "a-key-of-the-merchant-0123456789";

    /// <summary>The message with which the start is refused.</summary>
    internal static async Task<string> RefusalAsync(string environment, params (string Key, string? Value)[] settings)
    {
        Exception? failure = await TryAsync(environment, settings);
        failure.ShouldNotBeNull("it started");
        string? sentence = Hosting.Explanation(failure);
        sentence.ShouldNotBeNull(failure.ToString());
        sentence.ShouldNotContain("\n");
        sentence.ShouldEndWith(".");
        return sentence;
    }

    /// <summary>What stopped it, or null when it started and answered.</summary>
    internal static async Task<Exception?> TryAsync(string environment, params (string Key, string? Value)[] settings)
    {
        string folder = Directory.CreateTempSubdirectory("checkout-start-").FullName;
        using TestDatabase database = TestDatabase.In(folder);
        StartLog log = new();
        try
        {
            await using WebApplicationFactory<CheckoutDb> app = new WebApplicationFactory<CheckoutDb>().WithWebHostBuilder(builder =>
            {
                builder.UseSetting("environment", environment);
                builder.UseSolutionRelativeContentRoot(".");
                foreach ((string key, string? value) in Usual(folder).Concat(database.Settings).Concat(settings))
                {
                    builder.UseSetting(key, value);
                }

                builder.ConfigureTestServices(services => services.AddSingleton<ILogEventSink>(log));
            });
            using HttpClient http = app.CreateClient();
            (await http.GetAsync("/health/ready", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
            return null;
        }
        catch (Exception failure) when (failure is not HttpRequestException)
        {
            // A host that fails fast is disposed before the factory has asked it: then only the log knows why.
            return failure is ObjectDisposedException ? log.WhyNotStarted : failure;
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<(string Key, string? Value)> Usual(string folder) =>
    [
        ("hostBuilder:reloadConfigOnChange", "false"),
        ("Sandbox:ConnectionString", $"Data Source={folder}/sandbox.db"),
        ("Sandbox:Embedded", "false"),
        ("Reconciliation:Enabled", "false"),
        ("Log:Format", "None"),
        ("Admin:ApiKeys:0", MerchantKey),
    ];

    private sealed class StartLog : ILogEventSink
    {
        internal Exception? WhyNotStarted { get; private set; }

        public void Emit(LogEvent logEvent) => WhyNotStarted = logEvent.Exception ?? WhyNotStarted;
    }
}
