using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Khalti.Sandbox;

namespace Khalti.Client.Tests.Support;

/// <summary>The sandbox of one test class, on a free port with a database in memory, reset before each test.</summary>
public sealed class RunningSandbox : IAsyncLifetime
{
    internal const string Secret = "test_secret_key_22222222222222222222222222222222";
    internal const string LiveSecret = "live_secret_key_55555555555555555555555555555555";
    internal const string OtherSecret = "test_secret_key_77777777777777777777777777777777";
    internal const string EPaymentSecret = "live_secret_key_33333333333333333333333333333333";
    internal const string OtherEPaymentSecret = "live_secret_key_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private readonly HttpClient _http = KhaltiClient.CreateHttpClient();
    private SandboxHost? _host;
    private HttpClient? _control;

    private HttpClient Control => _control ?? throw new InvalidOperationException("The sandbox is not running.");

    public async ValueTask InitializeAsync()
    {
        SandboxOptions options = new() { Url = "http://127.0.0.1:0", ConnectionString = "Data Source=:memory:" };
        _host = await SandboxHost.StartAsync(options, TimeProvider.System, null, TestContext.Current.CancellationToken);
        _control = new HttpClient { BaseAddress = _host.Address };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _control?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    internal KhaltiClient Client(string secret = Secret, BodyEncoding encoding = BodyEncoding.Form) => new(_http, new KhaltiClientOptions
    {
        BaseUrl = Control.BaseAddress!,
        SecretKey = secret,
        VerifyEncoding = encoding,
        ReadRetryDelay = TimeSpan.Zero,
    });

    internal Task ResetAsync() => PostAsync("reset", []);

    internal Task GivenSwitchesAsync(JsonObject switches) => PostAsync("switches", switches);

    internal Task GivenFaultAsync(string operation, string kind, int? status = null) =>
        PostAsync("faults", new JsonObject { ["operation"] = operation, ["kind"] = kind, ["status"] = status, ["times"] = 1 });

    internal Task<(string Token, string Id)> GivenConfirmedAsync(long paisa) => GivenPaymentAsync(paisa, confirmed: true);

    internal Task<(string Token, string Id)> GivenInitiatedAsync(long paisa) => GivenPaymentAsync(paisa, confirmed: false);

    /// <summary>A payment forced into the state.</summary>
    internal async Task<(string Token, string Id)> GivenInStateAsync(long paisa, string state)
    {
        (string token, string id) = await GivenConfirmedAsync(paisa);
        await PostAsync($"transactions/{id}/state", new JsonObject { ["state"] = state, ["force"] = true });
        return (token, id);
    }

    /// <summary>A payment link, forced into the state if one is given.</summary>
    internal async Task<string> GivenLinkAsync(string? state = null)
    {
        Reply<EPaymentLink> made = await Client(EPaymentSecret)
            .InitiateAsync(EPaymentFixture.Request, TestContext.Current.CancellationToken);
        string pidx = made.ShouldBeAnswered().Pidx;
        if (state is not null)
        {
            JsonNode link = await LinkAsync(pidx);
            await PostAsync($"transactions/{link["idx"]}/state", new JsonObject { ["state"] = state, ["force"] = true });
        }

        return pidx;
    }

    /// <summary>Sets the outcome, as a payer does on Khalti's page.</summary>
    internal Task OutcomeAsync(string pidx, string outcome) =>
        PostAsync($"epayments/{pidx}/outcome", new JsonObject { ["outcome"] = outcome });

    /// <summary>The link in the sandbox's control API.</summary>
    internal async Task<JsonNode> LinkAsync(string pidx)
    {
        JsonArray? all = await Control.GetFromJsonAsync<JsonArray>("/_sandbox/transactions", TestContext.Current.CancellationToken);
        return all!.Single(one => (string?)one!["pidx"] == pidx)!;
    }

    internal async Task<JsonArray> JournalAsync() =>
        await Control.GetFromJsonAsync<JsonArray>("/_sandbox/requests", TestContext.Current.CancellationToken) ?? [];

    /// <summary>The payment's state in the sandbox's control API.</summary>
    internal async Task<string?> StateOfAsync(string id)
    {
        JsonArray? all = await Control.GetFromJsonAsync<JsonArray>("/_sandbox/transactions", TestContext.Current.CancellationToken);
        return all!.Single(one => (string?)one!["idx"] == id)!["state"]!.GetValue<string>();
    }

    private async Task<(string Token, string Id)> GivenPaymentAsync(long paisa, bool confirmed)
    {
        JsonNode made = await PostAsync(
            "payments", new JsonObject { ["amount"] = paisa, ["productIdentity"] = "ord_1", ["confirm"] = confirmed });
        return (made["token"]!.GetValue<string>(), made["idx"]!.GetValue<string>());
    }

    private async Task<JsonNode> PostAsync(string call, JsonObject body)
    {
        using HttpResponseMessage response = await Control.PostAsJsonAsync(
            "/_sandbox/" + call, body, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!;
    }
}

/// <summary>Base class of tests that use the sandbox.</summary>
public abstract class SandboxTests(RunningSandbox sandbox) : IClassFixture<RunningSandbox>, IAsyncLifetime
{
    private protected RunningSandbox Sandbox { get; } = sandbox;

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await Sandbox.ResetAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
