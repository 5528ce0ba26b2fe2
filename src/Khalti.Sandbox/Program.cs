using System.Data.Common;
using System.Runtime.InteropServices;
using Khalti.Sandbox;

// The sandbox as a program of its own. Settings: --urls, --Sandbox:…, and Sandbox__… in the environment.
IConfigurationRoot configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
using ILoggerFactory loggers = LoggerFactory.Create(logging => logging
    .AddSimpleConsole(console => console.SingleLine = true)
    .AddFilter("Microsoft", LogLevel.Warning)
    .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)); // A start that fails is reported below in one sentence.
try
{
    SandboxOptions options = configuration.GetSection(SandboxOptions.Section).Get<SandboxOptions>() ?? new SandboxOptions();
    options.Url = configuration["urls"] ?? options.Url;
    await using SandboxHost sandbox = await SandboxHost.StartAsync(options, TimeProvider.System, loggers, CancellationToken.None);
    await SignalAsync();
    return 0;
}
catch (Exception wrong) when (wrong is InvalidOperationException or ArgumentException or IOException or DbException)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 1;
}

static async Task SignalAsync()
{
    TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    await asked.Task;

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        asked.TrySetResult();
    }
}
