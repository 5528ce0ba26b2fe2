using System.Diagnostics;

namespace KhaltiCheckout.Benchmarks;

/// <summary>
/// A PostgreSQL server of this run's own, with Debian's binaries and PostgreSQL's defaults, above all the durable ones:
/// <c>fsync</c> and <c>synchronous_commit</c> on. It refuses to run as root, so root runs it as <c>postgres</c>.
/// </summary>
internal sealed class Postgres : IDisposable
{
    private const int FastShutdown = 2;
    private const string Debian = "/usr/lib/postgresql";

    // Two shops, each with a pool of its own.
    private const int MostConnections = 300;

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);

    private readonly Process _server;

    private Postgres(Process server, string connectionString) => (_server, ConnectionString) = (server, connectionString);

    internal string ConnectionString { get; }

    internal static async Task<Postgres> StartAsync(string folder, CancellationToken cancellationToken)
    {
        string bin = Directory.Exists(Debian) && Directory.GetDirectories(Debian).Order(StringComparer.Ordinal).LastOrDefault() is { } newest
            ? Path.Combine(newest, "bin")
            : throw new InvalidOperationException("No PostgreSQL found: apt-get install postgresql, or name a database with --postgres.");
        string data = Path.Combine(folder, "postgres");
        Directory.CreateDirectory(data);
        if (Environment.IsPrivilegedProcess)
        {
            await SucceedsAsync(Start(folder, "chown", "postgres", data), cancellationToken);
        }

        await SucceedsAsync(StartAsPostgres(folder, Path.Combine(bin, "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale", "C.UTF-8"), cancellationToken);
        int port = MeasuredProcess.FreePort();
        FormattableString settings = $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres";
        Postgres postgres = new(
            StartAsPostgres(
                folder, Path.Combine(bin, "postgres"), "-D", data, "-p", FormattableString.Invariant($"{port}"), "-k", data,
                "-c", "listen_addresses=127.0.0.1", "-c", FormattableString.Invariant($"max_connections={MostConnections}"),
                "-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "full_page_writes=on"),
            FormattableString.Invariant(settings));
        long begun = Stopwatch.GetTimestamp();
        while (!MeasuredProcess.Listens(port))
        {
            if (postgres._server.HasExited || Stopwatch.GetElapsedTime(begun) > LongestStart)
            {
                postgres.Dispose();
                throw new InvalidOperationException($"PostgreSQL did not start:\n{await File.ReadAllTextAsync(LogFile(folder), cancellationToken)}");
            }

            await Task.Delay(50, cancellationToken);
        }

        return postgres;
    }

    public void Dispose()
    {
        MeasuredProcess.Stop(_server, FastShutdown);
        _server.Dispose();
    }

    private static string LogFile(string folder) => Path.Combine(folder, "postgres.log");

    private static Process StartAsPostgres(string folder, string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? Start(folder, "setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments])
        : Start(folder, program, arguments);

    // The shell becomes the program, and the program what it starts: the id stays the same.
    private static Process Start(string folder, string program, params string[] arguments)
    {
        ProcessStartInfo start = new("/bin/sh") { WorkingDirectory = folder };
        foreach (string argument in (string[])["-c", "exec \"$0\" \"$@\" >>\"$BENCHMARK_LOG\" 2>&1", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["BENCHMARK_LOG"] = LogFile(folder);
        return Process.Start(start)!;
    }

    private static async Task SucceedsAsync(Process process, CancellationToken cancellationToken)
    {
        using (process)
        {
            string log = LogFile(process.StartInfo.WorkingDirectory);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"PostgreSQL could not be set up:\n{await File.ReadAllTextAsync(log, cancellationToken)}");
            }
        }
    }
}
