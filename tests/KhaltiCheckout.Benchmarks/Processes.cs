using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace KhaltiCheckout.Benchmarks;

/// <summary>Starts programs that talk to a file, and stops them as an operator would.</summary>
internal static class Processes
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(15);

    /// <summary>What the program says goes to the file, through no hands of ours.</summary>
    internal static Process Start(string log, string folder, params IEnumerable<string> command)
    {
        // The shell becomes the program: its id is the program's.
        ProcessStartInfo start = new("/bin/sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1", log, .. command]) { WorkingDirectory = folder };

        // As in the image, see Dockerfile; and nothing of the developer's own environment.
        start.Environment["DOTNET_hostBuilder__reloadConfigOnChange"] = "false";
        foreach (string own in (string[])["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS"])
        {
            start.Environment.Remove(own);
        }

        return Process.Start(start)!;
    }

    /// <summary>Asks it to end, and kills it only if it does not listen.</summary>
    internal static void Stop(Process process, PosixSignal signal)
    {
        if (!process.HasExited)
        {
            _ = Kill(process.Id, signal == PosixSignal.SIGINT ? 2 : 15);
            if (!process.WaitForExit(LongestStop))
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

    /// <summary>Whether somebody listens there. An exception for every refused connection would cost the starting server its
    /// processor.</summary>
    internal static bool Listens(int port)
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
