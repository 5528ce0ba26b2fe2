using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Khalti.Sandbox;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Crash;

/// <summary>
/// The process is killed at every moment at which something has just become true, here or at Khalti: before and after each
/// commit and each call of create, verify, settle and refund. A new process starts on the same files, the shopper's page and
/// the merchant's client do what they always do, and in the end shop and sandbox agree.
/// </summary>
public sealed class CrashSweepTests(ITestOutputHelper output)
{
    // Most of a point is waiting for the lease of the process that died.
    private const int AtOnce = 6;
    private const long Tea = 18_500;
    private const long Part = 5_000;

    // A slow machine loses answers besides, and each waits for its next check.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Killed_anywhere_while_an_order_is_created_and_verified_nothing_is_lost_or_paid_twice() =>
        await SweepAsync(
            "create and verify", fewestPoints: 12, Nothing,
            async (scene, shopper, crashAt) =>
            {
                scene.Arm();
                await shopper.GoOnWithAsync(await scene.StartAsync(crashAt, worker: false));
                await shopper.PayAsync();
                await shopper.ExpectPaidAsync(hasNoWorker: true);
            },
            lose: scene => scene.Sandbox.FaultAsync("verify", "drop_after", times: 1));

    [Fact]
    public async Task Killed_anywhere_while_a_lost_answer_is_settled_nothing_is_lost_or_paid_twice() =>
        await SweepAsync(
            "settle", fewestPoints: 12,
            async (scene, shopper) =>
            {
                await scene.Sandbox.FaultAsync("verify", "drop_after", times: 1);
                await shopper.GoOnWithAsync(await scene.StartAsync(0, worker: false));
                await shopper.PayAsync();
            },
            async (scene, shopper, crashAt) =>
            {
                scene.Arm();
                await shopper.GoOnWithAsync(await scene.StartAsync(crashAt, worker: true));
                await shopper.ExpectPaidAsync();
            });

    [Fact]
    public async Task Killed_anywhere_while_a_link_is_made_and_its_payer_comes_back_nothing_is_lost_or_paid_twice() =>
        await SweepAsync(
            "pay by link", fewestPoints: 12, Nothing,
            async (scene, shopper, crashAt) =>
            {
                await shopper.GoOnWithAsync(await scene.StartAsync(crashAt, worker: false));
                await shopper.PlaceAsync();
                scene.Arm();
                await shopper.PayByLinkAsync();
                await shopper.ComeBackAsync();
                await shopper.ExpectPaidAsync(hasNoWorker: true);
            },
            lose: scene => scene.Sandbox.FaultAsync("epayment_lookup", "delay", delayMs: 60_000, times: 1));

    [Fact]
    public async Task Killed_anywhere_while_a_link_is_settled_whose_payer_never_came_back_nothing_is_lost() =>
        await SweepAsync(
            "settle a link", fewestPoints: 8,
            async (scene, shopper) =>
            {
                await shopper.GoOnWithAsync(await scene.StartAsync(0, worker: false));
                await shopper.PlaceAsync();
                await shopper.PayByLinkAsync();
            },
            async (scene, shopper, crashAt) =>
            {
                scene.Arm();
                await shopper.GoOnWithAsync(await scene.StartAsync(crashAt, worker: true));
                await shopper.ExpectPaidAsync();
            });

    [Fact]
    public async Task Killed_anywhere_while_a_part_is_given_back_it_is_given_once_and_both_books_say_so() =>
        await SweepAsync("refund", fewestPoints: 16, Nothing, async (scene, shopper, crashAt) =>
        {
            // On a slow machine the answer to verify may be lost: then the worker finds it.
            await shopper.GoOnWithAsync(await scene.StartAsync(crashAt, worker: true));
            await shopper.PayAsync();
            await shopper.ExpectPaidAsync();
            scene.Arm();
            await shopper.GiveBackAsync();
            await shopper.ExpectGivenBackAsync(mayNeverHaveBeenSent: true);
        });

