namespace KhaltiCheckout.Benchmarks;

/// <summary>Measures the time from process start to the first answer on an existing database, compared with an empty app. Both
/// are started in turn, so that a slow phase of the machine affects both.</summary>
internal sealed class Starts(PublishedShop shop, Uri gateway, Func<MeasuredProcess> startEmpty)
{
    private const int Times = 5;
    private const string Path = "/api/v1/config";

    internal async Task<(double[] Empty, double[] Shop)> MeasureAsync(CancellationToken cancellationToken)
    {
        // Creates the tables.
        await AnswerAsync(StartShop);

        List<double> empty = [];
        List<double> full = [];
        for (int time = 0; time < Times; time++)
        {
            empty.Add(await AnswerAsync(startEmpty));
            full.Add(await AnswerAsync(StartShop));
            Progress.WriteLine($"start: empty {empty[^1]:0.00} s, shop {full[^1]:0.00} s");
        }

        return ([.. empty], [.. full]);

        async Task<double> AnswerAsync(Func<MeasuredProcess> start)
        {
            using MeasuredProcess process = start();
            return (await process.WaitUntilReadyAsync(Path, cancellationToken)).TotalSeconds;
        }
    }

    private MeasuredProcess StartShop() => shop.StartOnSqlite("start", gateway, shop.SqliteFile("start"));
}
