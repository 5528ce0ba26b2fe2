using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace KhaltiCheckout.Benchmarks;

/// <summary>The published shop in environment Production, with production's log level, logging to a file.</summary>
internal sealed partial class PublishedShop
{
    private readonly string _folder;
    private readonly string _app;

    private PublishedShop(string folder, string app) => (_folder, _app) = (folder, app);

    /// <summary>Folder of the published program.</summary>
    internal string App => _app;

    /// <summary>A random API key for the admin calls of this run.</summary>
    internal string AdminKey { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));

    /// <summary>The version to compare with (<c>--against</c>), if any.</summary>
    internal static PublishedShop? Other(Options options, string folder) =>
        options.Against is { } published ? new PublishedShop(folder, Path.GetFullPath(published)) : null;

    internal static async Task<PublishedShop> PublishAsync(Options options, string folder, CancellationToken cancellationToken)
    {
        if (options.App is { } published)
        {
            return new PublishedShop(folder, Path.GetFullPath(published));
        }

        string app = Path.Combine(folder, "app");
        ProcessStartInfo publish = new("dotnet") { WorkingDirectory = Root(AppContext.BaseDirectory) };
        foreach (string argument in (
            string[])["publish", "src/KhaltiCheckout", "-c", "Release", "-o", app, "-v", "quiet", "-nodeReuse:false"])
        {
            publish.ArgumentList.Add(argument);
        }

        // The output of publish goes to stderr, not into the report.
        publish.RedirectStandardOutput = true;
        using Process process = Process.Start(publish)!;
        using CancellationTokenRegistration stop = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        await Console.Error.WriteAsync(await process.StandardOutput.ReadToEndAsync(CancellationToken.None));
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return process.ExitCode == 0
            ? new PublishedShop(folder, app) : throw new InvalidOperationException("The shop could not be published.");
    }

    /// <summary>Settings that use the gateway stub in place of Khalti.</summary>
    internal static string[] Settings(Uri gateway) =>
    [
        "--Khalti:Mode=Sandbox", "--Sandbox:Embedded=false", $"--Sandbox:Url={gateway}",

        // All shoppers share one address. The rate limiter runs but its limit is not reached.
        "--RateLimits:PostsPerMinute=100000000", "--RateLimits:OrdersPerMinute=100000000",
    ];

    /// <param name="database">Settings of the section Database.</param>
    private MeasuredProcess Start(string name, Uri gateway, params IEnumerable<string> database) => MeasuredProcess.Start(
        name,
        Path.Combine(_app, "KhaltiCheckout.dll"),
        [
            "--environment", "Production", .. Settings(gateway), $"--Admin:ApiKeys:0={AdminKey}", .. database,
        ],
        _folder);

    /// <param name="settings">More of them, as on the command line.</param>
    internal MeasuredProcess StartOnSqlite(string name, Uri gateway, string file, params IEnumerable<string> settings) =>
        Start(name, gateway, [$"--Database:ConnectionString=Data Source={file}", .. settings]);

    internal MeasuredProcess StartOnPostgres(string name, Uri gateway, string connectionString) =>
        Start(name, gateway, "--Database:Provider=PostgreSql", $"--Database:ConnectionString={connectionString}");

    internal string SqliteFile(string name) => Path.Combine(_folder, name + ".db");

    /// <summary>The database and its version, from the shop's start log.</summary>
    internal static string DatabaseOf(MeasuredProcess shop) => File.ReadLines(shop.LogFile)
        .Select(line => Ready().Match(line)).FirstOrDefault(match => match.Success)?.Groups["database"].Value ?? "an unknown database";

    private static string Root(string at) =>
        File.Exists(Path.Combine(at, "KhaltiCheckout.sln")) ? at : Root(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(at))!);

    [GeneratedRegex("Database ready, (?<database>[A-Za-z]+ [0-9.]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ready();
}
