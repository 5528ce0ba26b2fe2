using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox.Tests.Support;

/// <summary>A sandbox on a real port with a temporary database, and the calls of payers, merchants and testers.</summary>
internal sealed class RunningSandbox : IAsyncDisposable
{
    internal const string PublicKey = "test_public_key_11111111111111111111111111111111";
    internal const string SecretKey = "test_secret_key_22222222222222222222222222222222";
    internal const string LivePublicKey = "live_public_key_44444444444444444444444444444444";
    internal const string LiveSecretKey = "live_secret_key_55555555555555555555555555555555";
    internal const string OtherPublicKey = "test_public_key_66666666666666666666666666666666";
    internal const string OtherSecretKey = "test_secret_key_77777777777777777777777777777777";

    internal const string EPaymentKey = "live_secret_key_33333333333333333333333333333333";
    internal const string EPaymentPublicKey = "live_public_key_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    internal const string OneSecretKey = "live_secret_key_eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";
    internal const string OnePublicKey = "live_public_key_dddddddddddddddddddddddddddddddd";
    internal const string OtherEPaymentKey = "live_secret_key_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("khalti-sandbox-");
    private SandboxHost? _host;
    private HttpClient? _http;

    internal ManualTime Time { get; } = new();

    internal SandboxOptions Options { get; } = new() { Url = "http://127.0.0.1:0" };

    internal HttpClient Http => _http!;

    internal string File => Path.Combine(_folder.FullName, "made", "sandbox.db");

    internal Uri Address => _host!.Address;

    internal Uri? HttpsAddress => _host!.HttpsAddress;

    internal static async Task<RunningSandbox> StartAsync(Action<SandboxOptions>? configure = null)
    {
        RunningSandbox sandbox = new();
        sandbox.Options.ConnectionString = $"Data Source={sandbox.File}";
        configure?.Invoke(sandbox.Options);
        await sandbox.ListenAsync();
        return sandbox;
    }

    internal async Task RestartAsync()
    {
        await StopAsync();
        await ListenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Delete(recursive: true);
    }

