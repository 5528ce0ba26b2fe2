using System.Diagnostics;
using System.Text.Json;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace KhaltiCheckout.Http;

/// <summary>Makes every error of every kind a problem document: unknown routes, wrong methods, bad JSON and bugs, too.</summary>
internal static class ProblemDocuments
{
    private const string Unreadable = "The body is missing or can't be read as JSON.";

    internal static void AddProblemDocuments(this IServiceCollection services)
    {
        // The first writer that can, writes: ours stand before the framework's, which stays silent when the client's Accept
        // header does not name JSON.
        services.AddSingleton<IProblemDetailsWriter, ErrorPages>();
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        services.AddProblemDetails();
        services.AddExceptionHandler<BadRequestHandler>();
        services.AddExceptionHandler<BusyHandler>();

        // A body that can't be read is an exception, which then says what is wrong with it.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    internal static void UseProblemDocuments(this IApplicationBuilder app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
    }

    /// <summary>The id that stands in the log beside every line of this request.</summary>
    internal static string TraceIdOf(HttpContext context) => Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    private static void Complete(HttpContext context, ProblemDetails problem)
    {
        int status = problem.Status ?? context.Response.StatusCode;
        if (!problem.Extensions.TryGetValue("code", out object? code))
        {
            // Also takes the place of the framework's own words, which may tell about our insides.
            (code, problem.Title, problem.Detail) = Problems.Fallback(status);
            problem.Extensions["code"] = code;
            if (status == StatusCodes.Status400BadRequest)
            {
                problem.Extensions.TryAdd("errors", new Dictionary<string, string[]>(StringComparer.Ordinal) { ["body"] = [Unreadable] });
            }
        }

        problem.Status = status;
        problem.Type = Problems.TypeOf((string)code!);
        problem.Extensions["traceId"] = TraceIdOf(context);
    }

    private sealed class ProblemWriter : IProblemDetailsWriter
    {
        public bool CanWrite(ProblemDetailsContext context) => true;

        public async ValueTask WriteAsync(ProblemDetailsContext context)
        {
            Complete(context.HttpContext, context.ProblemDetails);
            HttpResponse response = context.HttpContext.Response;
            response.Headers.CacheControl = "no-store";
            if (response.StatusCode == StatusCodes.Status401Unauthorized)
            {
                response.Headers.WWWAuthenticate = "Bearer";
            }

            await response.WriteAsJsonAsync(
                context.ProblemDetails, options: null, contentType: Problems.MediaType, context.HttpContext.RequestAborted);
        }
    }

    private sealed class BusyHandler(IProblemDetailsService problems) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            ProblemDetails? problem = exception is StoreBusyException ? Problems.Busy()
                : PostgreSqlErrors.CouldNotAsk(exception) || SqliteDatabase.IsLockTimeout(exception) ? Problems.DatabaseAway()
                : null;
            if (problem is null)
            {
                return false;
            }

            httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            httpContext.Response.Headers.RetryAfter = "1";
            await problems.WriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem });
            return true;
        }
    }

    private sealed class BadRequestHandler(IProblemDetailsService problems) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            if (exception is not (BadHttpRequestException or JsonException))
            {
                return false;
            }

            int status = (exception as BadHttpRequestException)?.StatusCode ?? 400;
            httpContext.Response.StatusCode = status;
            ProblemDetails problem = status == 400
                ? Problems.ValidationFailed(
                    new Dictionary<string, string[]>(StringComparer.Ordinal) { [FieldOf(exception)] = [TextOf(exception)] })
                : new ProblemDetails { Status = status };
            await problems.WriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem });
            return true;
        }

        private static string FieldOf(Exception exception)
        {
            string path = Json(exception)?.Path ?? "$";
            string field = path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path == "$" ? "body" : path;

            // The path holds names that the client chose: only what could be one of ours is repeated.
            return field.Length is > 0 and <= 60 && field.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '[' or ']')
                ? field : "body";
        }

        private static string TextOf(Exception exception) => Json(exception) switch
        {
            null => Unreadable,
            { Path: "$" or null } => "The body is not valid JSON of the expected shape: check for missing, unknown and doubled members.",
            _ => "This member is missing, unknown, doubled, or of the wrong type.",
        };

        private static JsonException? Json(Exception exception) => exception as JsonException ?? exception.InnerException as JsonException;
    }
}
