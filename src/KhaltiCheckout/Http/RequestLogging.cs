using System.Globalization;
using Microsoft.Extensions.Options;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace KhaltiCheckout.Http;

public sealed class LogOptions
{
    public const string Section = "Log";

    /// <summary><c>Text</c> for people, <c>Json</c> for machines, <c>None</c> for silence.</summary>
    public string Format { get; set; } = "Text";
}

/// <summary>
/// Serilog, and one completion event a request: method, path, status, time, the client's address, and the trace id that problem documents
/// carry. No query, no header, no body: tokens travel in them.
/// </summary>
internal static class RequestLogging
{
    private const string Line = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj} {TraceId}{NewLine}{Exception}";
    private const string Completion = "{RequestMethod} {RequestPath} {StatusCode} in {Elapsed:0.0} ms";
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";
    private const int MaxMethod = 20;
    private const int MaxPath = 200;

    internal static void AddSerilog(this WebApplicationBuilder builder)
    {
        // Each host has a logger of its own, which its end flushes.
        IConfiguration settings = builder.Configuration;
        builder.Services.AddSerilog((services, log) => Configure(log, settings, services), preserveStaticLogger: true);
    }

    internal static void UseRequestLogging(this WebApplication app)
    {
        Serilog.ILogger logger = app.Services.GetRequiredService<Serilog.ILogger>();
        app.UseSerilogRequestLogging(options =>
        {
            options.Logger = logger;
            options.MessageTemplate = Completion;
            options.GetLevel = static (context, _, failure) =>
                failure is not null || context.Response.StatusCode >= 500 ? LogEventLevel.Error : LogEventLevel.Information;

            // Method and path are the client's: percent-encoded they can't write lines of their own, and cut they can't write long ones.
            options.GetMessageTemplateProperties = static (context, _, elapsed, status) =>
            [
                Property("RequestMethod", Shorten(context.Request.Method, MaxMethod)),
                Property("RequestPath", Shorten(context.Request.Path.ToUriComponent(), MaxPath)),
                Property("StatusCode", status),
                Property("Elapsed", elapsed),
                Property("ClientAddress", ClientNetwork.AddressOf(context)),
            ];
        });
    }

    private static void Configure(LoggerConfiguration log, IConfiguration settings, IServiceProvider services)
    {
        try
        {
            log.ReadFrom.Configuration(settings).ReadFrom.Services(services);
        }
        catch (InvalidOperationException wrong)
        {
            throw Wrong($"The section Serilog can't be used ({wrong.Message.TrimEnd('.')}): see its documentation for what it takes.");
        }

        // ASP.NET Core's own lines about a request have its query in them, whatever level the settings give to the rest.
        log.MinimumLevel.Override("Microsoft.AspNetCore.Hosting.Diagnostics", LogEventLevel.Warning).Filter.ByExcluding(IsClientDisconnect);
        LogOptions options = settings.GetSection(LogOptions.Section).Get<LogOptions>() ?? new LogOptions();
        Action<LoggerSinkConfiguration>? console = options.Format.ToUpperInvariant() switch
        {
            "JSON" => static sink => sink.Console(new CompactJsonFormatter()),
            "NONE" => null,
            "TEXT" => static sink => sink.Console(outputTemplate: Line, formatProvider: CultureInfo.InvariantCulture),
            _ => throw Wrong("Log:Format must be Text, Json or None."),
        };
        if (console is not null)
        {
            // A request does not wait for the console, unless thousands of lines do: none is dropped.
            log.WriteTo.Conditional(IsForConsole, sink => sink.Async(console, blockWhenFull: true));
        }
    }

    /// <summary>
    /// Whether Kestrel warns about a client that closed its connection while its JSON was read: the reader leaves the pipe as if it was
    /// still reading, so Kestrel shows a stack trace (dotnet/aspnetcore issue 52324). The request's own event, mostly a 499, says what
    /// happened. An exception that became a 500 is an error and no warning.
    /// </summary>
    private static bool IsClientDisconnect(LogEvent entry) =>
        entry is { Level: LogEventLevel.Warning, Exception: InvalidOperationException { Source: "System.IO.Pipelines" } }
        && entry.Properties.TryGetValue(Constants.SourceContextPropertyName, out LogEventPropertyValue? category)
        && category is ScalarValue { Value: Kestrel };

    // The sentence on the error stream says why a start failed; a stack trace beside it would only hide it.
    private static bool IsForConsole(LogEvent entry) => entry.Exception is null || Hosting.Explanation(entry.Exception) is null;

    private static LogEventProperty Property(string name, object? value) => new(name, new ScalarValue(value));

    private static OptionsValidationException Wrong(string sentence) => new(LogOptions.Section, typeof(LogOptions), [sentence]);

    private static string Shorten(string text, int maxLength) => text.Length <= maxLength ? text : text[..maxLength];
}