    internal Task<Reply> FormAsync(string path, object fields, string? key = null) =>
        SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(Pairs(fields)), key);

    internal Task<Reply> JsonAsync(string path, object body, string? key = null) =>
        TextAsync(path, JsonSerializer.Serialize(body), "application/json", key);

    internal Task<Reply> TextAsync(string path, string body, string contentType, string? key = null) =>
        SendAsync(HttpMethod.Post, path, new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse(contentType)), key);

    internal Task<Reply> GetAsync(string path, string? key = null) => SendAsync(HttpMethod.Get, path, null, key);

    internal async Task<Reply> SendAsync(
        HttpMethod method, string path, HttpContent? body = null, string? key = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path) { Content = body };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", key.Contains(' ', StringComparison.Ordinal) ? key : $"Key {key}");
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        HttpResponseMessage answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return new Reply((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), answer);
    }

    /// <summary>
    /// Sends a request byte for byte as it is written: a line with method and path, headers, an empty line, the body. Host, length and
    /// <c>Connection: close</c> are added.
    /// </summary>
    internal Task<Reply> RawAsync(string request) => RawRequest.SendAsync(Address, request);

    internal Task<Reply> InitiateAsync(
        string pin = "1111", string mobile = "9800000001", long amount = 1500, string publicKey = PublicKey) =>
        FormAsync("/api/v2/payment/initiate/", new
        {
            public_key = publicKey,
            mobile,
            transaction_pin = pin,
            amount,
            product_identity = "ord_1",
            product_name = "Topi",
        });

    internal Task<Reply> ConfirmAsync(string token, string code = "987654", string publicKey = PublicKey) =>
        FormAsync("/api/v2/payment/confirm/", new { public_key = publicKey, token, confirmation_code = code, transaction_pin = "1111" });

    internal Task<Reply> VerifyAsync(string token, long amount = 1500, string key = SecretKey) =>
        FormAsync("/api/v2/payment/verify/", new { token, amount }, key);

    internal Task<Reply> StatusAsync(string token, long amount = 1500, string key = SecretKey) =>
        GetAsync($"/api/v2/payment/status/?token={token}&amount={amount}", key);

    /// <summary>Creates an ePayment link; the given fields are merged into the default body, null removes one.</summary>
    internal Task<Reply> InitiateLinkAsync(object? more = null, string key = EPaymentKey)
    {
        JsonObject body = new()
        {
            ["return_url"] = "https://shop.example/khalti/return",
            ["website_url"] = "https://shop.example/",
            ["amount"] = 1300,
            ["purchase_order_id"] = "order-1042",
            ["purchase_order_name"] = "Two notebooks",
        };
        foreach ((string name, JsonNode? value) in JsonSerializer.SerializeToNode(more ?? new { })!.AsObject())
        {
            body.Remove(name);
            if (value is not null)
            {
                body[name] = value.DeepClone();
            }
        }

        return JsonAsync("/api/v2/epayment/initiate/", body, key);
    }

    internal async Task<string> GivenLinkAsync(object? more = null, string key = EPaymentKey)
    {
        Reply reply = await InitiateLinkAsync(more, key);
        reply.Status.ShouldBe(200, reply.Text);
        return (string)reply.Json["pidx"]!;
    }

    internal Task<Reply> LookupAsync(string pidx, string key = EPaymentKey) => JsonAsync("/api/v2/epayment/lookup/", new { pidx }, key);

    internal Task<Reply> OutcomeAsync(string pidx, string outcome, object? more = null)
    {
        JsonObject body = JsonSerializer.SerializeToNode(more ?? new { })!.AsObject();
        body["outcome"] = outcome;
        return JsonAsync($"/_sandbox/epayments/{pidx}/outcome", body);
    }

    /// <summary>Sets the outcome and returns the address to which the payer's browser is redirected.</summary>
    internal async Task<string> GivenOutcomeAsync(string pidx, string outcome, object? more = null)
    {
        Reply reply = await OutcomeAsync(pidx, outcome, more);
        reply.Status.ShouldBe(200, reply.Text);
        return (string)reply.Json["redirectUrl"]!;
    }

    internal async Task<JsonNode> LinkAsync(string pidx) =>
        (await TransactionsAsync()).Single(one => (string?)one!["pidx"] == pidx)!;

    internal async Task<string> GivenInitiatedAsync(long amount = 1500) =>
        (string)(await InitiateAsync(amount: amount)).Json["token"]!;

    internal async Task<string> GivenConfirmedAsync(long amount = 1500, string publicKey = PublicKey)
    {
        string token = (string)(await InitiateAsync(amount: amount, publicKey: publicKey)).Json["token"]!;
        (await ConfirmAsync(token, publicKey: publicKey)).Status.ShouldBe(200);
        return token;
    }

    internal async Task<string> GivenCompletedAsync(long amount = 1500)
    {
        string token = await GivenConfirmedAsync(amount);
        (await VerifyAsync(token, amount)).Status.ShouldBe(200);
        return token;
    }

    internal async Task<Reply> GivenStateAsync(string token, string state, object? more = null)
    {
        JsonNode transaction = await TransactionAsync(token);
        JsonObject body = JsonSerializer.SerializeToNode(more ?? new { })!.AsObject();
        body["state"] = state;
        return await JsonAsync($"/_sandbox/transactions/{transaction["idx"]}/state", body);
    }

    internal async Task GivenFaultAsync(object rule) => (await JsonAsync("/_sandbox/faults", rule)).Status.ShouldBe(201);

    internal async Task GivenSwitchAsync(object switches) => (await JsonAsync("/_sandbox/switches", switches)).Status.ShouldBe(200);

    internal async Task<JsonArray> TransactionsAsync() => (await GetAsync("/_sandbox/transactions")).Json.AsArray();

    internal async Task<JsonNode> TransactionAsync(string token) =>
        (await TransactionsAsync()).Single(one => (string)one!["token"]! == token)!;

    internal async Task<string> StateAsync(string token) => (string)(await TransactionAsync(token))["state"]!;

    internal async Task<JsonArray> RequestsAsync() => (await GetAsync("/_sandbox/requests")).Json.AsArray();

    private async Task ListenAsync()
    {
        _host = await SandboxHost.StartAsync(Options, Time, loggers: null, TestContext.Current.CancellationToken);
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _host.Address };
    }

    private async Task StopAsync()
    {
        _http?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(object fields) =>
        JsonSerializer.SerializeToNode(fields)!.AsObject().Select(one => KeyValuePair.Create(one.Key, one.Value!.ToString()));
}