    [Fact]
    public async Task Killed_anywhere_while_a_lost_refund_is_settled_it_is_given_once_and_both_books_say_so() =>
        await SweepAsync(
            "settle a refund", fewestPoints: 12,
            async (scene, shopper) =>
            {
                await scene.Sandbox.FaultAsync("refund", "drop_after", times: 1);
                await shopper.GoOnWithAsync(await scene.StartAsync(0, worker: true));
                await shopper.PayAsync();
                await shopper.ExpectPaidAsync();
                await shopper.GiveBackAsync();
            },
            async (scene, shopper, crashAt) =>
            {
                scene.Arm();
                await shopper.GoOnWithAsync(await scene.StartAsync(crashAt, worker: true));
                await shopper.ExpectGivenBackAsync(mayNeverHaveBeenSent: false);
            });

    private const string Healed = "killed, healed";
    private const string NotReached = "not reached";
    private const string Late = "not reached, an answer was lost, killed afterwards, healed";
    private const string Died = "DIED by itself";

    private static Task Nothing(Scene scene, Shopper shopper) => Task.CompletedTask;

    // What came before is done once, up to a kill -9, and every point begins with a copy of its files. First without a crash, to
    // learn the moments; then once for each of them; then, where the story says how, with the answer lost that decides.
    private async Task SweepAsync(
        string name, int fewestPoints, Func<Scene, Shopper, Task> before, Func<Scene, Shopper, int, Task> story,
        Func<Scene, Task>? lose = null)
    {
        await using Scene first = await Scene.SetAsync();
        await using Shopper who = new(first);
        await before(first, who);
        await who.KillAsync();
        await first.CloseAsync();

        string[] moments = await LearnAsync(first, who, story);
        ConcurrentDictionary<int, string> outcomes = new();
        await Parallel.ForEachAsync(
            Enumerable.Range(1, moments.Length + (lose is null ? 0 : 1)),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (point, _) =>
            {
                await using Scene scene = await Scene.CopyAsync(first);
                await using Shopper shopper = who.In(scene);
                try
                {
                    bool loses = point > moments.Length;
                    if (loses)
                    {
                        await lose!(scene);
                    }

                    await story(scene, shopper, loses ? 0 : point);
                    outcomes[point] = scene.WasGivenUp ? Late : !scene.HasCrashed ? NotReached
                        : scene.Moments().Length == point ? Healed : $"{Died}\n{await shopper.TellAsync()}";
                }
                catch (Exception failure) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
                {
                    outcomes[point] = $"FAILED {failure.GetType().Name} {failure.Message}\n{await shopper.TellAsync()}";
                }
            });

        foreach ((int point, string outcome) in outcomes.OrderBy(pair => pair.Key))
        {
            output.WriteLine($"{name}, point {(point > moments.Length ? "where the deciding answer is lost" : moments[point - 1])}: {outcome}");
        }

        if (lose is not null)
        {
            outcomes.Remove(moments.Length + 1, out string? whenLost).ShouldBeTrue();
            whenLost.ShouldBe(Late);
        }

        outcomes.Values.ShouldAllBe(outcome => outcome == Healed || outcome == NotReached || outcome == Late);
        outcomes.Values.Count(outcome => outcome == Healed).ShouldBeGreaterThanOrEqualTo(fewestPoints);

        // Writes that wait for each other are one commit, the worker goes on when the story is over, and a slow machine loses
        // answers: another time it can have a moment less.
        outcomes.Values.Count(outcome => outcome != Healed).ShouldBeLessThanOrEqualTo(2);
    }

    // A slow machine may lose an answer: what comes after it is another story's moments.
    private static async Task<string[]> LearnAsync(Scene first, Shopper who, Func<Scene, Shopper, int, Task> story)
    {
        for (int tries = 0; tries < 5; tries++)
        {
            await using Scene scene = await Scene.CopyAsync(first);
            await using Shopper shopper = who.In(scene);
            await story(scene, shopper, 0);
            if (scene.HasCrashed && !scene.WasGivenUp)
            {
                throw new InvalidOperationException($"{Died}\n{await shopper.TellAsync()}");
            }

            if (!shopper.HasLostAnAnswer)
            {
                return scene.Moments();
            }
        }

        throw new InvalidOperationException("Five times an answer was lost.");
    }

