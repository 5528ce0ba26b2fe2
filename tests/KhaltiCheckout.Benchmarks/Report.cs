using System.Globalization;
using System.Runtime.InteropServices;

namespace KhaltiCheckout.Benchmarks;

/// <summary>Markdown, for a person and for an issue.</summary>
internal static class Report
{
    internal static void Machine(Options options, string folder, string sqlite)
    {
        string? model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024 * 1024);
        string[] load = File.ReadAllText("/proc/loadavg").Split(' ');
        Say($"- {Environment.ProcessorCount} cores ({model ?? "unknown"}), {memory} MiB, {RuntimeInformation.OSDescription}; database on {new DriveInfo(folder).DriveFormat}");
        Say($"- {RuntimeInformation.FrameworkDescription}, SQLite {sqlite}");
        Say($"- Load average at the end: {load[0]} {load[1]} {load[2]}. Shoppers, gateway and servers share the cores: with others on the machine the figures mean little.");
        Say($"- The shop's log as in Production, one line a request, to a file. Windows of {options.Window.TotalSeconds} s{(options.AsPage ? ", orders as the shop's page sends them" : "")}.");
        Say($"");
    }

    internal static void Checkouts(IReadOnlyList<Row> rows)
    {
        Say($"## Verified checkouts: create, verify, read");
        Say($"");
        Say($"| gateway ms | shoppers | server | checkouts/s | of null | p50 ms | p95 ms | p99 ms | p99/p50 | CPU ms each | memory MB | peak MB | errors |");
        Say($"| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (Row row in rows)
        {
            Measured m = row.Measured;
            double p50 = m.Percentile(0.5, times => times.Whole);
            double p99 = m.Percentile(0.99, times => times.Whole);
            Say($"| {row.Delay} | {row.Shoppers} | {row.What} | {m.PerSecond:0.0} | {row.OfNull:0.00} | {p50:0.0} | {m.Percentile(0.95, times => times.Whole):0.0} | {p99:0.0} | {p99 / p50:0.0} | {m.ProcessorMilliseconds:0.00} | {m.Memory:0} | {m.PeakMemory:0} | {m.Errors} |");
        }

        Say($"");
        Say($"Each call, p50 / p95 / p99 in ms:");
        Say($"");
        Say($"| gateway ms | shoppers | server | create | verify | read |");
        Say($"| ---: | ---: | --- | ---: | ---: | ---: |");
        foreach (Row row in rows)
        {
            Say($"| {row.Delay} | {row.Shoppers} | {row.What} | {Three(row, times => times.Create)} | {Three(row, times => times.Verify)} | {Three(row, times => times.Read)} |");
        }

        Say($"");
        foreach (Row row in rows.Where(row => row.Measured.Errors > 0))
        {
            Say($"- **Error** ({row.What}, {row.Shoppers} shoppers, {row.Measured.Errors} of them): {row.Measured.Example}");
        }
    }

    internal static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static string Three(Row row, Func<Times, long> step) => string.Join(" / ", new[] { 0.5, 0.95, 0.99 }
        .Select(share => row.Measured.Percentile(share, step).ToString("0.0", CultureInfo.InvariantCulture)));
}
