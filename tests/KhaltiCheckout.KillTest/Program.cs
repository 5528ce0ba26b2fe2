using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using KhaltiCheckout.KillTest;

Settings settings = Settings.Read(args);
string folder = Directory.CreateTempSubdirectory("checkout-kill-").FullName;
using RunningProgram sandbox = new("Khalti.Sandbox.Tool", folder, address =>
    ["--urls", address.ToString(), $"--Sandbox:ConnectionString=Data Source={folder}/sandbox.db"]);
string[] database = settings.Postgres is { } postgres
    ? ["--Database:Provider=PostgreSql", $"--Database:ConnectionString={postgres}"]
    : [$"--Database:ConnectionString=Data Source={folder}/checkout.db"];

// Several processes on one database, each at its own address; a shopper uses one of them.
RunningProgram[] shops = [.. Enumerable.Range(0, settings.Processes).Select(_ => new RunningProgram("KhaltiCheckout", folder, address =>
[
    "--urls", address.ToString(), "--environment", "Production", "--Khalti:Mode=Sandbox", "--Khalti:TimeoutSeconds=3",
    "--Sandbox:Embedded=false", $"--Sandbox:Url={sandbox.Address}", .. database,
    $"--Admin:ApiKeys:0={Ledger.Key}", "--RateLimits:PostsPerMinute=0", "--Matching:ListPagesPerMinute=60",
]))];
using HttpClient khalti = Client(sandbox.Address);
HttpClient[] stores = [.. shops.Select(shop => Client(shop.Address))];
HttpClient store = stores[0];
using HttpClient desk = Client(shops[0].Address);
desk.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Ledger.Key);

sandbox.Start();
foreach (RunningProgram shop in shops)
{
    shop.Start();
}

await WaitUntilReadyAsync(khalti, "/_sandbox/faults");
await WaitUntilAllReadyAsync();
foreach (string kind in (string[])["drop_before", "drop_after", "garbage"])
{
    // Three kinds applied one after another; together they lose the configured share.
    double each = 1 - Math.Pow(1 - settings.Lost, 1.0 / 3);
    foreach (string operation in (string[])["verify", "epayment_initiate", "epayment_lookup"])
    {
        (await khalti.PostAsJsonAsync("/_sandbox/faults", new { operation, kind, probability = each })).EnsureSuccessStatusCode();
    }
}

// Refunds are made but not answered. One that is not made stays unknown longer than this test runs.
(await khalti.PostAsJsonAsync("/_sandbox/faults", new { operation = "refund", kind = "drop_after", probability = settings.Lost / 2 }))
    .EnsureSuccessStatusCode();
(await khalti.PostAsJsonAsync("/_sandbox/faults", new { operation = "refund", kind = "garbage", probability = settings.Lost / 2 }))
    .EnsureSuccessStatusCode();

Ledger ledger = new();
using CancellationTokenSource stop = new();
Task[] shoppers = [
    .. Enumerable.Range(0, settings.Shoppers)
    .Select(one => new Shopper(stores[one % stores.Length], khalti, ledger, settings.LostTokens).ShopAsync(stop.Token))];
RunPolicy policy = new(TimeSpan.FromSeconds(settings.Seconds));
Stopwatch shopping = Stopwatch.StartNew();
int kills = 0;
while (!policy.IsOver(shopping.Elapsed, new RunCounts(ledger.Orders, ledger.RefundCalls, kills)))
{
    await Task.Delay(TimeSpan.FromSeconds(settings.KillEvery * (0.5 + Random.Shared.NextDouble())));
    int killed = kills++ % shops.Length;
    await shops[killed].KillAsync();
    shops[killed].Start();

    // Wait for readiness: a process killed before it has done work loses nothing.
    await WaitUntilReadyAsync(stores[killed], "/health/ready");
    await ledger.RecordCallsAsync(khalti);
}

