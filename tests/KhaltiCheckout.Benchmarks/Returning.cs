using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace KhaltiCheckout.Benchmarks;

/// <summary>The sorted waits of shoppers who came back from Khalti's page, in ms, less the time of one call to Khalti.</summary>
internal sealed record ReturningResult(int Links, int Delay, double[] Waits, double LookupsPerSecond);

/// <summary>
/// Measures how long a shopper waits who comes back from Khalti's page, while the worker asks about many open links as fast as its
/// rate lets it.
/// </summary>
internal sealed class Returning(Options options, PublishedShop shop, Uri gateway)
{
    private const int Shoppers = 200;
    private const int WarmUpShoppers = 50;
    private const int BusyShoppers = 4;

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(10);

    internal async Task<(ReturningResult[] Results, string Database)> MeasureAsync(CancellationToken cancellationToken)
    {
        string file = shop.SqliteFile("returning");
        using (MeasuredProcess first = shop.StartOnSqlite("returning", gateway, file))
        {
            await first.WaitUntilReadyAsync("/health/ready", cancellationToken);
        }

        int links = options.Sizes[0];
        new DatabaseSeeder(file).SeedOpenLinks(links, cancellationToken);
        Progress.WriteLine($"{links} open links");
        using MeasuredProcess running = shop.StartOnSqlite("returning", gateway, file);
        await running.WaitUntilReadyAsync("/health/ready", cancellationToken);
        List<ReturningResult> results = [];
        foreach (int delay in options.Delays)
        {
            results.Add(await MeasureAsync(running, links, delay, cancellationToken));
        }

        return ([.. results], PublishedShop.DatabaseOf(running));
    }

    private async Task<ReturningResult> MeasureAsync(MeasuredProcess running, int links, int delay, CancellationToken cancellationToken)
    {
        using HttpClient khalti = new() { BaseAddress = gateway };
        await khalti.GetAsync(Gateway.DelayPath + delay.ToString(CultureInfo.InvariantCulture), cancellationToken);
        using HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false })
        {
            BaseAddress = running.Address,
        };
        await ReturnAllAsync(WarmUpShoppers);
        long lookups = await LookupsAsync();
        long begun = Stopwatch.GetTimestamp();
        double[] waits = await ReturnAllAsync(Shoppers);
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        double perSecond = (await LookupsAsync() - lookups) / seconds;
        Progress.WriteLine($"  {delay} ms: {waits[^1]:0} ms at most");
        return new(links, delay, waits, perSecond);

        async Task<double[]> ReturnAllAsync(int count)
        {
            double[] all = new double[count];
            await Parallel.ForAsync(
                0, count, new ParallelOptions { MaxDegreeOfParallelism = BusyShoppers, CancellationToken = cancellationToken },
                async (at, token) => all[at] = await ReturnAsync(http, khalti, token) - delay);
            return [.. all.Order()];
        }

        async Task<long> LookupsAsync() =>
            long.Parse(await khalti.GetStringAsync(Gateway.LookupsPath, cancellationToken), CultureInfo.InvariantCulture);
    }

    // From the return to the order that is shown as paid, in ms.
    private static async Task<double> ReturnAsync(HttpClient http, HttpClient khalti, CancellationToken cancellationToken)
    {
        using ByteArrayContent body = new(SampleOrder.Body) { Headers = { ContentType = new("application/json") } };
        using HttpResponseMessage placed = await http.PostAsync("/api/v1/orders", body, cancellationToken);
        string order = (string)(await ReadAsync(placed, HttpStatusCode.Created, cancellationToken))["id"]!;
        using HttpResponseMessage link = await http.PostAsJsonAsync(
            "/api/v1/payments/initiate", new { orderId = order }, cancellationToken);
        string pidx = (string)(await ReadAsync(link, HttpStatusCode.Created, cancellationToken))["pidx"]!;
        await khalti.GetAsync(Gateway.PayPath + pidx, cancellationToken);

        long returned = Stopwatch.GetTimestamp();
        using HttpResponseMessage back = await http.GetAsync($"/payments/khalti/return?pidx={pidx}", cancellationToken);
        if (back.StatusCode != HttpStatusCode.SeeOther)
        {
            throw new InvalidOperationException($"The return was answered {(int)back.StatusCode}.");
        }

        while (true)
        {
            using HttpResponseMessage shown = await http.GetAsync("/api/v1/orders/" + order, cancellationToken);
            if ((string?)(await ReadAsync(shown, HttpStatusCode.OK, cancellationToken))["status"] == "paid")
            {
                return Stopwatch.GetElapsedTime(returned).TotalMilliseconds;
            }

            await Task.Delay(Rest, cancellationToken);
        }
    }

    private static async Task<JsonNode> ReadAsync(
        HttpResponseMessage answer, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        string text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.StatusCode == expected
            ? JsonNode.Parse(text)! : throw new InvalidOperationException($"An answer was {(int)answer.StatusCode}: {text}");
    }
}
