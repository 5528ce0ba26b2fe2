using System.Globalization;
using System.Runtime.InteropServices;

namespace KhaltiCheckout.Benchmarks;

/// <summary>Writes the report as Markdown.</summary>
internal static class Report
{
    internal static void Machine(Options options, string folder, string loadBefore, params string[] databases)
    {
        string? model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(':')[1].Trim();
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024 * 1024);
        WriteLine(
            $"- {Environment.ProcessorCount} cores ({model ?? "unknown"}), {memory} MiB, {RuntimeInformation.OSDescription}; database on ",
            $"{new DriveInfo(folder).DriveFormat}");
        WriteLine($"- {string.Join(", ", databases.Prepend(RuntimeInformation.FrameworkDescription))}");
        WriteLine(
            $"- Load average before {loadBefore}, after {LoadAverage()}. Shoppers, gateway and servers share the cores; with others busy ",
            $"beside them the figures mean little.");
        string orders = options.AsPage ? "; orders as the shop's page sends them" : "";
        FormattableString windows = $"; {options.Rounds} windows of {options.Window.TotalSeconds} s each, in turn";
        bool hasWindows = !options.Growth && !options.Pruning && !options.Returning;
        WriteLine($"- The shop's log as in Production, one line a request, to a file{orders}", hasWindows ? windows : $"", $".");
        WriteLine($"");
    }

    internal static string LoadAverage() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3));

    internal static void Checkouts(IReadOnlyList<Row> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        WriteLine($"## Verified checkouts: create, verify, read");
        WriteLine($"");
        WriteLine(
            $"| gateway ms | shoppers | server | checkouts/s | of null | in each round | p50 ms | p95 ms | p99 ms | p99/p50 | CPU ms ",
            $"each | memory MB | peak MB | stolen % | errors |");
        WriteLine($"| ---: | ---: | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (Row row in rows)
        {
            LoadResult m = row.LoadResult;
            double p50 = m.Percentile(0.5, times => times.Whole);
            double p99 = m.Percentile(0.99, times => times.Whole);
            WriteLine(
                $"| {row.Delay} | {row.Shoppers} | {row.What} | {m.PerSecond:0.0} | {row.RatioToNull:0.00} | ",
                $"{FormatRatios(row.RatiosToNullByRound)} | {p50:0.0} | {m.Percentile(0.95, times => times.Whole):0.0} | {p99:0.0} | ",
                $"{p99 / p50:0.0} | {m.ProcessorMilliseconds:0.00} | {m.Memory:0} | {m.PeakMemory:0} | {100 * m.Stolen:0} | {m.Errors} |");
        }

        WriteLine($"");
        WriteLine(
            $"Null: the shop's server with all that stands around a handler, the same requests and gateway, ",
            $"no storage. Bare: the web server and JSON alone.");
        WriteLine($"");
        WriteLine(
            $"CPU and memory are the server's own, without PostgreSQL's; of two shops they are the sum. To two shops the requests go in ",
            $"turn, so that one checkout meets both. Stolen: what the machine's host gave to others of its processors meanwhile.");
        WriteLine($"");
        WriteLine($"Each call, p50 / p95 / p99 in ms:");
        WriteLine($"");
        WriteLine($"| gateway ms | shoppers | server | create | verify | read |");
        WriteLine($"| ---: | ---: | --- | ---: | ---: | ---: |");
        foreach (Row row in rows)
        {
            WriteLine(
                $"| {row.Delay} | {row.Shoppers} | {row.What} | {FormatPercentiles(row, times => times.Create)} | ",
                $"{FormatPercentiles(row, times => times.Verify)} | {FormatPercentiles(row, times => times.Read)} |");
        }

        WriteLine($"");
        foreach (Row row in rows.Where(row => row.LoadResult.Errors > 0))
        {
            WriteLine($"- **Error** ({row.What}, {row.Shoppers} shoppers, {row.LoadResult.Errors} of them): {row.LoadResult.Example}");
        }
    }

    internal static void Starts((double[] Empty, double[] Shop)? measured)
    {
        if (measured is not { } starts)
        {
            return;
        }

        WriteLine($"## Start to first answer");
        WriteLine($"");
        WriteLine($"| | median s | each |");
        WriteLine($"| --- | ---: | --- |");
        Line("empty app", starts.Empty);
        Line("shop, its database there", starts.Shop);
        WriteLine($"| **beyond the empty app** | {Median(starts.Shop) - Median(starts.Empty):0.00} | |");
        WriteLine($"");

        static void Line(string what, double[] seconds) =>
            WriteLine(
                $"| {what} | {Median(seconds):0.00} | ",
                $"{string.Join(", ", seconds.Select(one => one.ToString("0.00", CultureInfo.InvariantCulture)))} |");

        static double Median(double[] seconds) => seconds.Order().ElementAt(seconds.Length / 2);
    }

    internal static void Growth(IReadOnlyList<GrowthColumn> columns)
    {
        WriteLine($"## What a request costs among many orders");
        WriteLine($"");
        WriteLine(
            $"The median in ms of requests one at a time, and its ratio to the smallest shop. SQLite, gateway at once. In a small shop a ",
            $"page of what is rare is not full, and so costs less.");
        WriteLine($"");
        string[] sizes =
            [.. columns.Select(column => FormattableString.Invariant($"{column.Orders:#,0} orders ({column.Megabytes} MB)"))];
        WriteLine($"| | {string.Join(" | ", sizes)} |");
        WriteLine($"| --- |{string.Concat(columns.Select(_ => " ---: |"))}");
        for (int line = 0; line < columns[0].Costs.Count; line++)
        {
            double least = columns[0].Costs[line].Milliseconds;
            string[] costs =
            [
                .. columns.Select(column => column.Costs[line].Milliseconds)
                    .Select(cost => FormattableString.Invariant($"{cost:0.00} ({cost / least:0.0})")),
            ];
            WriteLine($"| {columns[0].Costs[line].Request} | {string.Join(" | ", costs)} |");
        }

        WriteLine($"");
    }

    internal static void Pruning(PruningResult result)
    {
        WriteLine($"## Removing orders that expired without a payment");
        WriteLine($"");
        WriteLine(
            $"{result.Orders:#,0} orders ({result.Megabytes} MB) were removed in {result.Seconds:0} s, {result.PerSecond:0} a second: a ",
            $"million in {1_000_000 / result.PerSecond / 60:0} minutes. SQLite, gateway at once, one shopper after the other.");
        WriteLine($"");
        WriteLine($"| checkout | how many | p50 ms | p99 ms | longest ms |");
        WriteLine($"| --- | ---: | ---: | ---: | ---: |");
        Line("nothing removed", result.Before);
        Line("while orders are removed", result.Meanwhile);
        WriteLine($"");

        static void Line(string what, double[] sorted) => WriteLine(
            $"| {what} | {sorted.Length} | {At(sorted, 0.5):0.0} | {At(sorted, 0.99):0.0} | {sorted[^1]:0.0} |");
    }

    internal static void Returning(IReadOnlyList<ReturningResult> results)
    {
        WriteLine($"## The wait of a shopper who comes back from Khalti's page");
        WriteLine($"");
        WriteLine(
            $"From the return to the order that is shown as paid, less the time of one call to Khalti, in ms. The worker asks about ",
            $"{results[0].Links:#,0} open links meanwhile. SQLite.");
        WriteLine($"");
        WriteLine($"| gateway ms | shoppers | p50 | p99 | longest | lookups a second |");
        WriteLine($"| ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (ReturningResult one in results)
        {
            WriteLine(
                $"| {one.Delay} | {one.Waits.Length} | {At(one.Waits, 0.5):0} | {At(one.Waits, 0.99):0} | {one.Waits[^1]:0} | ",
                $"{one.LookupsPerSecond:0.0} |");
        }

        WriteLine($"");
    }

    private static double At(double[] sorted, double share) =>
        sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];

    /// <summary>Writes a line of the report, of one part or of several.</summary>
    internal static void WriteLine(params FormattableString[] parts)
    {
        foreach (FormattableString part in parts)
        {
            Console.Write(part.ToString(CultureInfo.InvariantCulture));
        }

        Console.WriteLine();
    }

    private static string FormatRatios(IEnumerable<double> ratios) =>
        string.Join(", ", ratios.Select(ratio => ratio.ToString("0.00", CultureInfo.InvariantCulture)));

    private static string FormatPercentiles(Row row, Func<Times, long> step) => string.Join(" / ", new[] { 0.5, 0.95, 0.99 }
        .Select(share => row.LoadResult.Percentile(share, step).ToString("0.0", CultureInfo.InvariantCulture)));
}
