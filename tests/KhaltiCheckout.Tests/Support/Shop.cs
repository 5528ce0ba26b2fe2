using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Khalti.Sandbox;
using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Polling;
using KhaltiCheckout.Storage;
using KhaltiCheckout.TransactionMatching;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Serilog.Core;

namespace KhaltiCheckout.Tests.Support;

/// <summary>
/// The real shop on a real port, with a database of its own, and the real sandbox beside it. Time stands still until
/// the test moves it; the worker's pass runs when the test says so.
/// </summary>
internal sealed class Shop : IAsyncDisposable
{
    private readonly string _folder;
    private readonly TestDatabase _database;
    private readonly Dictionary<string, string?> _settings;
    private readonly Action<IServiceCollection> _services;
    private WebApplicationFactory<CheckoutDb> _app;
    private bool _warningsAreExpected;
    private bool _isGuest;

    private Shop(
        string folder, TestDatabase database, SandboxDriver sandbox, TestClock clock,
        Dictionary<string, string?> settings, Action<IServiceCollection> services)
    {
        _folder = folder;
        _database = database;
        _settings = settings;
        _services = services;
        Sandbox = sandbox;
        Clock = clock;
        _app = Build();
    }

    internal HttpClient Http { get; private set; } = new();

    internal SandboxDriver Sandbox { get; }

    internal TestClock Clock { get; }

    internal LogWatch Log { get; } = new();

    internal TestDatabase Database => _database;

    internal IServiceProvider Services => _app.Services;

    internal static Task<Shop> OpenAsync(params (string Key, string? Value)[] settings) => OpenAsync(static _ => { }, settings);

    /// <param name="services">Called for every process of this shop that starts.</param>
    internal static async Task<Shop> OpenAsync(Action<IServiceCollection> services, params (string Key, string? Value)[] settings)
    {
        string folder = Directory.CreateTempSubdirectory("checkout-test-").FullName;
        TestDatabase database = TestDatabase.WithTablesIn(folder);
        TestClock clock = new();
        SandboxHost sandbox = await SandboxHost.StartAsync(
            new SandboxOptions { Url = "http://127.0.0.1:0", ConnectionString = $"Data Source={folder}/sandbox.db" },
            clock, loggers: null, TestContext.Current.CancellationToken);
        Dictionary<string, string?> all = new(StringComparer.OrdinalIgnoreCase)
        {
            ["hostBuilder:reloadConfigOnChange"] = "false",
            ["Khalti:Mode"] = "Sandbox",
            ["Khalti:TimeoutSeconds"] = "5",
            ["Sandbox:Embedded"] = "false",
            ["Sandbox:Url"] = sandbox.Address.ToString(),
            ["Reconciliation:Enabled"] = "false",
            ["Log:Format"] = "None",
            ["Serilog:MinimumLevel:Override:Microsoft"] = "Information",
            ["Serilog:MinimumLevel:Override:System"] = "Information",
            ["urls"] = "http://127.0.0.1:0",
        };
        foreach ((string key, string? value) in database.Settings.Concat(settings))
        {
            all[key] = value;
        }

        Shop shop = new(folder, database, new SandboxDriver(sandbox), clock, all, services);
        shop.Open();
        return shop;
    }

    /// <summary>A second process, as it were, on the same files, with the same sandbox and the same clock.</summary>
    internal Shop OpenAnother()
    {
        Shop other = new(_folder, _database, Sandbox, Clock, _settings, _services) { _isGuest = true };
        other.Open();
        return other;
    }

    /// <summary>This process ends and another starts on the same files, with some settings changed.</summary>
    internal async Task ReopenAsync(params (string Key, string? Value)[] changed)
    {
        Http.Dispose();
        await _app.DisposeAsync();
        foreach ((string key, string? value) in changed)
        {
            _settings[key] = value;
        }

        _app = Build();
        Open();
    }

    /// <summary>For the next process that opens on these files.</summary>
    internal void Set(string key, string? value) => _settings[key] = value;

    internal void ExpectWarnings() => _warningsAreExpected = true;

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        if (!_isGuest)
        {
            await Sandbox.DisposeAsync();
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            _database.Dispose();
            Directory.Delete(_folder, recursive: true);
        }

