using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace KhaltiCheckout.Benchmarks;

/// <summary>How long expired orders took to be removed, and the sorted durations of checkouts before and meanwhile, in ms.</summary>
internal sealed record PruningResult(int Orders, long Megabytes, double Seconds, double[] Before, double[] Meanwhile)
{
    internal double PerSecond => Orders / Seconds;
}

/// <summary>Measures the removal of orders that expired without a payment, with one shopper after the other at the same shop.</summary>
internal sealed class Pruning(Options options, PublishedShop shop, Uri gateway)
{
    // Also for the start that makes the tables: a round that found nothing is followed by the next one an hour later.
    private const string Off = "--Store:KeepUnpaidFor=00:00:00";

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(20);

    internal async Task<(PruningResult Result, string Database)> MeasureAsync(CancellationToken cancellationToken)
    {
        string file = shop.SqliteFile("pruning");
        int size = options.Sizes[0];
        using (MeasuredProcess first = shop.StartOnSqlite("pruning", gateway, file, Off))
        {
            await first.WaitUntilReadyAsync("/health/ready", cancellationToken);
        }

        new DatabaseSeeder(file).SeedExpired(size, cancellationToken);
        long megabytes = new FileInfo(file).Length / (1024 * 1024);
        Progress.WriteLine($"{size} expired orders, {megabytes} MB");

        double[] before;
        using (MeasuredProcess running = await StartAsync(Off))
        {
            await CheckOutAsync(running, options.WarmUp, () => false, cancellationToken);
            before = await CheckOutAsync(running, Before, () => false, cancellationToken);
        }

        // The counted time includes the warm-up: the orders are removed from the start on.
        using (MeasuredProcess running = await StartAsync())
        {
            long begun = Stopwatch.GetTimestamp();
            await CheckOutAsync(running, options.WarmUp, () => false, cancellationToken);
            double[] meanwhile = await CheckOutAsync(running, TimeSpan.MaxValue, () => Expired(file) == 0, cancellationToken);
            double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            return (new(size, megabytes, seconds, before, meanwhile), PublishedShop.DatabaseOf(running));
        }

        async Task<MeasuredProcess> StartAsync(params string[] settings)
        {
            MeasuredProcess started = shop.StartOnSqlite("pruning", gateway, file, settings);
            await started.WaitUntilReadyAsync("/health/ready", cancellationToken);
            return started;
        }
    }

    // Until the time or the work is over. Whether it is, is looked at once a second.
    private async Task<double[]> CheckOutAsync(
        MeasuredProcess running, TimeSpan atMost, Func<bool> isOver, CancellationToken cancellationToken)
    {
        using HttpMessageInvoker http =
            new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, ActivityHeadersPropagator = null });
        Shopper shopper = new(http, [running.Address], 0, options.AsPage);
        List<double> milliseconds = [];
        long begun = Stopwatch.GetTimestamp();
        long looked = begun;
        while (Stopwatch.GetElapsedTime(begun) < atMost)
        {
            (Times? times, string? error) = await shopper.CheckOutAsync(cancellationToken);
            milliseconds.Add(
                times is null ? throw new InvalidOperationException(error) : times.Whole * 1000.0 / Stopwatch.Frequency);
            if (Stopwatch.GetElapsedTime(looked) > TimeSpan.FromSeconds(1))
            {
                looked = Stopwatch.GetTimestamp();
                if (isOver())
                {
                    break;
                }
            }
        }

        return [.. milliseconds.Order()];
    }

    private static long Expired(string file)
    {
        using SqliteConnection connection = new($"Data Source={file};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM (SELECT 1 FROM \"Orders\" WHERE \"Status\" = 'expired' LIMIT 1)";
        return (long)command.ExecuteScalar()!;
    }
}
