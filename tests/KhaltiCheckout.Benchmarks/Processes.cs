using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace KhaltiCheckout.Benchmarks;

/// <summary>Starts programs with their output in a log file, and stops them by signal.</summary>
internal static class Processes
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Starts the program with its output redirected to the file by the shell.</summary>
    internal static Process Start(string log, string folder, params IEnumerable<string> command)
    {
        // exec: the process id of the shell becomes the program's.
        ProcessStartInfo start = new("/bin/sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1", log, .. command]) { WorkingDirectory = folder };

        // The environment of the Dockerfile, without the developer's own variables.
        start.Environment["DOTNET_hostBuilder__reloadConfigOnChange"] = "false";
        foreach (string own in (string[])["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS"])
        {
            start.Environment.Remove(own);
        }

        return Process.Start(start)!;
    }

    /// <summary>Sends the signal, and kills the process if it does not end in time.</summary>
    internal static void Stop(Process process, PosixSignal signal)
    {
        if (!process.HasExited)
        {
            _ = Kill(process.Id, signal == PosixSignal.SIGINT ? 2 : 15);
            if (!process.WaitForExit(StopTimeout))
            {
                process.Kill();
                process.WaitForExit();
            }
        }
    }

    internal static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether the port is open. Without exceptions, which would take processor time from the starting server.</summary>
    internal static bool IsListening(int port)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        using SocketAsyncEventArgs connecting = new() { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, port) };
        using ManualResetEventSlim done = new();
        connecting.Completed += (_, _) => done.Set();
        if (socket.ConnectAsync(connecting))
        {
            done.Wait();
        }

        return connecting.SocketError == SocketError.Success;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
