using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using KhaltiCheckout.Desk;

namespace KhaltiCheckout.Benchmarks;

/// <summary>The median duration of each request with this number of orders, in milliseconds.</summary>
internal sealed record GrowthColumn(
    int Orders, long Megabytes, string Database, IReadOnlyList<(string Request, double Milliseconds)> Costs);

/// <summary>Measures the same requests, one at a time, in databases with few and with many orders.</summary>
internal sealed class Growth(Options options, PublishedShop shop, Uri gateway)
{
    private const int Rounds = 200;
    private const int WarmUpCheckouts = 300;

    // A slow request is repeated fewer times.
    private static readonly TimeSpan MaxDurationPerRequest = TimeSpan.FromSeconds(10);

    internal async Task<IReadOnlyList<GrowthColumn>> MeasureAsync(CancellationToken cancellationToken)
    {
        List<GrowthColumn> columns = [];
        foreach (int size in options.Sizes)
        {
            columns.Add(await MeasureAsync(size, cancellationToken));
        }

        return columns;
    }

    private async Task<GrowthColumn> MeasureAsync(int size, CancellationToken cancellationToken)
    {
        string file = shop.SqliteFile(string.Create(CultureInfo.InvariantCulture, $"growth-{size}"));
        await WithShopAsync(file, _ => Task.FromResult(true), cancellationToken);
        long begun = Stopwatch.GetTimestamp();
        SeededData seeded = new DatabaseSeeder(file).Seed(size, cancellationToken);
        long megabytes = new FileInfo(file).Length / (1024 * 1024);
        Progress.WriteLine($"{size} orders, {megabytes} MB, stored in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s");

        GrowthColumn column = await WithShopAsync(file, MeasureAsync, cancellationToken);
        foreach (string part in Directory.GetFiles(Path.GetDirectoryName(file)!, Path.GetFileName(file) + "*"))
        {
            File.Delete(part);
        }

        return column;

        async Task<GrowthColumn> MeasureAsync(MeasuredProcess running)
        {
            List<(string, double)> reads = await ReadAsync(running, seeded, cancellationToken);

            // Last, because they add orders.
            List<(string, double)> checkouts = await CheckOutAsync(running, cancellationToken);
            return new(size, megabytes, PublishedShop.DatabaseOf(running), [.. checkouts, .. reads]);
        }
    }

    private async Task<T> WithShopAsync<T>(string file, Func<MeasuredProcess, Task<T>> work, CancellationToken cancellationToken)
    {
        using MeasuredProcess running = shop.StartOnSqlite("growth", gateway, file);
        await running.WaitUntilReadyAsync("/health/ready", cancellationToken);
        return await work(running);
    }

    private async Task<List<(string, double)>> ReadAsync(MeasuredProcess running, SeededData seeded, CancellationToken cancellationToken)
    {
        using HttpClient desk = new() { BaseAddress = running.Address };
        desk.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", shop.AdminKey);
        Random random = new(1);
        string[] oldest = seeded.Ids[..(seeded.Ids.Length / 10)];
        (string Request, Func<string> Address)[] requests =
        [
            ("read any order", () => "/api/v1/orders/" + One(seeded.Ids)),
            ("list, first page", () => "/api/v1/admin/orders"),
            ("list, a page of the oldest tenth", () => "/api/v1/admin/orders?cursor=" + OrderFilter.CursorAt(One(oldest))),
            ("list of a common status", () => "/api/v1/admin/orders?status=paid"),
            ("list of a rare status", () => "/api/v1/admin/orders?status=partially_refunded"),
            ("list of a status, a page of the oldest tenth", () => "/api/v1/admin/orders?status=cancelled&cursor=" + OrderFilter.CursorAt(
                One(oldest))),
            ("list of what needs attention", () => "/api/v1/admin/orders?attention=any"),
            ("list of one reason for attention", () => "/api/v1/admin/orders?attention=paid_late"),
            ("search by order id", () => "/api/v1/admin/orders?q=" + One(seeded.Ids)),
            ("search by amount", () => "/api/v1/admin/orders?q=185"),
            ("search by phone", () => "/api/v1/admin/orders?q=" + One(seeded.Phones)),
            ("search by beginning of a rare name", () => "/api/v1/admin/orders?q=" + seeded.RareName[..^2]),
            ("search by beginning of a common name", () => "/api/v1/admin/orders?q=" + seeded.CommonName[..^2]),
            ("search by a common name", () => "/api/v1/admin/orders?q=" + seeded.CommonName),
            ("search by two common names", () => $"/api/v1/admin/orders?q={seeded.CommonName}+{seeded.CommonLastName}"),
            ("search by two names that never come together", () => $"/api/v1/admin/orders?q={seeded.CommonName}+{seeded.OtherName}"),
            ("search by a name that was common long ago", () => $"/api/v1/admin/orders?q={seeded.OldName}"),
            ("search by common name and rare status", () => $"/api/v1/admin/orders?q={seeded.CommonName}&status=partially_refunded"),
            ("summary of 30 days", () => "/api/v1/admin/summary"),
            ("summary of a year", () => "/api/v1/admin/summary?days=366"),
        ];
        long begun = Stopwatch.GetTimestamp();
        for (int turn = 0; turn < requests.Length || Stopwatch.GetElapsedTime(begun) < options.WarmUp; turn++)
        {
            await GetAsync(desk, requests[turn % requests.Length].Address(), cancellationToken);
        }

        List<(string, double)> costs = [];
        foreach ((string request, Func<string> address) in requests)
        {
            costs.Add((request, await MedianAsync(desk, address, cancellationToken)));
            Progress.WriteLine($"  {request}: {costs[^1].Item2:0.0} ms");
        }

        return costs;

        string One(string[] among) => among[random.Next(among.Length)];
    }

    private static async Task<double> MedianAsync(HttpClient desk, Func<string> address, CancellationToken cancellationToken)
    {
        List<double> times = [];
        long begun = Stopwatch.GetTimestamp();
        while (times.Count < Rounds && (times.Count == 0 || Stopwatch.GetElapsedTime(begun) < MaxDurationPerRequest))
        {
            long asked = Stopwatch.GetTimestamp();
            await GetAsync(desk, address(), cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
        }

        return Median(times);
    }

    private static async Task GetAsync(HttpClient desk, string address, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await desk.GetAsync(address, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{address} was answered {(int)answer.StatusCode}.");
        }
    }

    private async Task<List<(string, double)>> CheckOutAsync(MeasuredProcess running, CancellationToken cancellationToken)
    {
        using HttpMessageInvoker http =
            new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, ActivityHeadersPropagator = null });
        Shopper shopper = new(http, [running.Address], 0, options.AsPage);
        List<Times> all = [];
        for (int round = -WarmUpCheckouts; round < Rounds; round++)
        {
            (Times? times, string? error) = await shopper.CheckOutAsync(cancellationToken);
            if (error is not null)
            {
                throw new InvalidOperationException(error);
            }

            if (round >= 0)
            {
                all.Add(times!);
            }
        }

        return [("create", Of(times => times.Create)), ("verify", Of(times => times.Verify)), ("read", Of(times => times.Read))];

        double Of(Func<Times, long> step) => Median(all.Select(times => step(times) * 1000.0 / Stopwatch.Frequency));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
