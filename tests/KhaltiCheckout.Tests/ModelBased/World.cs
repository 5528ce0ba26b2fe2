using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>What the shop answered to one request.</summary>
internal sealed record Answer(int Status, string? Code, bool Replayed, JsonNode Body);

/// <summary>A token of Khalti's and the order that the shopper opened the widget for.</summary>
internal sealed record Widget(string Token, int Order);

/// <summary>One shop, one Khalti, and what the operations of a sequence have made of them.</summary>
internal sealed class World : IAsyncDisposable
{
    // The client's reads rest after so many without an answer; until then an answer can be foretold.
    private const int FewLostReads = 15;

    private readonly List<(Stop Stop, Task<Answer> Post)> _stalled = [];

    private readonly HashSet<string> _inFlight = new(StringComparer.Ordinal);

    // Keys of refunds during which the process died.
    private readonly HashSet<string> _died = new(StringComparer.Ordinal);
    private Wire _wire = new();
    private int _lostReadsBefore;
    private bool _faultsMayStrike;

    private World()
    {
    }

    internal Shop Shop { get; private set; } = null!;

    internal Facts Facts { get; private set; } = null!;

    internal List<string> Orders { get; } = [];

    internal List<Widget> Widgets { get; } = [];

    /// <summary>Links that the shopper was given.</summary>
    internal List<string> Links { get; } = [];

    /// <summary>Keys that create has been called with: which product, which order, when.</summary>
    internal Dictionary<int, (int Product, string Order, DateTimeOffset At)> Keys { get; } = [];

    /// <summary>First answers to verifies and refunds that had a key.</summary>
    internal Dictionary<string, (Answer First, DateTimeOffset At)> Kept { get; } = new(StringComparer.Ordinal);

    /// <summary>What was given back in Khalti's dashboard, by transaction.</summary>
    internal Dictionary<string, long> Dashboard { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether Khalti has been told to deny payments that it knows.</summary>
    internal bool KhaltiHasLied { get; set; }

    /// <summary>Whether it is certain that Khalti answers what its books say.</summary>
    internal bool KhaltiIsWell => !_faultsMayStrike && Facts.LostReads - _lostReadsBefore < FewLostReads;

    internal static async Task<World> BeginAsync()
    {
        World world = new();
        world.Shop = await Shop.OpenAsync(services => world._wire.LayUnder(services), ("Khalti:EPayment:LookupsPerMinute", "600"));
        world.Shop.ExpectWarnings();
        world.Facts = await Facts.LookAsync(world.Shop);
        return world;
    }

    public ValueTask DisposeAsync() => Shop.DisposeAsync();

    /// <summary>Does it, and sees that what must always hold still does.</summary>
    internal async Task StepAsync(Operation operation)
    {
        await operation.DoAsync(this);
        await LookAsync();
    }

    /// <summary>Looks again; nothing may have moved in a way that nothing may.</summary>
    internal async Task<(Facts Before, Facts After)> LookAsync()
    {
        Facts before = Facts;
        Facts = await Facts.LookAsync(Shop);
        Always.Holds(before, Facts, KhaltiHasLied, _inFlight);
        if (_stalled.Count == 0)
        {
            _inFlight.Clear();
        }

        return (before, Facts);
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

    internal Task<Answer> GiveBackAsync(string order, long? amount, string? key) =>
        PostAsync($"/api/v1/admin/orders/{order}/refunds", new { amount }, key);

    /// <summary>The same wish has the same key, as in a client that repeats what was not answered.</summary>
    internal static string RefundKey(string order, long? amount) => $"back {order} {amount}";

    internal bool HasDied(string? key) => key is not null && _died.Contains(key);

    /// <summary>Asks for a refund, and stands still while Khalti is asked for it. False when it was answered without.</summary>
    internal async Task<bool> StallRefundAsync(string order, long? amount, string? key, bool onTheWayBack)
    {
        Stop stop = _wire.StopNext("/refund/", onTheWayBack);
        Task<Answer> post = GiveBackAsync(order, amount, key);
        if (await Task.WhenAny(stop.Reached, post) == post)
        {
            _wire.Unstop();
            Answer answer = await post;
            if (key is not null && answer is { Replayed: false, Status: < 500 } && answer.Code != "idempotency_in_progress")
            {
                Kept[key] = (answer, Facts.At);
            }

            return false;
        }

        if (key is not null)
        {
            _died.Add(key);
        }

        _stalled.Add((stop, post));
        return true;
    }

    internal async Task DashboardAsync(Transaction transaction, string state)
    {
        await Shop.Sandbox.PostAsync($"/_sandbox/transactions/{transaction.Idx}/state", new { state });
        long given = Transaction.Of((await Shop.Sandbox.ListAsync("/_sandbox/transactions")).Single(one => (string?)one["idx"] == transaction.Idx)).RefundedAmount;
        Dashboard[transaction.Idx] = Dashboard.GetValueOrDefault(transaction.Idx) + given - transaction.RefundedAmount;
    }

    internal async Task FaultAsync(string operation, string kind, int? status, int times)
    {
        _faultsMayStrike = true;
        KhaltiHasLied |= kind == "not_found";

        // No waiting between the client's tries: 429 would make it wait in real time.
        await Shop.Sandbox.PostAsync("/_sandbox/faults", new { operation, kind, status, times, retryAfterSeconds = status == 429 ? 0 : (int?)null });
    }

    internal async Task MendAsync()
    {
        _faultsMayStrike = false;
        await Shop.Sandbox.MendAsync();
    }

    internal Task<Answer> AskForALinkAsync(string order) => PostAsync("/api/v1/payments/initiate", new { orderId = order });

    /// <summary>Asks for a link, and stands still while Khalti is asked for it. False when it was answered without.</summary>
    internal async Task<bool> StallLinkAsync(string order, bool onTheWayBack)
    {
        Stop stop = _wire.StopNext("/epayment/initiate/", onTheWayBack);
        Task<Answer> post = AskForALinkAsync(order);
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

    /// <summary>Posts a verify that stands still on its way to Khalti, or on the way back. Null when it was answered without.</summary>
    internal async Task<Stop?> StallAsync(string order, string token, long amount, bool onTheWayBack)
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

    /// <summary>What stood still goes on.</summary>
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

    /// <summary>This process ends in good order, and another starts.</summary>
    internal async Task RestartAsync()
    {
        await ReleaseAsync();
        await StartAnewAsync();
    }

    /// <summary>This process is killed with everything that stands still in it, and another starts.</summary>
    internal async Task KillAsync()
    {
        Task[] lost = [.. _stalled.Select(one => one.Post)];
        _stalled.Clear();
        await StartAnewAsync();
        foreach (Task post in lost)
        {
            await Should.ThrowAsync<Exception>(post);
        }
    }

    private async Task StartAnewAsync()
    {
        _wire = new Wire();
        _lostReadsBefore = Facts.LostReads;
        await Shop.ReopenAsync();
    }
}
