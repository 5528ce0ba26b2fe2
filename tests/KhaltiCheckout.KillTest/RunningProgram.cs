using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace KhaltiCheckout.KillTest;

/// <summary>A program of this repository in its own process, which can be killed (as kill -9) and restarted on the same files.</summary>
internal sealed class RunningProgram(string project, string folder, Func<Uri, IEnumerable<string>> arguments) : IDisposable
{
    private Process? _process;

    internal Uri Address { get; } = new($"http://127.0.0.1:{FreePort()}");

    internal int Starts { get; private set; }

    internal void Start()
    {
        ProcessStartInfo start =
            new("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Root };
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        start.ArgumentList.Add(Path.Combine(Root, "artifacts", "bin", project, configuration, project + ".dll"));
        foreach (string argument in arguments(Address))
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        Starts++;
        _ = DrainAsync(_process.StandardOutput);
        _ = DrainAsync(_process.StandardError);
    }

    internal async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
        _process = null;
    }

    internal static string Root { get; } = Find(AppContext.BaseDirectory);

    private async Task DrainAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            await File.AppendAllTextAsync(
                Path.Combine(folder, $"{project}.{Address.Port}.{Starts}.{output.GetHashCode():x}.log"), line + "\n");
        }
    }

    private static string Find(string at) =>
        File.Exists(Path.Combine(at, "KhaltiCheckout.sln")) ? at : Find(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(at))!);

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
