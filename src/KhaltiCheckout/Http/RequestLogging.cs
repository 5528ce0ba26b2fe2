using Serilog;
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

    internal static void AddSerilog(this WebApplicationBuilder builder)
    {
        LogOptions options = builder.Configuration.GetSection(LogOptions.Section).Get<LogOptions>() ?? new LogOptions();
        LoggerConfiguration log = new LoggerConfiguration().ReadFrom.Configuration(builder.Configuration).Enrich.FromLogContext();
        log = options.Format.ToUpperInvariant() switch
        {
            "JSON" => log.WriteTo.Console(new JsonFormatter(renderMessage: true)),
            "NONE" => log,
            _ => log.WriteTo.Console(outputTemplate: Line, formatProvider: System.Globalization.CultureInfo.InvariantCulture),
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
                    Log.Request(logger, level, context.Request.Method, Plain(context.Request.Path), status, time.GetElapsedTime(start).TotalMilliseconds);
                }
            }
        });
    }

    // The path is the client's: it must not write lines of its own, or long ones.
    private static string Plain(PathString path)
    {
        string text = path.ToUriComponent();
        return text.Length <= 200 ? text : text[..200];
    }

    private static partial class Log
    {
        [LoggerMessage(Message = "{Method} {Path} {Status} in {Milliseconds:0.0} ms")]
        internal static partial void Request(Microsoft.Extensions.Logging.ILogger logger, LogLevel level, string method, string path, int status, double milliseconds);
    }
}
