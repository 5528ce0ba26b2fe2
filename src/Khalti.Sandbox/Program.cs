using System.Data.Common;
using Khalti.Sandbox;

// The sandbox alone, by its settings: --urls, --Sandbox:… and Sandbox__… in the environment. Khalti.Sandbox.Tool has commands as well.
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
    await Signals.ReceivedAsync();
    return 0;
}
catch (Exception wrong) when (wrong is InvalidOperationException or ArgumentException or IOException or DbException)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 1;
}
