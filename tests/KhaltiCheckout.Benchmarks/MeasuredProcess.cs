using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace KhaltiCheckout.Benchmarks;

/// <summary>A server in its own process, so that its processor time and memory can be measured.</summary>
internal sealed class MeasuredProcess : IDisposable
{
    // The kernel keeps fifteen letters of a name.
    private const string CompilerThreadName = "(.NET Tiered Com)";

    // USER_HZ, the unit of /proc, independent of the kernel's timer frequency.
    private const int ClockTicks = 100;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly long _started;

    private MeasuredProcess(Process process, long started, Uri address, string log) =>
        (_process, _started, Address, LogFile) = (process, started, address, log);

    internal Uri Address { get; }

    internal string LogFile { get; }

    /// <param name="name">Name of the log file.</param>
    /// <param name="dll">The program; its folder becomes the working directory.</param>
    /// <param name="arguments">Arguments besides the address.</param>
    /// <param name="folder">Folder of the log file.</param>
    internal static MeasuredProcess Start(string name, string dll, IEnumerable<string> arguments, string folder)
    {
        Uri address = new($"http://127.0.0.1:{Processes.FreePort()}");
        string log = Path.Combine(folder, name + ".log");
        long started = Stopwatch.GetTimestamp();
        Process process = Processes.Start(log, Path.GetDirectoryName(dll)!, ["dotnet", dll, .. arguments, "--urls", address.ToString()]);
        return new MeasuredProcess(process, started, address, log);
    }

    /// <summary>Waits for the first answer with 200 and returns the time since the start.</summary>
    internal async Task<TimeSpan> WaitUntilReadyAsync(string path, CancellationToken cancellationToken)
    {
        using HttpClient http = new() { BaseAddress = Address };
        while (true)
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(_started) > StartTimeout)
            {
                throw new InvalidOperationException($"A server did not start:\n{await TailAsync()}");
            }

            if (Processes.IsListening(Address.Port))
            {
                using HttpResponseMessage answer = await http.GetAsync(path, cancellationToken);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return Stopwatch.GetElapsedTime(_started);
                }
            }

            await Task.Delay(5, cancellationToken);
        }
    }

    /// <summary>Total processor time of all threads.</summary>
    internal async Task<TimeSpan> ProcessorAsync()
    {
        _process.Refresh();
        return _process.HasExited
            ? throw new InvalidOperationException($"A server ended under load:\n{await TailAsync()}")
            : _process.TotalProcessorTime;
    }

    /// <summary>Processor time of the tiered-compilation thread. An idle thread ends, and a new one starts at zero.</summary>
    internal TimeSpan Compiled =>
        new(Directory.EnumerateDirectories($"/proc/{_process.Id}/task").Sum(CompiledTicks) * (TimeSpan.TicksPerSecond / ClockTicks));

    internal double MemoryMegabytes => StatusKilobytes("VmRSS") / 1024;

    internal double PeakMemoryMegabytes => StatusKilobytes("VmHWM") / 1024;

    /// <summary>Resets the peak memory.</summary>
    internal void ResetPeakMemory() => File.WriteAllText($"/proc/{_process.Id}/clear_refs", "5");

    /// <summary>The last lines of the log.</summary>
    private async Task<string> TailAsync() =>
        File.Exists(LogFile) ? string.Join('\n', (await File.ReadAllLinesAsync(LogFile, CancellationToken.None)).TakeLast(20)) : "";

    public void Dispose()
    {
        Processes.Stop(_process, PosixSignal.SIGTERM);
        _process.Dispose();
    }

    private static long CompiledTicks(string thread)
    {
        try
        {
            // Thread id, name in brackets, then the statistics: user and system time are the 12th and 13th.
            string line = File.ReadAllText(Path.Combine(thread, "stat"));
            string[] measured = line[(line.LastIndexOf(')') + 2)..].Split(' ');
            return line.Contains(CompilerThreadName, StringComparison.Ordinal)
                ? long.Parse(measured[11], CultureInfo.InvariantCulture) + long.Parse(measured[12], CultureInfo.InvariantCulture)
                : 0;
        }
        catch (IOException)
        {
            return 0; // the thread has just ended
        }
    }

    private double StatusKilobytes(string name) => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(line => line.StartsWith(name + ":", StringComparison.Ordinal))
        .Select(line => double.Parse(line[(name.Length + 1)..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture))
        .FirstOrDefault();
}