TimeSpan shopped = shopping.Elapsed;
await stop.CancelAsync();
await Task.WhenAll(shoppers);
Report(
    $"{ledger.Orders} orders by {settings.Shoppers} shoppers in {shopped.TotalSeconds:0} s, {ledger.PaidByLinks} paid by link, the shop "
    + $"({settings.Processes} processes on {(settings.Postgres is null ? "SQLite" : "PostgreSQL")}) killed {kills} times, "
    + $"{settings.Lost:P0} of Khalti's answers to verify, initiate, lookup and refund lost.");
Report(
    $"{ledger.RefundsRequested} refunds asked for: {ledger.RefundsDone} answered as done, {ledger.RefundsUnknown} as unknown, "
    + $"{ledger.RefundsRefused} refused as nothing was paid yet.");
if (settings.LostTokens > 0)
{
    Report(
        $"{ledger.LostTokens} tokens never reached the shop after Khalti had taken the money, {ledger.LostTokensOfOtherAmount} of them "
        + "with another amount than the order's.");
}

(await khalti.DeleteAsync("/_sandbox/faults")).EnsureSuccessStatusCode();
await WaitUntilAllReadyAsync();

// Answers are no longer lost, but a payment after several failed checks waits five minutes for the next.
Stopwatch settling = Stopwatch.StartNew();
TimeSpan nextReport = TimeSpan.FromMinutes(1);
while (await ledger.OpenAsync(desk, khalti) is { Count: > 0 } open)
{
    if (settling.Elapsed > nextReport)
    {
        nextReport += TimeSpan.FromMinutes(1);
        Report($"After {settling.Elapsed.TotalSeconds:0} s {open.Count} are open:");
        open.Take(10).ToList().ForEach(Report);
    }

    if (settling.Elapsed > TimeSpan.FromMinutes(settings.LostTokens > 0 ? 15 : 8))
    {
        Report($"FAILED: still pending; files and logs are in {folder}");
        Stop();
        return 1;
    }

    await Task.Delay(TimeSpan.FromSeconds(1));
}

await ledger.RecordCallsAsync(khalti);
Report(
    $"Nothing pending {settling.Elapsed.TotalSeconds:0} s after the last restart. Khalti received {ledger.RefundCalls} refund calls; "
    + $"{ledger.RefundsNeverSent} were never sent, as the shop was killed before.");
List<string> disagreements = [.. await ledger.CompareAsync(store, khalti), .. await ledger.CompareLostTokensAsync(desk)];
foreach (string line in disagreements)
{
    Report("DISAGREE: " + line);
}

int exitCode = RunPolicy.ExitCode(new RunCounts(ledger.Orders, ledger.RefundCalls, kills), disagreements.Count);
Report(exitCode switch
{
    RunPolicy.Agreed => "Shop and sandbox agree about every order.",
    RunPolicy.Disagreed => $"FAILED: {disagreements.Count} disagreements; files and logs are in {folder}",
    _ => "INCONCLUSIVE: no order or no refund was completed; use more time, or more time between the kills. No disagreements.",
});
if (exitCode != RunPolicy.Disagreed)
{
    Stop();
    sandbox.Dispose();
    Directory.Delete(folder, recursive: true);
}

Stop();
return exitCode;

void Stop()
{
    foreach (RunningProgram shop in shops)
    {
        shop.Dispose();
    }
}

async Task WaitUntilAllReadyAsync()
{
    foreach (HttpClient one in stores)
    {
        await WaitUntilReadyAsync(one, "/health/ready");
    }
}

static HttpClient Client(Uri address) =>
    new(new SocketsHttpHandler { MaxConnectionsPerServer = 500 }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };

static void Report(string line) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line}"));

static async Task WaitUntilReadyAsync(HttpClient http, string path)
{
    for (int wait = 0; ; wait++)
    {
        try
        {
            (await http.GetAsync(path)).EnsureSuccessStatusCode();
            return;
        }
        catch (HttpRequestException) when (wait < 1200)
        {
            await Task.Delay(100);
        }
    }
}
