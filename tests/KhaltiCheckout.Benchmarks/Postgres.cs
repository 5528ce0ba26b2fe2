using System.Diagnostics;
using System.Runtime.InteropServices;

namespace KhaltiCheckout.Benchmarks;

/// <summary>
/// A temporary PostgreSQL server with Debian's binaries and PostgreSQL's defaults (<c>fsync</c> and <c>synchronous_commit</c>
/// on). It refuses to run as root, so root runs it as <c>postgres</c>.
/// </summary>
internal sealed class Postgres : IDisposable
{
    private const string Debian = "/usr/lib/postgresql";

    // Enough for two shops, each with its own pool.
    private const int MaxConnections = 300;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _server;

    private Postgres(Process server, string connectionString) => (_server, ConnectionString) = (server, connectionString);

    internal string ConnectionString { get; }

    internal static async Task<Postgres> StartAsync(string folder, CancellationToken cancellationToken)
    {
        string bin = Directory.Exists(Debian)
            && Directory.GetDirectories(Debian).Order(StringComparer.Ordinal).LastOrDefault() is { } newest
            ? Path.Combine(newest, "bin")
            : throw new InvalidOperationException("No PostgreSQL found: apt-get install postgresql, or name a database with --postgres.");
        string data = Path.Combine(folder, "postgres");
        Directory.CreateDirectory(data);
        if (Environment.IsPrivilegedProcess)
        {
            await WaitForSuccessAsync(Processes.Start(LogFile(folder), folder, "chown", "postgres", data), folder, cancellationToken);
        }

        Process making = StartAsPostgres(
            folder, Path.Combine(bin, "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale", "C.UTF-8");
        await WaitForSuccessAsync(making, folder, cancellationToken);
        int port = Processes.FreePort();
        Process server = StartAsPostgres(
            folder, Path.Combine(bin, "postgres"), "-D", data, "-p", FormattableString.Invariant($"{port}"), "-k", data,
            "-c", "listen_addresses=127.0.0.1", "-c", FormattableString.Invariant($"max_connections={MaxConnections}"),
            "-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "full_page_writes=on");
        Postgres postgres = new(server, FormattableString.Invariant($"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres"));
        try
        {
            await postgres.WaitUntilListeningAsync(port, LogFile(folder), cancellationToken);
            return postgres;
        }
        catch
        {
            postgres.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        // PostgreSQL's fast shutdown, which does not wait for clients.
        Processes.Stop(_server, PosixSignal.SIGINT);
        _server.Dispose();
    }

    private async Task WaitUntilListeningAsync(int port, string log, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        while (!Processes.IsListening(port))
        {
            if (_server.HasExited || Stopwatch.GetElapsedTime(begun) > StartTimeout)
            {
                throw new InvalidOperationException($"PostgreSQL did not start:\n{await File.ReadAllTextAsync(log, cancellationToken)}");
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    private static string LogFile(string folder) => Path.Combine(folder, "postgres.log");

    private static Process StartAsPostgres(string folder, params IEnumerable<string> command) => Processes.Start(
        LogFile(folder), folder,
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", .. command] : command);

    private static async Task WaitForSuccessAsync(Process process, string folder, CancellationToken cancellationToken)
    {
        using (process)
        using (cancellationToken.Register(() => process.Kill(entireProcessTree: true)))
        {
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException(
                    $"PostgreSQL could not be set up:\n{await File.ReadAllTextAsync(LogFile(folder), cancellationToken)}");
            }
        }
    }
}
