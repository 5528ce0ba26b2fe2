using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace KhaltiCheckout.Benchmarks;

/// <summary>
/// A server in a process of its own, so that processor time and memory are its alone. What it says goes to a file, through no
/// hands of ours.
/// </summary>
internal sealed class MeasuredProcess : IDisposable
{
    private const int Terminate = 15;

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(15);

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
        Uri address = new($"http://127.0.0.1:{FreePort()}");
        string log = Path.Combine(folder, name + ".log");
        ProcessStartInfo start = new("/bin/sh") { WorkingDirectory = Path.GetDirectoryName(dll)! };

        // The shell becomes the program: its id is the program's.
        foreach (string argument in (string[])["-c", "exec \"$0\" \"$@\" >>\"$BENCHMARK_LOG\" 2>&1", "dotnet", dll, .. arguments, "--urls", address.ToString()])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["BENCHMARK_LOG"] = log;

        // As in the image, see Dockerfile; and nothing of the developer's own environment.
        start.Environment["DOTNET_hostBuilder__reloadConfigOnChange"] = "false";
        foreach (string own in (string[])["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS"])
        {
            start.Environment.Remove(own);
        }

        long started = Stopwatch.GetTimestamp();
        return new MeasuredProcess(Process.Start(start)!, started, address, log);
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

            if (Listens())
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
    internal TimeSpan Processor
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    internal double MemoryMegabytes => StatusKilobytes("VmRSS") / 1024;

    internal double PeakMemoryMegabytes => StatusKilobytes("VmHWM") / 1024;

    /// <summary>From here on the peak is the peak of what follows.</summary>
    internal void ForgetPeak() => File.WriteAllText($"/proc/{_process.Id}/clear_refs", "5");

    /// <summary>The last lines that it said.</summary>
    internal async Task<string> TailAsync() =>
        File.Exists(LogFile) ? string.Join('\n', (await File.ReadAllLinesAsync(LogFile, CancellationToken.None)).TakeLast(20)) : "";

    /// <summary>As an operator stops it; only if it does not listen, as kill -9 does.</summary>
    internal void Stop()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, Terminate);
            if (!_process.WaitForExit(LongestStop))
            {
                _process.Kill();
                _process.WaitForExit();
            }
        }
    }

    public void Dispose()
    {
        Stop();
        _process.Dispose();
    }

    internal static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // An exception for every refused connection would cost the starting server its processor.
    private bool Listens()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        using SocketAsyncEventArgs connecting = new() { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, Address.Port) };
        using ManualResetEventSlim done = new();
        connecting.Completed += (_, _) => done.Set();
        if (socket.ConnectAsync(connecting))
        {
            done.Wait();
        }

        return connecting.SocketError == SocketError.Success;
    }

    private double StatusKilobytes(string name) => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(line => line.StartsWith(name + ":", StringComparison.Ordinal))
        .Select(line => double.Parse(line[(name.Length + 1)..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture))
        .FirstOrDefault();

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
