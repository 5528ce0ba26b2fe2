using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>What the shop answered to one request.</summary>
internal sealed record Answer(int Status, string? Code, bool Replayed, JsonNode Body);

/// <summary>A token and the order for which the widget was opened.</summary>
internal sealed record Widget(string Token, int Order);

/// <summary>A shop, a sandbox, and the state that the operations of a scenario have produced.</summary>
internal sealed class ModelContext : IAsyncDisposable
{
    // Below this number of failed reads the client's circuit is certainly closed, so the answer can be predicted.
    private const int MaxLostReads = 15;

    private readonly List<(Stop Stop, Task<Answer> Post)> _stalled = [];

    private readonly HashSet<string> _inFlight = new(StringComparer.Ordinal);

    // Keys of refunds during which the process was killed.
    private readonly HashSet<string> _killedKeys = new(StringComparer.Ordinal);
    private Wire _wire = new();
    private int _lostReadsBefore;
    private bool _hasFaults;

    private ModelContext()
    {
    }

    internal Shop Shop { get; private set; } = null!;

    internal Snapshot Snapshot { get; private set; } = null!;

    internal List<string> Orders { get; } = [];

    internal List<Widget> Widgets { get; } = [];

    /// <summary>Links whose answer reached the shopper.</summary>
    internal List<string> Links { get; } = [];

    /// <summary>Idempotency keys used to place orders.</summary>
    internal Dictionary<int, (int Product, string Order, DateTimeOffset At)> Keys { get; } = [];

    /// <summary>The first answer for each idempotency key of verify and refund.</summary>
    internal Dictionary<string, (Answer First, DateTimeOffset At)> IdempotentAnswers { get; } = new(StringComparer.Ordinal);

    /// <summary>The amount refunded in Khalti's dashboard, by transaction.</summary>
    internal Dictionary<string, long> Dashboard { get; } = new(StringComparer.Ordinal);

