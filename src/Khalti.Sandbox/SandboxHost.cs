using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Logging.Abstractions;
using SQLitePCL;

namespace Khalti.Sandbox;

/// <summary>
/// A running sandbox: a web server of its own inside the caller's process. It takes its settings from
/// <see cref="SandboxOptions"/> alone and never from the caller's configuration files or environment.
/// </summary>
public sealed partial class SandboxHost : IAsyncDisposable
{
    private const long MaxBody = 1024 * 1024;

    private readonly WebApplication _app;
    private readonly Ledger _ledger;

    private SandboxHost(WebApplication app, Ledger ledger)
    {
        _app = app;
        _ledger = ledger;
    }

    /// <summary>The address the server listens on, with the chosen port when port 0 was configured.</summary>
    public Uri Address => Addresses.First(address => address.Scheme == Uri.UriSchemeHttp);

    /// <summary>The address it listens on by https, or null.</summary>
    public Uri? HttpsAddress => Addresses.FirstOrDefault(address => address.Scheme == Uri.UriSchemeHttps);

    private IEnumerable<Uri> Addresses => _app.Services.GetRequiredService<IServer>().Features
        .GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(address => new Uri(address));

    public static async Task<SandboxHost> StartAsync(
        SandboxOptions options, TimeProvider time, ILoggerFactory? loggers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        string contentRoot = Path.GetFullPath(options.ContentRoot ?? Directory.GetCurrentDirectory());
        string[] urls = [.. Urls(options.Url), .. HttpsUrl(options.HttpsUrl)];
        SeedFile seed = SeedFile.Read(options.Seed, contentRoot);
        Merchants merchants = new(seed.Merchants.Select(one => one.ToMerchant()));
        Payers payers = new(seed.Payers.Select(one => one.ToAccount()));
        Ledger ledger = new(options.ConnectionString, contentRoot, merchants, payers);
        WebApplication? app = null;
        try
        {
            app = Build(options, contentRoot, urls, seed, ledger, time, loggers ?? NullLoggerFactory.Instance);
            await app.StartAsync(cancellationToken);
            SandboxHost host = new(app, ledger);
            string sqlite = raw.sqlite3_libversion().utf8_to_string();
            Log.Started(app.Logger, string.Join(" and ", host.Addresses), sqlite);
            return host;
        }
        catch
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }

            ledger.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _ledger.Dispose();
    }

    private static WebApplication Build(
        SandboxOptions options, string contentRoot, string[] urls, SeedFile seed, Ledger ledger, TimeProvider time, ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(SandboxHost).Assembly.GetName().Name,
            ContentRootPath = contentRoot,
        });
        builder.WebHost.UseKestrelCore().UseUrls(urls).ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = MaxBody;
        });
        if (options.HttpsUrl is { Length: > 0 })
        {
            X509Certificate2 certificate = CertificateAuthority.Open(options.CertificateFolder, time).Issue(Names(urls, options));
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(
                server => server.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate));
        }

        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.Services.AddSingleton(ledger);
        builder.Services.AddSingleton(new SandboxClock(time));
        builder.Services.AddSingleton(ledger.Merchants);
        builder.Services.AddSingleton(ledger.Payers);
        builder.Services.AddSingleton(seed);
        builder.Services.AddSingleton(new Banks(seed.Banks.Select(one => one.ToBank())));
        builder.Services.AddSingleton(new PaymentUrl(options.PublicUrl is { Length: > 0 } url ? PublicUrl(url) : null));
        builder.Services.AddSingleton(new BehaviourSettings(options.Switches, seed.Switches.ToDictionary()));
        builder.Services.AddSingleton<Faults>();
        builder.Services.AddSingleton<RequestJournal>();
        builder.Services.AddSingleton<Changes>();

        WebApplication app = builder.Build();
        // Behind a proxy that terminates HTTPS, links in answers must begin with https.
        app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedProto });
        app.UseStatusCodePages(PlainErrors.Describe);
        app.Use(new HostGuard(urls, [.. options.Hosts, .. PublicHost(options)]).WatchAsync);
        app.Use(new ControlGuard(options.ControlNetworks).WatchAsync);
        app.Use(app.Services.GetRequiredService<Changes>().WatchAsync);
        app.Use(ClientCors.Allow);
        app.Use(UnmatchedCalls.Record);
        app.Use(TrailingSlash.RedirectWithoutSlash);
        app.UseRouting();
        app.MapWidgetApi();
        app.MapBanks();
        app.MapTransactionApi();
        app.MapEPaymentApi();
        app.MapRefundApi();
        app.MapPaymentPage();
        app.MapControlApi();
        app.MapPages();
        return app;
    }

    private static string[] Urls(string text)
    {
        string[] urls = text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        bool isValid = urls.Length > 0 && urls.All(url => url.StartsWith("http://", StringComparison.OrdinalIgnoreCase));
        return isValid ? urls : throw new InvalidOperationException($"Sandbox:Url must be an http:// address, not '{text}'.");
    }

    private static string[] HttpsUrl(string? url) =>
        string.IsNullOrEmpty(url) ? []
        : url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? [url]
        : throw new InvalidOperationException($"Sandbox:HttpsUrl must be an https:// address, not '{url}'.");

    /// <summary>The names under which it is reached, but for the wildcards of listen addresses.</summary>
    private static IEnumerable<string> Names(string[] urls, SandboxOptions options) =>
        urls.Select(url => BindingAddress.Parse(url).Host.Trim('[', ']')).Where(host => host is not ("*" or "+" or "0.0.0.0" or "::"))
            .Concat(PublicHost(options)).Concat(options.Hosts);

    private static string[] PublicHost(SandboxOptions options) =>
        options.PublicUrl is { Length: > 0 } url ? [PublicUrl(url).Host] : [];

    private static Uri PublicUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url is { Scheme: "http" or "https", PathAndQuery: "/", UserInfo: "" }
            ? url
            : throw new InvalidOperationException(
                $"Sandbox:PublicUrl must be a full address without a path, such as http://localhost:5081, not '{text}'.");

    /// <summary>Ignores the signals of the process, which the caller handles.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Khalti Sandbox listens on {Address}; SQLite {Version}")]
        internal static partial void Started(ILogger logger, string address, string version);
    }
}
