using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Http;

/// <summary>Where the program listens, and how it says that it can't start.</summary>
internal static partial class Hosting
{
    private static IDisposable? _refused;

    /// <summary>Listens there unless a setting, an environment variable or the command line says where.</summary>
    internal static void ListenByDefaultOn(this WebApplicationBuilder builder, string url)
    {
        // As the weakest of all settings: UseUrls would overrule a host that chooses its own port, as a test does.
        string[] settings = ["http_ports", "https_ports", "Kestrel:Endpoints"];
        if (Array.TrueForAll(settings, setting => !builder.Configuration.GetSection(setting).Exists()))
        {
            ((IConfigurationBuilder)builder.Configuration).Sources.Insert(
                0, new MemoryConfigurationSource { InitialData = [new(WebHostDefaults.ServerUrlsKey, url)] });
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyLimit.Bytes;
        });
    }

    /// <summary>A wrong setting stops the program with a sentence, not with a stack trace. The exception itself goes its
    /// way, because a test host wants to see it.</summary>
    internal static void ExplainWrongSettings() =>
        AppDomain.CurrentDomain.UnhandledException += static (_, failure) =>
        {
            if (failure.ExceptionObject is Exception exception && Explanation(exception) is { } sentence)
            {
                // The log is written beside the program, so its end is waited for.
                _refused?.Dispose();
                Console.Error.WriteLine("Khalti Checkout can't start: " + sentence);
                Environment.Exit(1);
            }
        };

    /// <summary>Checks all settings before anything starts.</summary>
    /// <param name="onRefusal">Is told the sentence that says what is wrong.</param>
    internal static void CheckSettings(this WebApplication app, Action<string> onRefusal)
    {
        try
        {
            app.Services.GetService<IStartupValidator>()?.Validate();
        }
        catch (Exception refused) when (Explanation(refused) is { } sentence)
        {
            onRefusal(sentence);
            _refused = app;
            throw;
        }
    }

    /// <summary>What to change, in one line; null for an exception that is no wrong setting, but a bug.</summary>
    internal static string? Explanation(Exception failure)
    {
        string? sentence = failure switch
        {
            OptionsValidationException wrong => string.Join(" ", wrong.Failures.Select(text => Plain(text, wrong.OptionsType))),
            AggregateException several =>
                several.InnerExceptions.Select(Explanation).ToArray() is var all && all.All(one => one is not null)
                ? string.Join(" ", all.Distinct(StringComparer.Ordinal))
                : null,
            IOException { InnerException: AddressInUseException } taken => taken.Message.TrimEnd('.') + ". Name another one with --urls.",
            SocketException unusable =>
                $"The address in --urls can't be listened on ({unusable.Message.TrimEnd('.')}): name one "
                    + "of this machine, such as http://localhost:5080.",
            FormatException wrong when wrong.Message.StartsWith("Invalid url", StringComparison.Ordinal) =>
                "The address in --urls can't be read: write it in full, such as http://localhost:5080.",
            InvalidOperationException wrong when Unreadable().Match(wrong.Message) is { Success: true } which =>
                $"{which.Groups["key"].Value} can't be read: write {Kind(which.Groups["type"].Value)}.",
            _ => null,
        };
        return sentence?.ReplaceLineEndings(" ");
    }

    // What a rule on an attribute says, without the wrapping, and always with the setting's name.
    private static string Plain(string failure, Type options)
    {
        if (Wrapped().Match(failure) is not { Success: true } rule)
        {
            return failure;
        }

        string text = rule.Groups["text"].Value;
        string? section = options.GetField("Section")?.GetValue(null) as string;
        return section is null
            || text.Contains(section + ":", StringComparison.Ordinal) ? text : $"{section}:{rule.Groups["member"].Value}: {text}";
    }

    private static string Kind(string type) => type switch
    {
        "System.Int32" or "System.Int64" => "a whole number",
        "System.Boolean" => "true or false",
        "System.TimeSpan" => "a length of time, such as 01:00:00 for an hour",
        _ when typeof(Hosting).Assembly.GetType(type) is { IsEnum: true } choice =>
            string.Join(", ", Enum.GetNames(choice)[..^1]) + " or " + Enum.GetNames(choice)[^1],
        _ => "another value",
    };

    // The value is not repeated: it could be a secret that stands in the wrong place.
    [GeneratedRegex(
        "^Failed to convert configuration value .* at '(?<key>[^']*)' to type '(?<type>[^']*)'",
        RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Unreadable();

    [GeneratedRegex(
        "^DataAnnotation validation failed for '[^']*' members: '(?<member>[^']*)' with the error: '(?<text>.*)'\\.$",
        RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Wrapped();
}
