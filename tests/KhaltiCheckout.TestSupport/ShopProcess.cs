using System.Diagnostics;
using System.Text.RegularExpressions;

namespace KhaltiCheckout.Tests.Support;

/// <summary>The real program, started as an operator starts it, in a process of its own that can be killed.</summary>
internal sealed partial class ShopProcess : IAsyncDisposable
{
    internal const string Key = "a-key-for-this-test-only";

    private readonly Process _process;
    private readonly List<string> _output;

    private ShopProcess(Process process, Uri address, List<string> output)
    {
        _process = process;
        _output = output;
        Http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
    }

    internal HttpClient Http { get; }

    internal bool IsDead => _process.HasExited;

    internal string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output);
            }
        }
    }

    /// <summary>Starts it; null when it died before it listened.</summary>
    internal static async Task<ShopProcess?> StartAsync(
        TestDatabase database, Uri sandbox, IReadOnlyDictionary<string, string> environment, params string[] settings)
    {
        ProcessStartInfo start = new("dotnet")
        {
            WorkingDirectory = Repository.Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            Repository.Shop, "--urls", "http://127.0.0.1:0", "--environment", "Production", "--Khalti:Mode=Sandbox",
            "--Khalti:TimeoutSeconds=1", "--Sandbox:Embedded=false", $"--Sandbox:Url={sandbox}",
            .. database.Arguments, $"--Admin:ApiKeys:0={Key}",
            "--RateLimits:PostsPerMinute=0", "--hostBuilder:reloadConfigOnChange=false", .. settings,
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.QuickStart();
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        // What the test host was given is not for this process.
        start.Environment.Remove("ASPNETCORE_ENVIRONMENT");
        start.Environment.Remove("DOTNET_ENVIRONMENT");
        List<string> output = [];
        TaskCompletionSource<Uri?> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Process process = new() { StartInfo = start, EnableRaisingEvents = true };
        void Hear(object sender, DataReceivedEventArgs line)
        {
            lock (output)
            {
                output.Add(line.Data ?? "");
            }

            if (Listening().Match(line.Data ?? "") is { Success: true } match)
            {
                listening.TrySetResult(new Uri(match.Groups["url"].Value));
            }
        }

        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.Exited += (_, _) => listening.TrySetResult(null);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Uri? address;
        try
        {
            address = await listening.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }

        if (address is null)
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            process.Dispose();
            return null;
        }

        return new ShopProcess(process, address, output);
    }

    internal async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    [GeneratedRegex(@"Now listening on: (?<url>http://\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Listening();
}