    /// <summary>Files, a sandbox, and processes of the shop on them.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly string _folder;
        private readonly TestDatabase _database;
        private readonly Uri _sandbox;
        private int _refunds;
        private bool _isClosed;

        private Scene(string folder, TestDatabase database, SandboxHost sandbox)
        {
            _folder = folder;
            _database = database;
            _sandbox = sandbox.Address;
            Sandbox = new SandboxDriver(sandbox);
        }

        internal SandboxDriver Sandbox { get; }

        internal bool HasCrashed { get; private set; }

        /// <summary>An answer was lost and nobody would have asked again, so its process was killed.</summary>
        internal bool WasGivenUp { get; set; }

        private int RefundsBefore { get; init; }

        internal static async Task<Scene> SetAsync()
        {
            string folder = Directory.CreateTempSubdirectory("checkout-crash-").FullName;
            return new Scene(folder, TestDatabase.WithTablesIn(folder), await OpenSandboxAsync(folder));
        }

        /// <summary>Another scene at which the same has happened. The sandbox remembers it, but counts calls from here on.</summary>
        internal static async Task<Scene> CopyAsync(Scene before)
        {
            string folder = Directory.CreateTempSubdirectory("checkout-crash-").FullName;
            foreach (string file in Directory.GetFiles(before._folder, "*.db*"))
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }

