using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Khalti.Sandbox;
using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Core;

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>
/// The real shop on a real port with its worker running, and the real sandbox beside it. At both, time stands still until
/// the test moves it, so what a page shows for a few seconds stays until the test has looked at it. A page's own time goes on.
/// </summary>
internal sealed class Storefront : IAsyncDisposable
{
    /// <summary>Longer than the worker waits before it asks again about a payment of which it has not asked often.</summary>
    internal static readonly TimeSpan AMoment = TimeSpan.FromMinutes(2);

    /// <summary>Longer than an order can be paid.</summary>
    internal static readonly TimeSpan TooLong = TimeSpan.FromHours(2);

    private readonly string _folder;
    private readonly WebApplicationFactory<CheckoutDb> _app;
    private readonly HttpClient _http;

    private Storefront(string folder, SandboxHost sandbox, ShopClock clock, Dictionary<string, string?> settings)
    {
        _folder = folder;
        Clock = clock;
        SandboxAddress = sandbox.Address;
        Sandbox = new SandboxDriver(sandbox);
        _app = new WebApplicationFactory<CheckoutDb>().WithWebHostBuilder(builder =>
        {
            builder.UseSolutionRelativeContentRoot(".");
            foreach ((string key, string? value) in settings)
            {
                builder.UseSetting(key, value);
            }

            builder.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(clock).AddSingleton<ILogEventSink>(Log));
        });
        _app.UseKestrel(0);
        _app.StartServer();
        _http = new HttpClient { BaseAddress = Address };
    }

    internal Uri Address => _app.ClientOptions.BaseAddress;

    internal Uri SandboxAddress { get; }

    internal SandboxDriver Sandbox { get; }

    internal ShopClock Clock { get; }

    internal LogWatch Log { get; } = new();

    /// <summary>What a shopper typed into Khalti's window and the shop must never see.</summary>
    internal IEnumerable<string> Leaks => Log.Lines
        .Where(
            line => line.Contains(Widget.TestMobile, StringComparison.Ordinal) || line.Contains(Widget.TestCode, StringComparison.Ordinal))
        .Select(line => "log: " + line);

    internal static async Task<Storefront> OpenAsync(params (string Key, string? Value)[] settings)
    {
        string folder = Directory.CreateTempSubdirectory("checkout-browser-").FullName;
        ShopClock clock = new();
        SandboxHost sandbox = await SandboxHost.StartAsync(
            new SandboxOptions { Url = "http://127.0.0.1:0", ConnectionString = $"Data Source={folder}/sandbox.db" },
            clock, loggers: null, TestContext.Current.CancellationToken);
        Dictionary<string, string?> all = new(StringComparer.OrdinalIgnoreCase)
        {
            ["hostBuilder:reloadConfigOnChange"] = "false",
            ["Khalti:Mode"] = "Sandbox",
            ["Khalti:TimeoutSeconds"] = "30", // a test holds an answer up as long as it looks
            ["Sandbox:Embedded"] = "false",
            ["Sandbox:Url"] = sandbox.Address.ToString(),
            ["Database:ConnectionString"] = $"Data Source={folder}/checkout.db",
            ["Reconciliation:Interval"] = "00:00:00.500",
            ["Log:Format"] = "None",
            ["urls"] = "http://127.0.0.1:0",
        };
        foreach ((string key, string? value) in settings)
        {
            all[key] = value;
        }

        return new Storefront(folder, sandbox, clock, all);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        await Sandbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>An order, placed without the catalogue page.</summary>
    internal async Task<string> GivenOrderAsync(string productId = "ilam-tea", int quantity = 1)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync(
            "/api/v1/orders", new { items = new[] { new { productId, quantity } }, customer = new { name = "Maya Gurung" } },
            TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["id"]!;
    }

    /// <summary>An order with another shop's key.</summary>
    internal async Task<string> GivenOrderAsync(object order)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/orders") { Content = JsonContent.Create(order) };
        request.Headers.Authorization = new("Bearer", DeskPage.Key);
        using HttpResponseMessage answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["id"]!;
    }

    internal async Task<JsonNode> OrderAsync(string id) =>
        (await _http.GetFromJsonAsync<JsonNode>($"/api/v1/orders/{id}", TestContext.Current.CancellationToken))!;

    /// <summary>Waits for the worker, for fifteen seconds at the most.</summary>
    internal Task UntilAsync(string id, string status) => UntilAsync(id, order => (string?)order["status"] == status);

    internal async Task UntilAsync(string id, Func<JsonNode, bool> reached)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(15));
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
        while (!reached(await OrderAsync(id)))
        {
            await timer.WaitForNextTickAsync(timeout.Token);
        }
    }

    /// <summary>Transactions without an order that wait for a person.</summary>
    internal async Task GivenUnmatchedAsync(int count)
    {
        for (int number = 0; number < count; number++)
        {
            await SqlAsync($"""
                INSERT INTO "UnmatchedTransactions" ("TransactionId", "Status", "Amount", "KhaltiState", "FoundAt", "Checks", "Version")
                VALUES ({$"many-{number}"}, 'reported', 1000, 'Completed', {Clock.GetUtcNow().UtcDateTime}, 1, 1)
                """);
        }
    }

    /// <summary>A day of which the night could not compare everything.</summary>
    internal Task GivenDayNotComparedAsync(DateOnly day) => SqlAsync($"""
        INSERT INTO "DayCloses" ("Day", "NightRunAt", "NextRunAt", "NightRuns", "Version")
        VALUES ({day}, {Clock.GetUtcNow().UtcDateTime}, {Clock.GetUtcNow().UtcDateTime.AddHours(1)}, 1, 1)
        """);

    /// <summary>Time passes until the worker has found a transaction without an order, for fifteen seconds at the most.</summary>
    internal async Task UntilUnmatchedAsync()
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(15));
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(600));
        while (true)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/admin/unmatched-transactions");
            request.Headers.Authorization = new("Bearer", DeskPage.Key);
            using HttpResponseMessage answer = await _http.SendAsync(request, timeout.Token);
            if ((await answer.Content.ReadFromJsonAsync<JsonNode>(timeout.Token))!["data"]!.AsArray().Count > 0)
            {
                return;
            }

            Clock.Advance(TimeSpan.FromSeconds(20));
            await timer.WaitForNextTickAsync(timeout.Token);
        }
    }

    /// <summary>Follows an address as a browser would.</summary>
    internal async Task VisitAsync(Uri address)
    {
        using HttpResponseMessage answer =
            await _http.GetAsync(new Uri(Address, address.PathAndQuery), TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    internal async Task<JsonNode> PostAsync(string path, object body)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
    }

    private async Task SqlAsync(FormattableString sql)
    {
        await using AsyncServiceScope scope = _app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<CheckoutDb>().Database
            .ExecuteSqlAsync(sql, TestContext.Current.CancellationToken);
    }
}
