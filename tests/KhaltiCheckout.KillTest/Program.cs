using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using KhaltiCheckout.KillTest;

Settings settings = Settings.Read(args);
string folder = Directory.CreateTempSubdirectory("checkout-kill-").FullName;
using RunningProgram sandbox = new("Khalti.Sandbox", folder, address =>
    ["--urls", address.ToString(), $"--Sandbox:ConnectionString=Data Source={folder}/sandbox.db"]);
string[] database = settings.Postgres is { } postgres
    ? ["--Database:Provider=PostgreSql", $"--Database:ConnectionString={postgres}"]
    : [$"--Database:ConnectionString=Data Source={folder}/checkout.db"];

// Several processes on one database, each at an address of its own: a shopper stays with one.
RunningProgram[] shops = [.. Enumerable.Range(0, settings.Processes).Select(_ => new RunningProgram("KhaltiCheckout", folder, address =>
[
    "--urls", address.ToString(), "--environment", "Production", "--Khalti:Mode=Sandbox", "--Khalti:TimeoutSeconds=3",
    "--Sandbox:Embedded=false", $"--Sandbox:Url={sandbox.Address}", .. database,
    $"--Admin:ApiKeys:0={Ledger.Key}", "--RateLimits:PostsPerMinute=0",
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

await AnswersAsync(khalti, "/_sandbox/faults");
await AllAnswerAsync();
foreach (string kind in (string[])["drop_before", "drop_after", "garbage"])
{
    // Three kinds, one after the other: together they lose the wanted share.
    double each = 1 - Math.Pow(1 - settings.Lost, 1.0 / 3);
    foreach (string operation in (string[])["verify", "epayment_initiate", "epayment_lookup"])
    {
        (await khalti.PostAsJsonAsync("/_sandbox/faults", new { operation, kind, probability = each })).EnsureSuccessStatusCode();
    }
}

// Made, and not answered. One that was not made would be waited for longer than this test runs.
(await khalti.PostAsJsonAsync("/_sandbox/faults", new { operation = "refund", kind = "drop_after", probability = settings.Lost / 2 })).EnsureSuccessStatusCode();
(await khalti.PostAsJsonAsync("/_sandbox/faults", new { operation = "refund", kind = "garbage", probability = settings.Lost / 2 })).EnsureSuccessStatusCode();

Ledger ledger = new();
using CancellationTokenSource enough = new();
Task[] shoppers = [.. Enumerable.Range(0, settings.Shoppers).Select(one => new Shopper(stores[one % stores.Length], khalti, ledger).ShopAsync(enough.Token))];
Course course = new(TimeSpan.FromSeconds(settings.Seconds));
Stopwatch shopping = Stopwatch.StartNew();
int kills = 0;
while (!course.IsOver(shopping.Elapsed, new Seen(ledger.Orders, ledger.RefundCalls, kills)))
{
    await Task.Delay(TimeSpan.FromSeconds(settings.KillEvery * (0.5 + Random.Shared.NextDouble())));
    int killed = kills++ % shops.Length;
    await shops[killed].KillAsync();
    shops[killed].Start();

    // One that is killed before it answered has done nothing that could be lost.
    await AnswersAsync(stores[killed], "/health/ready");
    await ledger.NoteCallsAsync(khalti);
}

TimeSpan shopped = shopping.Elapsed;
await enough.CancelAsync();
await Task.WhenAll(shoppers);
Say($"{ledger.Orders} orders by {settings.Shoppers} shoppers in {shopped.TotalSeconds:0} s, {ledger.PaidByLinks} paid by link, the shop ({settings.Processes} processes on {(settings.Postgres is null ? "SQLite" : "PostgreSQL")}) killed {kills} times, {settings.Lost:P0} of Khalti's answers to verify, initiate, lookup and refund lost.");
Say($"{ledger.RefundsWished} refunds asked for: {ledger.RefundsDone} answered as done, {ledger.RefundsUnknown} as unknown, {ledger.RefundsRefused} refused as nothing was paid yet.");
(await khalti.DeleteAsync("/_sandbox/faults")).EnsureSuccessStatusCode();
await AllAnswerAsync();

// Answers are lost no more, but a payment that was asked about several times in vain waits five minutes for the next time.
Stopwatch settling = Stopwatch.StartNew();
TimeSpan tell = TimeSpan.FromMinutes(1);
while (await ledger.OpenAsync(desk, khalti) is { Count: > 0 } open)
{
    if (settling.Elapsed > tell)
    {
        tell += TimeSpan.FromMinutes(1);
        Say($"After {settling.Elapsed.TotalSeconds:0} s {open.Count} are open:");
        open.Take(10).ToList().ForEach(Say);
    }

    if (settling.Elapsed > TimeSpan.FromMinutes(8))
    {
        Say($"FAILED: they should not be after eight minutes; files and logs are in {folder}");
        Stop();
        return 1;
    }

    await Task.Delay(TimeSpan.FromSeconds(1));
}

await ledger.NoteCallsAsync(khalti);
Say($"Everything settled {settling.Elapsed.TotalSeconds:0} s after the last restart. Khalti was asked for {ledger.RefundCalls} refunds; {ledger.RefundsNeverSent} were never sent, as the shop was killed before.");
List<string> wrong = await ledger.CompareAsync(store, khalti);
foreach (string line in wrong)
{
    Say("DISAGREE: " + line);
}

int exitCode = Course.ExitCode(new Seen(ledger.Orders, ledger.RefundCalls, kills), wrong.Count);
Say(exitCode switch
{
    Course.Agreed => "Shop and sandbox agree about every order.",
    Course.Disagreed => $"FAILED: {wrong.Count} disagreements; files and logs are in {folder}",
    _ => "PROVES NOTHING: no order, or no refund, came so far; give it more time, or more time between the kills. Nothing disagrees.",
});
if (exitCode != Course.Disagreed)
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

async Task AllAnswerAsync()
{
    foreach (HttpClient one in stores)
    {
        await AnswersAsync(one, "/health/ready");
    }
}

static HttpClient Client(Uri address) =>
    new(new SocketsHttpHandler { MaxConnectionsPerServer = 500 }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };

static void Say(string line) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line}"));

static async Task AnswersAsync(HttpClient http, string path)
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
