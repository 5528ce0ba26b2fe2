using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace KhaltiCheckout.Tests.Support;

/// <summary>The real program in a process of its own, as a merchant starts it.</summary>
internal sealed class ShopProgram : IAsyncDisposable
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("checkout-program-").FullName;
    private readonly TestDatabase _database;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly SemaphoreSlim _news = new(0);
    private readonly Process _process;

    private ShopProgram(string environment, string[] arguments, bool isCommand = false)
    {
        _database = TestDatabase.In(_folder);
        ProcessStartInfo start = new("dotnet")
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        string[] usual =
        [
            Repository.Shop,
            "--urls=http://127.0.0.1:0", "--Sandbox:Url=http://127.0.0.1:0",
            $"--Sandbox:ConnectionString=Data Source={_folder}/sandbox.db", .. _database.Arguments,
        ];
        foreach (string argument in isCommand ? [usual[0], .. arguments] : usual.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        start.QuickStart();
        start.Environment["ASPNETCORE_ENVIRONMENT"] = environment;
        start.Environment["DOTNET_hostBuilder__reloadConfigOnChange"] = "false";
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    internal IReadOnlyCollection<string> Output => _output;

    internal static ShopProgram Start(string environment, params string[] arguments) => new(environment, arguments);

    /// <summary>Runs a program that can't start to its end.</summary>
    internal static Task<(int ExitCode, string[] Output, string[] Errors)> RunAsync(string environment, params string[] arguments) =>
        ToTheEndAsync(new ShopProgram(environment, arguments));

    /// <summary>Runs the program with these arguments alone, as one that does something else than to serve.</summary>
    internal static Task<(int ExitCode, string[] Output, string[] Errors)> RunCommandAsync(string environment, params string[] arguments) =>
        ToTheEndAsync(new ShopProgram(environment, arguments, isCommand: true));

    /// <summary>Runs a command beside this shop, on its database.</summary>
    internal Task<(int ExitCode, string[] Output, string[] Errors)> CommandAsync(params string[] arguments) =>
        RunCommandAsync("Development", [.. arguments, .. _database.Arguments]);

    private static async Task<(int ExitCode, string[] Output, string[] Errors)> ToTheEndAsync(ShopProgram started)
    {
        await using ShopProgram program = started;
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(GracePeriod);
        await program._process.WaitForExitAsync(patience.Token);
        return (program._process.ExitCode, [.. program._output], [.. program._errors]);
    }

    /// <summary>Waits until the program has written such a line.</summary>
    internal async Task<string> LineAsync(Func<string, bool> wanted)
    {
        while (true)
        {
            if (_output.FirstOrDefault(wanted) is { } line)
            {
                return line;
            }

            (await _news.WaitAsync(GracePeriod, TestContext.Current.CancellationToken))
                .ShouldBeTrue(string.Join('\n', _output.Concat(_errors)));
        }
    }

    /// <summary>Ends it as an operator does, and returns the exit code.</summary>
    internal async Task<int> StopAsync()
    {
        using Process stop = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(GracePeriod);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _news.Dispose();
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
            _news.Release();
        }
    }
}