            return new Scene(folder, before._database.CopyIn(folder), await OpenSandboxAsync(folder)) { RefundsBefore = before._refunds };
        }

        /// <summary>Nothing more happens here, and it can be copied.</summary>
        internal async Task CloseAsync()
        {
            _refunds = await RefundsAsync();
            await Sandbox.DisposeAsync();
            _isClosed = true;
        }

        /// <summary>How often Khalti was told to give something back.</summary>
        internal async Task<int> RefundsAsync() => RefundsBefore + await Sandbox.CountAsync("refund");

        private static Task<SandboxHost> OpenSandboxAsync(string folder) => SandboxHost.StartAsync(
            new SandboxOptions { Url = "http://127.0.0.1:0", ConnectionString = $"Data Source={folder}/sandbox.db" },
            TimeProvider.System, loggers: null, TestContext.Current.CancellationToken);

        internal void Arm() => File.WriteAllText(Path.Combine(_folder, "armed"), "");

        internal string[] Moments() => File.ReadAllLines(Path.Combine(_folder, "moments"));

        internal Task<ShopProcess?> StartAsync(int crashAt, bool worker) => ShopProcess.StartAsync(
            _database, _sandbox,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["DOTNET_STARTUP_HOOKS"] = Repository.Program("KhaltiCheckout.CrashHook"),
                ["CRASH_LOG"] = Path.Combine(_folder, "moments"),
                ["CRASH_ARMED"] = Path.Combine(_folder, "armed"),
                ["CRASH_AT"] = crashAt.ToString(CultureInfo.InvariantCulture),
            },
            $"--Reconciliation:Enabled={worker}", "--Reconciliation:Interval=00:00:00.2");

        internal async Task<ShopProcess> HealAsync()
        {
            HasCrashed = true;
            return await ShopProcess.StartAsync(
                _database, _sandbox, new Dictionary<string, string>(StringComparer.Ordinal), "--Reconciliation:Interval=00:00:00.2")
                ?? throw new InvalidOperationException("The healing process did not start.");
        }

        public async ValueTask DisposeAsync()
        {
            if (!_isClosed)
            {
                await Sandbox.DisposeAsync();
            }

            _database.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>What the page in a shopper's browser does, and the merchant's client: they repeat what was not answered, with
    /// the same key and token.</summary>
    private sealed class Shopper(Scene scene) : IAsyncDisposable
    {
        private string _key = Guid.NewGuid().ToString();
        private ShopProcess? _shop;
        private JsonNode? _order;
        private string? _token;
        private Uri? _back;
        private JsonNode? _refund;

        /// <summary>From the moment at which the scene was armed.</summary>
        internal bool HasLostAnAnswer => Array.Exists(scene.Moments(), moment => moment.EndsWith("no answer", StringComparison.Ordinal));

        /// <summary>The same shopper, who goes on at a copy of the scene.</summary>
        internal Shopper In(Scene copy) => new(copy) { _key = _key, _order = _order, _token = _token, _back = _back, _refund = _refund };

        internal async Task PayAsync()
        {
            await PlaceAsync();
            _token = await scene.Sandbox.ConfirmedTokenAsync(Tea, _order!.Id());
            await UntilAnsweredAsync(
                HttpMethod.Post, "/api/v1/payments/verify", new { orderId = _order!.Id(), token = _token, amount = Tea }, [200, 202]);
        }

        internal async Task PlaceAsync() => _order = await UntilAnsweredAsync(
            HttpMethod.Post, "/api/v1/orders", new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } }, [201]);

        internal async Task PayByLinkAsync()
        {
            JsonNode link = await UntilAnsweredAsync(
                HttpMethod.Post, "/api/v1/payments/initiate", new { orderId = _order!.Id() }, [201]);
            _back = await scene.Sandbox.OutcomeAsync((string)link["pidx"]!, "completed");
        }

        /// <summary>Once, as a browser does: when nobody answers, the shopper closes it.</summary>
        internal async Task ComeBackAsync()
        {
            try
            {
                using HttpResponseMessage page = await _shop!.Http.GetAsync(_back!.PathAndQuery, TestContext.Current.CancellationToken);
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException or ObjectDisposedException)
            {
            }
        }

        /// <param name="hasNoWorker">The process that was started first does not ask a second time: when it lost an answer, and was
        /// not killed, it is killed now, and the next one, which has a worker, goes on.</param>
        internal async Task ExpectPaidAsync(bool hasNoWorker = false)
        {
            JsonNode? last = null;
            long start = Stopwatch.GetTimestamp();
            await UntilAsync(Patience, async () =>
            {
                last = await UntilAnsweredAsync(HttpMethod.Get, $"/api/v1/orders/{_order!.Id()}", null, [200]);
                if (hasNoWorker && !scene.HasCrashed && HasLostAnAnswer && last.Status() != "paid" && Stopwatch.GetElapsedTime(start) > Soon)
                {
                    scene.WasGivenUp = true;
                    await KillAsync();
                }

                return last.Status() == "paid";
            });
            last!["payments"]!.AsArray().Count(payment => (string?)payment!["status"] == "completed").ShouldBe(1);
            last.Payment()["transactionId"].ShouldNotBeNull();
            IReadOnlyList<JsonNode> transactions = await scene.Sandbox.ListAsync("/_sandbox/transactions");
            transactions.Count(transaction => (string?)transaction["state"] == "Completed").ShouldBe(1);
            transactions.Where(transaction => (string?)transaction["state"] != "Completed")
                .ShouldAllBe(link => (string?)link["flow"] == "epayment" && (string?)link["state"] == "Initiated", "at the most, links that nobody has");

            // The same key still gives the same order: create was not done twice.
            JsonNode again = await UntilAnsweredAsync(
                HttpMethod.Post, "/api/v1/orders", new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } }, [201]);
            again.Id().ShouldBe(_order!.Id());
        }

        /// <summary>The merchant gives a part of it back.</summary>
        internal async Task GiveBackAsync() => _refund = await UntilAnsweredAsync(
            HttpMethod.Post, $"/api/v1/admin/orders/{_order!.Id()}/refunds", new { amount = Part, reason = "came back" }, [201, 202]);

        /// <param name="mayNeverHaveBeenSent">A process that died before it called leaves a refund that the shop waits for a
        /// quarter of an hour before it believes that: here it is enough that nothing went back, and nothing is said to have.</param>
        internal async Task ExpectGivenBackAsync(bool mayNeverHaveBeenSent)
        {
            string path = $"/api/v1/admin/refunds/{_refund!.Id()}";
            JsonNode? last = null;
            bool wasSent = true;
            await UntilAsync(Patience, async () =>
            {
                last = await UntilAnsweredAsync(HttpMethod.Get, path, null, [200]);
                wasSent = await scene.RefundsAsync() > 0;
                return last.Status() is "completed" or "failed" || (last.Status() == "unknown" && !wasSent);
            });
            if (!wasSent)
            {
                mayNeverHaveBeenSent.ShouldBeTrue("nothing was sent");
            }

            // Khalti's books decide: one call, and what it gave back stands here, as the refund's sum and as the order's.
            long given = (await scene.Sandbox.ListAsync("/_sandbox/transactions")).Sum(transaction => (long)transaction["refundedAmount"]!);
            (await scene.RefundsAsync(), given).ShouldBe(wasSent ? (1, Part) : (0, 0));
            JsonNode refund = await UntilAnsweredAsync(HttpMethod.Get, path, null, [200]);
            refund.Status().ShouldBe(wasSent ? "completed" : "unknown");
            ((long)refund["amount"]!).ShouldBe(Part);
            JsonNode order = await UntilAnsweredAsync(HttpMethod.Get, $"/api/v1/orders/{_order!.Id()}", null, [200]);
            (order.Status(), (long)order["amountRefunded"]!).ShouldBe(wasSent ? ("partially_refunded", Part) : ("paid", 0));

            // The same key still gives the same refund, and gives nothing back a second time.
            JsonNode again = await UntilAnsweredAsync(
                HttpMethod.Post, $"/api/v1/admin/orders/{_order!.Id()}/refunds", new { amount = Part, reason = "came back" }, [201, 202]);
            again.Id().ShouldBe((string?)refund["id"]);
            (await scene.RefundsAsync()).ShouldBe(wasSent ? 1 : 0);
        }

        /// <summary>What there is to know when it did not end well: the order, Khalti's calls, and what the last process wrote.</summary>
        internal async Task<string> TellAsync()
        {
            string order = "none";
            try
            {
                order = _order is null || _shop is null ? "none" : await _shop.Http.GetStringAsync($"/api/v1/orders/{_order.Id()}");
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException or OperationCanceledException)
            {
                order = lost.Message;
            }

            return $"""
                order: {order}
                calls: {string.Join('\n', (await scene.Sandbox.ListAsync("/_sandbox/requests")).Select(call => call.ToJsonString()))}
                {_shop?.Output}
                """;
        }

        internal async Task KillAsync() => await GoOnWithAsync(null);

        internal async Task GoOnWithAsync(ShopProcess? other)
        {
            await DisposeAsync();
            _shop = other;
        }

        public async ValueTask DisposeAsync()
        {
            if (_shop is { } shop)
            {
                // First: when the next one does not start, this one is not asked any more.
                _shop = null;
                await shop.DisposeAsync();
            }
        }

        private async Task<JsonNode> UntilAnsweredAsync(HttpMethod method, string path, object? body, int[] wanted)
        {
            JsonNode? answer = null;
            await UntilAsync(Patience, async () =>
            {
                if (_shop is null || _shop.IsDead)
                {
                    await DisposeAsync();
                    _shop = await scene.HealAsync();
                }

                try
                {
                    using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
                    request.Headers.Add("Idempotency-Key", _key + path);
                    if (path.StartsWith("/api/v1/admin/", StringComparison.Ordinal))
                    {
                        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ShopProcess.Key);
                    }

                    using HttpResponseMessage response = await _shop.Http.SendAsync(request, TestContext.Current.CancellationToken);
                    answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
                    int status = (int)response.StatusCode;
                    if (status >= 400 && answer!.Code() is not ("idempotency_in_progress" or "khalti_unavailable"))
                    {
                        throw new InvalidOperationException($"{path} answered {status}: {answer!.ToJsonString()}");
                    }

                    return wanted.Contains(status);
                }
                catch (Exception lost) when (lost is HttpRequestException or IOException or SocketException)
                {
                    return false;
                }
            });
            return answer!;
        }

        private static async Task UntilAsync(TimeSpan patience, Func<Task<bool>> happened)
        {
            using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            enough.CancelAfter(patience);
            using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
            while (!await happened())
            {
                await timer.WaitForNextTickAsync(enough.Token);
            }
        }
    }
}
