using System.Diagnostics;

namespace Khalti.Packages.Tests.Support;

/// <summary>The sandbox as a process of its own, on a free port.</summary>
internal sealed class SandboxProgram : IAsyncDisposable
{
    private readonly Process _process;

    private SandboxProgram(Process process, Uri address, int? httpsPort)
    {
        _process = process;
        Address = address;
        HttpsPort = httpsPort;
    }

    internal Uri Address { get; }

    internal int? HttpsPort { get; }

    /// <summary>The program of this build.</summary>
    internal static string Built => Path.Combine(
        Repository.Root, "artifacts", "bin", "Khalti.Sandbox.Tool", Repository.Configuration, "Khalti.Sandbox.Tool.dll");

    internal static Task<SandboxProgram> StartBuiltAsync(params string[] arguments) => StartAsync("dotnet", [Built, .. arguments]);

    internal static Task<SandboxProgram> StartAsync(string program, IEnumerable<string> arguments, string? folder = null) =>
        StartListeningAsync(program, [.. arguments, "--Sandbox:ConnectionString", "Data Source=:memory:"], folder);

    /// <summary>Any command of the program that listens.</summary>
    internal static async Task<SandboxProgram> StartListeningAsync(string program, IEnumerable<string> arguments, string? folder = null)
    {
        Process process = Process.Start(Run.Describe(program, [.. arguments, "--urls", "http://127.0.0.1:0"], folder, null))!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        const string Says = "listens on ";
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            int at = line.IndexOf(Says, StringComparison.Ordinal);
            if (at >= 0)
            {
                _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                Uri[] addresses = [.. line[(at + Says.Length)..].Split(';')[0].Split(" and ").Select(text => new Uri(text.Trim()))];
                return new SandboxProgram(process, addresses[0], addresses.Length > 1 ? addresses[1].Port : null);
            }
        }

        throw new InvalidOperationException($"{program} did not start: {await errors}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }
}
