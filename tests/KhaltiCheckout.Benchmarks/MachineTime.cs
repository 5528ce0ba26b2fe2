using System.Globalization;

namespace KhaltiCheckout.Benchmarks;

/// <summary>Processor time of the machine since its start, in kernel ticks.</summary>
internal sealed record MachineTime(long All, long Stolen)
{
    // The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal.
    private const int Fields = 8;

    internal static MachineTime Now()
    {
        long[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1).Take(Fields).Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
        return new MachineTime(ticks.Sum(), ticks[^1]);
    }

    /// <summary>0 to 1.</summary>
    internal double StolenSince(MachineTime before) => All == before.All ? 0 : (double)(Stolen - before.Stolen) / (All - before.All);
}