        if (!_warningsAreExpected)
        {
            Log.Warnings.ShouldBeEmpty();
        }
    }

    internal async Task<JsonNode> GivenOrderAsync(string productId = "ilam-tea", int quantity = 1)
    {
        (int status, JsonNode order) = await PostAsync("/api/v1/orders", new { items = new[] { new { productId, quantity } } });
        status.ShouldBe(201, order.ToJsonString());
        return order;
    }

    internal async Task<(JsonNode Order, string Token)> GivenConfirmedAsync(string productId = "ilam-tea")
    {
        JsonNode order = await GivenOrderAsync(productId);
        return (order, await Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id()));
    }

    internal async Task<(JsonNode Order, string Token)> GivenPaidAsync()
    {
        (JsonNode order, string token) = await GivenConfirmedAsync();
        (int status, JsonNode paid) = await VerifyAsync(order, token);
        status.ShouldBe(200, paid.ToJsonString());
        return (paid, token);
    }

    internal Task<(int Status, JsonNode Body)> VerifyAsync(JsonNode order, string token, long? amount = null) =>
        PostAsync("/api/v1/payments/verify", new { orderId = order.Id(), token, amount = amount ?? (long)order["amount"]! });

    internal Task<(int Status, JsonNode Body)> InitiateAsync(JsonNode order) =>
        PostAsync("/api/v1/payments/initiate", new { orderId = order.Id() });

    /// <summary>An order, and the <c>pidx</c> of the link that its shopper was sent to.</summary>
    internal async Task<(JsonNode Order, string Pidx)> GivenLinkAsync()
    {
        JsonNode order = await GivenOrderAsync();
        return (order, await GivenLinkAsync(order));
    }

    internal async Task<string> GivenLinkAsync(JsonNode order)
    {
        (int status, JsonNode link) = await InitiateAsync(order);
        status.ShouldBe(201, link.ToJsonString());
        return (string)link["pidx"]!;
    }

    /// <summary>The browser comes to the address that Khalti sent it to; returns where it is sent on to.</summary>
    internal async Task<(int Status, string? Location)> ComeBackAsync(string pathAndQuery, string? cookie = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, pathAndQuery);
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        using HttpResponseMessage response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, response.Headers.Location?.OriginalString);
    }

    internal Task<(int Status, string? Location)> ComeBackAsync(Uri redirectUrl) => ComeBackAsync(redirectUrl.PathAndQuery);

    internal Task<(int Status, JsonNode Body)> CancelAsync(JsonNode order) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/api/v1/orders/{order.Id()}/cancel"));

    internal async Task<JsonNode> ReadAsync(JsonNode order)
    {
        (int status, JsonNode body) = await GetAsync($"/api/v1/orders/{order.Id()}");
        status.ShouldBe(200);
        return body;
    }

    internal Task<(int Status, JsonNode Body)> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    internal Task<(int Status, JsonNode Body)> PostAsync(string path, object body) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) });

    internal Task<(int Status, JsonNode Body)> PostRawAsync(string path, string body, string mediaType = "application/json") =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, mediaType) });

    internal async Task<(int Status, JsonNode Body)> SendAsync(HttpRequestMessage request)
    {
        using HttpResponseMessage response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if ((int)response.StatusCode >= 400)
        {
            response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", text);
        }

        return ((int)response.StatusCode, JsonNode.Parse(text)!);
    }

    /// <summary>One round of the worker.</summary>
    internal Task<(int Asked, int Expired)> PassAsync() =>
        _app.Services.GetRequiredService<PollingPass>().PassAsync(TestContext.Current.CancellationToken);

    /// <summary>One round of looking for transactions that no payment here has.</summary>
    internal Task<(int Found, int Decided)> MatchAsync() =>
        _app.Services.GetRequiredService<MatchingPass>().PassAsync(TestContext.Current.CancellationToken);

    /// <summary>The night's comparison, until no day is due. Returns the days that were compared.</summary>
    internal async Task<IReadOnlyList<DateOnly>> NightAsync()
    {
        List<DateOnly> days = [];
        Clock.Advance(TimeSpan.FromSeconds(11));
        while (await _app.Services.GetRequiredService<NightPass>().PassAsync(TestContext.Current.CancellationToken) is { } day)
        {
            days.Add(day);
        }

        return days;
    }

    /// <summary>One round of removing orders that expired unpaid long ago; returns how many.</summary>
    internal Task<int> PruneAsync() =>
        _app.Services.GetRequiredService<PruningPass>().PassAsync(TestContext.Current.CancellationToken);

    /// <summary>So many rounds of it, ten seconds apart: a page of the list each.</summary>
    internal async Task MatchForAsync(TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed <= time; passed += TimeSpan.FromSeconds(10))
        {
            await MatchAsync();
            Clock.Advance(TimeSpan.FromSeconds(10));
        }
    }

    /// <summary>Time passes, and the worker makes a round.</summary>
    internal Task<(int Asked, int Expired)> PassAfterAsync(TimeSpan wait)
    {
        Clock.Advance(wait);
        return PassAsync();
    }

    /// <summary>Waits for something that happens on another connection, for ten seconds at the most.</summary>
    internal static async Task UntilAsync(Func<Task<bool>> happened)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(10));
        while (!await happened())
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>The program ends by itself.</summary>
    internal Task ShouldStopAsync()
    {
        try
        {
            CancellationToken stopping = _app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            return UntilAsync(() => Task.FromResult(stopping.IsCancellationRequested));
        }
        catch (ObjectDisposedException)
        {
            return Task.CompletedTask; // it has ended already
        }
    }

    /// <summary>Looks into the database: to count, or to set up what no request can.</summary>
    internal async Task<T> InDatabaseAsync<T>(Func<CheckoutDb, Task<T>> look)
    {
        await using AsyncServiceScope scope = _app.Services.CreateAsyncScope();
        return await look(scope.ServiceProvider.GetRequiredService<CheckoutDb>());
    }

    private WebApplicationFactory<CheckoutDb> Build()
    {
        WebApplicationFactory<CheckoutDb> app = new WebApplicationFactory<CheckoutDb>().WithWebHostBuilder(builder =>
        {
            builder.UseSolutionRelativeContentRoot(".");
            foreach ((string key, string? value) in _settings)
            {
                builder.UseSetting(key, value);
            }

            builder.ConfigureTestServices(services =>
            {
                services.AddSingleton<TimeProvider>(Clock);
                services.AddSingleton<ILogEventSink>(Log);
                _services(services);
            });
        });
        app.UseKestrel(0);
        return app;
    }

    private void Open()
    {
        _app.StartServer();
        Http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                RequestHeaderEncodingSelector = (_, _) =>
                Encoding.UTF8
            })
        { BaseAddress = _app.ClientOptions.BaseAddress };
    }
}
