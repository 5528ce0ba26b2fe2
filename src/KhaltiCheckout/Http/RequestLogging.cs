using Microsoft.Extensions.Options;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Json;

namespace KhaltiCheckout.Http;

public sealed class LogOptions
{
    public const string Section = "Log";

    /// <summary><c>Text</c> for people, <c>Json</c> for machines, <c>None</c> for silence.</summary>
    public string Format { get; set; } = "Text";
}

/// <summary>Serilog, and one line a request: method, path, status, time, and the id that problem documents carry. No query,
/// no header, no body: tokens travel in them.</summary>
internal static partial class RequestLogging
{
    private const string Line = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj} {TraceId}{NewLine}{Exception}";

    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";

    internal static void AddSerilog(this WebApplicationBuilder builder)
    {
        LogOptions options = builder.Configuration.GetSection(LogOptions.Section).Get<LogOptions>() ?? new LogOptions();
        LoggerConfiguration log = Configured(builder.Configuration).Enrich.FromLogContext()

            // The sentence on the error stream says it; a stack trace beside it would only hide it.
            .Filter.ByExcluding(entry => entry.Exception is not null && Hosting.Explanation(entry.Exception) is not null)
            .Filter.ByExcluding(entry => IsHangUp(Category(entry), LevelConvert.ToExtensionsLevel(entry.Level), entry.Exception));
        log = options.Format.ToUpperInvariant() switch
        {
            "JSON" => log.WriteTo.Console(new JsonFormatter(renderMessage: true)),
            "NONE" => log,
            "TEXT" => log.WriteTo.Console(outputTemplate: Line, formatProvider: System.Globalization.CultureInfo.InvariantCulture),
            _ => throw Wrong("Log:Format must be Text, Json or None."),
        };
        builder.Logging.ClearProviders();
        builder.Logging.AddSerilog(log.CreateLogger(), dispose: true);
    }

    internal static void UseRequestLogging(this WebApplication app)
    {
        Microsoft.Extensions.Logging.ILogger logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("KhaltiCheckout.Requests");
        TimeProvider time = app.Services.GetRequiredService<TimeProvider>();
        app.Use(async (context, next) =>
        {
            long start = time.GetTimestamp();
            try
            {
                await next(context);
            }
            finally
            {
                int status = context.Response.StatusCode;
                LogLevel level = status >= 500 ? LogLevel.Error : LogLevel.Information;
                if (logger.IsEnabled(level))
                {
                    Log.Request(logger, level, Short(context.Request.Method, 20), Short(context.Request.Path.ToUriComponent(), 200), status, time.GetElapsedTime(start).TotalMilliseconds);
                }
            }
        });
    }

    /// <summary>
    /// Whether Kestrel warns about a client who hung up in the middle of a word of its JSON. Whoever read it leaves the pipe as if it
    /// was still reading, so Kestrel shows a stack trace (dotnet/aspnetcore issue 52324); the request's own line, mostly a 499, says
    /// what happened. Anything else of Kestrel's, above all an exception that became a 500, is an error and no warning.
    /// </summary>
    internal static bool IsHangUp(string? category, LogLevel level, Exception? failure) =>
        category == Kestrel && level == LogLevel.Warning && failure is InvalidOperationException { Source: "System.IO.Pipelines" };

    private static string? Category(LogEvent entry) =>
        entry.Properties.TryGetValue(Constants.SourceContextPropertyName, out LogEventPropertyValue? category) ? (category as ScalarValue)?.Value as string : null;

    private static LoggerConfiguration Configured(IConfiguration settings)
    {
        try
        {
            return new LoggerConfiguration().ReadFrom.Configuration(settings);
        }
        catch (InvalidOperationException wrong)
        {
            throw Wrong($"The section Serilog can't be used ({wrong.Message.TrimEnd('.')}): see its documentation for what it takes.");
        }
    }

    private static OptionsValidationException Wrong(string sentence) => new(LogOptions.Section, typeof(LogOptions), [sentence]);

    // Method and path are the client's: percent-encoded they can't write lines of their own, and cut they can't write long ones.
    private static string Short(string text, int longest) => text.Length <= longest ? text : text[..longest];

    private static partial class Log
    {
        [LoggerMessage(Message = "{Method} {Path} {Status} in {Milliseconds:0.0} ms")]
        internal static partial void Request(Microsoft.Extensions.Logging.ILogger logger, LogLevel level, string method, string path, int status, double milliseconds);
    }
}
