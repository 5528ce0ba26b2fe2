using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Khalti.Sandbox;

namespace KhaltiCheckout.Tests.Support;

/// <summary>Drives the sandbox: the shopper's steps at Khalti, faults, and the sandbox's ledger and requests.</summary>
internal sealed class SandboxDriver(Uri address, IAsyncDisposable? owned = null) : IAsyncDisposable
{
    internal const string PublicKey = "test_public_key_11111111111111111111111111111111";

    private readonly HttpClient _http = new() { BaseAddress = address };

    internal SandboxDriver(SandboxHost sandbox)
        : this(sandbox.Address, sandbox)
    {
    }

    internal Uri Address => _http.BaseAddress!;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (owned is not null)
        {
            await owned.DisposeAsync();
        }
    }

    /// <summary>The shopper gives mobile number and PIN, and stops before the code.</summary>
    internal async Task<string> InitiatedTokenAsync(long amount, string productIdentity, string publicKey = PublicKey)
    {
        JsonNode answer = await PostAsync("/api/v2/payment/initiate/", new
        {
            public_key = publicKey,
            mobile = "9800000001",
            transaction_pin = "1111",
            amount,
            product_identity = productIdentity,
            product_name = "A test order",
        });
        return (string)answer["token"]!;
    }

    /// <summary>The shopper pays in the widget: what its onSuccess would hand to the page.</summary>
    internal async Task<string> ConfirmedTokenAsync(long amount, string productIdentity, string publicKey = PublicKey)
    {
        string token = await InitiatedTokenAsync(amount, productIdentity, publicKey);
        await PostAsync("/api/v2/payment/confirm/", new
        {
            public_key = publicKey,
            token,
            transaction_pin = "1111",
            confirmation_code = "987654",
        });
        return token;
    }

    /// <summary>A payment whose money Khalti takes without the shop's verify, as from a bank; returns the transaction's id.</summary>
    internal async Task<string> CompletedTransactionAsync(long amount, string productIdentity)
    {
        string idx = (string)(await PostAsync("/_sandbox/payments", new { amount, productIdentity }))["idx"]!;
        await SetStateAsync(idx, "Completed");
        return idx;
    }

    internal Task SetStateAsync(string idx, string state) =>
        PostAsync($"/_sandbox/transactions/{idx}/state", new { state, force = true });

    internal Task FaultAsync(
        string operation, string kind, int? status = null, int? times = null, int? delayMs = null, double? probability = null) =>
        PostAsync("/_sandbox/faults", new { operation, kind, status, times, delayMs, probability });

    /// <summary>Khalti receives these calls and delays them until the faults are removed.</summary>
    internal Task HoldUpAsync(string operation) => FaultAsync(operation, "delay", delayMs: 600_000);

    internal async Task MendAsync()
    {
        using HttpResponseMessage answer = await _http.DeleteAsync("/_sandbox/faults", TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    internal Task SwitchAsync(object switches) => PostAsync("/_sandbox/switches", switches);

    internal async Task<JsonNode> TransactionAsync(string token) =>
        (await ListAsync("/_sandbox/transactions")).Single(transaction => (string?)transaction["token"] == token);

    /// <summary>What the payer, a bank or time does to an ePayment link; returns where Khalti would send the browser.</summary>
    internal async Task<Uri> OutcomeAsync(string pidx, string outcome) =>
        new((string)(await PostAsync($"/_sandbox/epayments/{pidx}/outcome", new { outcome }))["redirectUrl"]!);

    /// <summary>The address of a return that Khalti never sent, with some of it replaced.</summary>
    internal async Task<Uri> ForgedReturnAsync(string pidx, object parameters) =>
        new((string)(await PostAsync($"/_sandbox/epayments/{pidx}/forged-return", parameters))["redirectUrl"]!);

    internal async Task<JsonNode> LinkAsync(string pidx) =>
        (await ListAsync("/_sandbox/transactions")).Single(transaction => (string?)transaction["pidx"] == pidx);

    internal async Task ForceLinkAsync(string pidx, string state) =>
        await PostAsync($"/_sandbox/transactions/{(await LinkAsync(pidx))["idx"]}/state", new { state, force = true });

    internal async Task<string> StateAsync(string token) => (string)(await TransactionAsync(token))["state"]!;

    internal async Task ForceStateAsync(string token, string state) =>
        await PostAsync($"/_sandbox/transactions/{(await TransactionAsync(token))["idx"]}/state", new { state, force = true });

    /// <summary>Number of calls of this operation.</summary>
    internal async Task<int> CountAsync(string operation) =>
        (await ListAsync("/_sandbox/requests")).Count(request => (string?)request["operation"] == operation);

    /// <summary>Number of calls of this operation for one token.</summary>
    internal async Task<int> CountAsync(string operation, string token) =>
        (await ListAsync("/_sandbox/requests"))
            .Count(request => (string?)request["operation"] == operation && (string?)request["fields"]!["token"] == token);

    internal async Task<JsonNode> PostAsync(string path, object body)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{path} answered {(int)answer.StatusCode}: {text}");
        return JsonNode.Parse(text.Length == 0 ? "{}" : text)!;
    }

    internal async Task<IReadOnlyList<JsonNode>> ListAsync(string path)
    {
        JsonNode? list = await _http.GetFromJsonAsync<JsonNode>(path, TestContext.Current.CancellationToken);
        return [.. list!.AsArray().Select(item => item!)];
    }
}