    /// <summary>When Khalti took the money of a transaction whose token never reached the shop.</summary>
    internal Dictionary<string, DateTimeOffset> LostTokens { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a fault made the sandbox answer not found for existing payments.</summary>
    internal bool HasDeniedPayments { get; set; }

    /// <summary>Whether Khalti certainly answers according to its ledger.</summary>
    internal bool IsKhaltiHealthy => !_hasFaults && Snapshot.LostReads - _lostReadsBefore < MaxLostReads;

    internal static async Task<ModelContext> CreateAsync()
    {
        ModelContext context = new();
        context.Shop = await Shop.OpenAsync(services => context._wire.LayUnder(services), ("Khalti:EPayment:LookupsPerMinute", "600"));
        context.Shop.ExpectWarnings();
        context.Snapshot = await Snapshot.TakeAsync(context.Shop);
        return context;
    }

    public ValueTask DisposeAsync() => Shop.DisposeAsync();

    /// <summary>Executes the operation and checks the invariants.</summary>
    internal async Task StepAsync(Operation operation)
    {
        await operation.ExecuteAsync(this);
        await CheckInvariantsAsync();
    }

    /// <summary>Takes a new snapshot and checks the invariants against the last one.</summary>
    internal async Task<(Snapshot Before, Snapshot After)> CheckInvariantsAsync()
    {
        Snapshot before = Snapshot;
        Snapshot = await Snapshot.TakeAsync(Shop);
        Invariants.Check(before, Snapshot, HasDeniedPayments, _inFlight);
        if (_stalled.Count == 0)
        {
            _inFlight.Clear();
        }

        return (before, Snapshot);
    }

    internal async Task<Answer> PostAsync(string path, object? body, string? key = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (path.StartsWith("/api/v1/admin/", StringComparison.Ordinal))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RefundSteps.Key);
        }

        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using HttpResponseMessage response = await Shop.Http.SendAsync(request, TestContext.Current.CancellationToken);
        JsonNode answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        int status = (int)response.StatusCode;
        return new Answer(status, status < 400 ? null : answer.Code(), response.Headers.Contains("Idempotency-Replayed"), answer);
    }

    internal Task<Answer> VerifyAsync(string order, string token, long amount, string? key = null) =>
        PostAsync("/api/v1/payments/verify", new { orderId = order, token, amount }, key);

    internal Task<Answer> RefundAsync(string order, long? amount, string? key) =>
        PostAsync($"/api/v1/admin/orders/{order}/refunds", new { amount }, key);

    /// <summary>The same refund request has the same key, as in a client that retries.</summary>
    internal static string RefundKey(string order, long? amount) => $"back {order} {amount}";

    internal bool WasKilledDuring(string? key) => key is not null && _killedKeys.Contains(key);

    /// <summary>Requests a refund and suspends its call to Khalti. False when it was answered without a call.</summary>
    internal async Task<bool> StallRefundAsync(string order, long? amount, string? key, bool onTheWayBack)
    {
        Stop stop = _wire.StopNext("/refund/", onTheWayBack);
        Task<Answer> post = RefundAsync(order, amount, key);
        if (await Task.WhenAny(stop.Reached, post) == post)
        {
            _wire.Unstop();
            Answer answer = await post;
            if (key is not null && answer is { Replayed: false, Status: < 500 } && answer.Code != "idempotency_in_progress")
            {
                IdempotentAnswers[key] = (answer, Snapshot.At);
            }

            return false;
        }

        if (key is not null)
        {
            _killedKeys.Add(key);
        }

        _stalled.Add((stop, post));
        return true;
    }

    internal async Task DashboardAsync(Transaction transaction, string state)
    {
        await Shop.Sandbox.PostAsync($"/_sandbox/transactions/{transaction.Idx}/state", new { state });
        long refunded = Transaction.Of(
            (await Shop.Sandbox.ListAsync("/_sandbox/transactions")).Single(one => (string?)one["idx"] == transaction.Idx)).RefundedAmount;
        Dashboard[transaction.Idx] = Dashboard.GetValueOrDefault(transaction.Idx) + refunded - transaction.RefundedAmount;
    }

    internal async Task FaultAsync(string operation, string kind, int? status, int times)
    {
        _hasFaults = true;
        HasDeniedPayments |= kind == "not_found";

        // No delay between the client's attempts: Retry-After would make it wait in real time.
        await Shop.Sandbox.PostAsync(
            "/_sandbox/faults", new { operation, kind, status, times, retryAfterSeconds = status == 429 ? 0 : (int?)null });
    }

    internal async Task MendAsync()
    {
        _hasFaults = false;
        await Shop.Sandbox.MendAsync();
    }

    internal Task<Answer> RequestLinkAsync(string order) => PostAsync("/api/v1/payments/initiate", new { orderId = order });

    /// <summary>Requests a link and suspends its call to Khalti. False when it was answered without a call.</summary>
    internal async Task<bool> StallLinkAsync(string order, bool onTheWayBack)
    {
        Stop stop = _wire.StopNext("/epayment/initiate/", onTheWayBack);
        Task<Answer> post = RequestLinkAsync(order);
        if (await Task.WhenAny(stop.Reached, post) == post)
        {
            _wire.Unstop();
            Answer answer = await post;
            if (answer.Status == 201 && !Links.Contains((string)answer.Body["pidx"]!))
            {
                Links.Add((string)answer.Body["pidx"]!);
            }

            return false;
        }

        _stalled.Add((stop, post));
        return true;
    }

    /// <summary>Posts a verify and suspends its call before or after Khalti's answer. Null when it was answered without a call.</summary>
    internal async Task<Stop?> StallVerifyAsync(string order, string token, long amount, bool onTheWayBack)
    {
        Stop stop = _wire.StopNextVerify(onTheWayBack);
        Task<Answer> post = VerifyAsync(order, token, amount);
        if (await Task.WhenAny(stop.Reached, post) == post)
        {
            _wire.Unstop();
            await post;
            return null;
        }

        _stalled.Add((stop, post));
        _inFlight.Add(token);
        return stop;
    }

    /// <summary>Continues the suspended calls and returns their answers.</summary>
    internal async Task<IReadOnlyList<Answer>> ReleaseAsync()
    {
        List<Answer> answers = [];
        foreach ((Stop stop, Task<Answer> post) in _stalled)
        {
            stop.LetGo();
            answers.Add(await post);
        }

        _stalled.Clear();
        return answers;
    }

    /// <summary>Stops the process gracefully and starts another.</summary>
    internal async Task RestartAsync()
    {
        await ReleaseAsync();
        await StartNewProcessAsync();
    }

    /// <summary>Kills the process with its suspended calls and starts another.</summary>
    internal async Task KillAsync()
    {
        Task[] lost = [.. _stalled.Select(one => one.Post)];
        _stalled.Clear();
        await StartNewProcessAsync();
        foreach (Task post in lost)
        {
            await Should.ThrowAsync<Exception>(post);
        }
    }

    private async Task StartNewProcessAsync()
    {
        _wire = new Wire();
        _lostReadsBefore = Snapshot.LostReads;
        await Shop.ReopenAsync();
    }
}
