using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Khalti.Sandbox.Tool;

/// <summary>
/// Starts a sandbox and waits until it is told to stop. Settings besides the options: <c>--Sandbox:…</c>, and <c>Sandbox__…</c> in the
/// environment.
/// </summary>
internal static class StartCommand
{
    private const string SettingPrefix = "--Sandbox:";
    private const string DefaultHttpsUrl = "https://localhost:5443";

    internal static RootCommand Define()
    {
        Option<string> urls = new("--urls") { Description = "Where it listens; http://localhost:5081 by default." };
        Option<string> publicUrl = new("--public-url")
        {
            Description = "What it calls itself to browsers and phones, when that differs from where servers reach it.",
        };
        Option<string> seed = new("--seed")
        {
            Description = "A file with merchants, payers, banks, switches and faults to begin with; or clients-2022.",
        };
        Option<string[]> control = new("--control-network")
        {
            Description = "A network besides this machine that may use /_sandbox, such as 172.17.0.0/16. Can be repeated.",
        };
        Option<string?> https = new("--https")
        {
            Description = "Listen by https as well, at https://localhost:5443 or the given address; trust says how programs trust it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        RootCommand root = new("A local stand-in for Khalti. Further settings: --Sandbox:NAME VALUE.")
        {
            urls, https, publicUrl, seed, control,
        };
        root.TreatUnmatchedTokensAsErrors = false;
        root.SetAction((given, cancellationToken) => Commands.ReportAsync(() =>
        {
            SandboxOptions options = Read(given.UnmatchedTokens);
            options.Url = given.GetValue(urls) ?? options.Url;
            options.PublicUrl = given.GetValue(publicUrl) ?? options.PublicUrl;
            options.HttpsUrl = given.GetResult(https) is null ? options.HttpsUrl : given.GetValue(https) ?? DefaultHttpsUrl;
            options.Seed = given.GetValue(seed) ?? options.Seed;
            options.ControlNetworks = [.. options.ControlNetworks, .. given.GetValue(control) ?? []];
            return RunAsync(options, cancellationToken);
        }));
        return root;
    }

    private static async Task<int> RunAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging
            .AddSimpleConsole(console => console.SingleLine = true)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)); // A start that fails is reported in one sentence.
        await using SandboxHost sandbox = await SandboxHost.StartAsync(options, TimeProvider.System, loggers, cancellationToken);
        await Signals.ReceivedAsync();
        return Commands.Done;
    }

    /// <summary>The settings of environment and arguments; an argument that is none is an error.</summary>
    private static SandboxOptions Read(IReadOnlyList<string> arguments)
    {
        string? unknown = arguments.Where(
            (argument, at) => !argument.StartsWith(SettingPrefix, StringComparison.OrdinalIgnoreCase) && !IsValue(arguments, at))
            .FirstOrDefault();
        if (unknown is not null)
        {
            throw new InvalidOperationException($"'{unknown}' is no command, option or setting: --help lists them.");
        }

        IConfigurationRoot configuration = new ConfigurationBuilder()
            .AddEnvironmentVariables().AddCommandLine([.. arguments]).Build();
        return configuration.GetSection(SandboxOptions.Section).Get<SandboxOptions>() ?? new SandboxOptions();
    }

    /// <summary>Whether it is the value of a setting that stands before it without one of its own.</summary>
    private static bool IsValue(IReadOnlyList<string> arguments, int at) =>
        at > 0 && arguments[at - 1].StartsWith(SettingPrefix, StringComparison.OrdinalIgnoreCase)
        && !arguments[at - 1].Contains('=', StringComparison.Ordinal) && !arguments[at].StartsWith('-');
}
