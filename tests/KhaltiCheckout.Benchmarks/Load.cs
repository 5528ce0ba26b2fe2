using System.Collections.Concurrent;
using System.Diagnostics;

namespace KhaltiCheckout.Benchmarks;

/// <summary>The results of a load window.</summary>
/// <param name="Stolen">The share of the machine's time that its host gave to others.</param>
internal sealed record LoadResult(
    double Seconds, IReadOnlyList<Times> Times, int Errors, string? Example, TimeSpan Processor, double Stolen, double Memory,
    double PeakMemory)
{
    /// <summary>Combines several windows of one server.</summary>
    internal static LoadResult Combine(IReadOnlyList<LoadResult> windows) => new(
        windows.Sum(window => window.Seconds), [.. windows.SelectMany(window => window.Times)], windows.Sum(window => window.Errors),
        windows.Select(window => window.Example).FirstOrDefault(example => example is not null),
        windows.Aggregate(TimeSpan.Zero, (sum, window) => sum + window.Processor), windows.Average(window => window.Stolen),
        windows.Max(window => window.Memory),
        windows.Max(window => window.PeakMemory));

    internal double PerSecond => Times.Count / Seconds;

    internal double ProcessorMilliseconds => Processor.TotalMilliseconds / Times.Count;

    /// <summary>A percentile in milliseconds; the share is for example 0.99.</summary>
    internal double Percentile(double share, Func<Times, long> step)
    {
        if (Times.Count == 0)
        {
            return double.NaN;
        }

        long[] sorted = [.. Times.Select(step).Order()];
        int rank = Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1);
        return sorted[rank] * 1000.0 / Stopwatch.Frequency;
    }
}

/// <summary>Runs shoppers in a closed loop on persistent connections. A checkout that was started is finished, so that no
/// order is left unpaid.</summary>
internal static class Load
{
    internal static async Task<LoadResult> RunAsync(
        IReadOnlyList<MeasuredProcess> servers, int shoppers, TimeSpan warmUp, TimeSpan window, bool asPage,
        CancellationToken cancellationToken)
    {
        using SocketsHttpHandler handler =
            new() { UseCookies = false, AllowAutoRedirect = false, UseProxy = false, ActivityHeadersPropagator = null };
        using HttpMessageInvoker http = new(handler);
        Uri[] addresses = [.. servers.Select(server => server.Address)];
        ConcurrentQueue<string> errors = [];
        long begin = Stopwatch.GetTimestamp() + (long)(warmUp.TotalSeconds * Stopwatch.Frequency);
        long end = begin + (long)(window.TotalSeconds * Stopwatch.Frequency);

        Task<List<Times>>[] running = [.. Enumerable.Range(0, shoppers).Select(number => Task.Run(
            () => ShopAsync(new Shopper(http, addresses, number, asPage), begin, end, errors, cancellationToken), cancellationToken))];
        await Task.Delay(warmUp, cancellationToken);
        TimeSpan before = await ProcessorAsync(servers);
        MachineTime machine = MachineTime.Now();
        foreach (MeasuredProcess server in servers)
        {
            server.ResetPeakMemory();
        }

        TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), end);
        await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
        TimeSpan used = await ProcessorAsync(servers) - before;
        double stolen = MachineTime.Now().StolenSince(machine);
        double memory = servers.Sum(server => server.MemoryMegabytes);
        double peak = servers.Sum(server => server.PeakMemoryMegabytes);
        List<Times>[] all = await Task.WhenAll(running);
        return new LoadResult(
            window.TotalSeconds, [.. all.SelectMany(times => times)], errors.Count, errors.FirstOrDefault(), used, stolen, memory, peak);
    }

    private static async Task<List<Times>> ShopAsync(
        Shopper shopper, long begin, long end, ConcurrentQueue<string> errors, CancellationToken cancellationToken)
    {
        List<Times> counted = [];
        while (Stopwatch.GetTimestamp() < end)
        {
            (Times? times, string? error) = await CheckOutOnceAsync(shopper, cancellationToken);
            long now = Stopwatch.GetTimestamp();
            if (error is not null)
            {
                // An error in the warm-up counts too. A server that only refuses ends the loop.
                errors.Enqueue(error);
                await Task.Delay(10, cancellationToken);
            }
            else if (now >= begin && now < end)
            {
                counted.Add(times!);
            }
        }

        return counted;
    }

    private static async Task<(Times? Times, string? Error)> CheckOutOnceAsync(Shopper shopper, CancellationToken cancellationToken)
    {
        try
        {
            return await shopper.CheckOutAsync(cancellationToken);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            return (null, lost.Message);
        }
    }

    private static async Task<TimeSpan> ProcessorAsync(IReadOnlyList<MeasuredProcess> servers)
    {
        TimeSpan[] each = await Task.WhenAll(servers.Select(server => server.ProcessorAsync()));
        return each.Aggregate(TimeSpan.Zero, (sum, one) => sum + one);
    }
}
