using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace KhaltiCheckout.Benchmarks;

/// <summary>A server in a process of its own, so that processor time and memory are its alone.</summary>
internal sealed class MeasuredProcess : IDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly long _started;

    private MeasuredProcess(Process process, long started, Uri address, string log) =>
        (_process, _started, Address, LogFile) = (process, started, address, log);

    internal Uri Address { get; }

    internal string LogFile { get; }

    /// <param name="name">For its log.</param>
    /// <param name="dll">The program; its folder becomes the working directory.</param>
    /// <param name="arguments">Beside its address.</param>
    /// <param name="folder">Where the log goes.</param>
    internal static MeasuredProcess Start(string name, string dll, IEnumerable<string> arguments, string folder)
    {
        Uri address = new($"http://127.0.0.1:{Processes.FreePort()}");
        string log = Path.Combine(folder, name + ".log");
        long started = Stopwatch.GetTimestamp();
        Process process = Processes.Start(log, Path.GetDirectoryName(dll)!, ["dotnet", dll, .. arguments, "--urls", address.ToString()]);
        return new MeasuredProcess(process, started, address, log);
    }

    /// <summary>Waits for the first 200, and says how long after the start it came.</summary>
    internal async Task<TimeSpan> AnswersAsync(string path, CancellationToken cancellationToken)
    {
        using HttpClient http = new() { BaseAddress = Address };
        while (true)
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(_started) > LongestStart)
            {
                throw new InvalidOperationException($"A server did not start:\n{await TailAsync()}");
            }

            if (Processes.Listens(Address.Port))
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

    /// <summary>Processor time of all its threads so far.</summary>
    internal async Task<TimeSpan> ProcessorAsync()
    {
        _process.Refresh();
        return _process.HasExited
            ? throw new InvalidOperationException($"A server ended under load:\n{await TailAsync()}")
            : _process.TotalProcessorTime;
    }

    internal double MemoryMegabytes => StatusKilobytes("VmRSS") / 1024;

    internal double PeakMemoryMegabytes => StatusKilobytes("VmHWM") / 1024;

    /// <summary>From here on the peak is the peak of what follows.</summary>
    internal void ForgetPeak() => File.WriteAllText($"/proc/{_process.Id}/clear_refs", "5");

    /// <summary>The last lines that it said.</summary>
    private async Task<string> TailAsync() =>
        File.Exists(LogFile) ? string.Join('\n', (await File.ReadAllLinesAsync(LogFile, CancellationToken.None)).TakeLast(20)) : "";

    public void Dispose()
    {
        Processes.Stop(_process, PosixSignal.SIGTERM);
        _process.Dispose();
    }

    private double StatusKilobytes(string name) => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(line => line.StartsWith(name + ":", StringComparison.Ordinal))
        .Select(line => double.Parse(line[(name.Length + 1)..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture))
        .FirstOrDefault();
}
