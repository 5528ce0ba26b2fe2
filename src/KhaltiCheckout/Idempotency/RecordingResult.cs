using System.Text;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Idempotency;

/// <summary>The first answer, again.</summary>
internal sealed class ReplayedAnswer(IdempotentRequest request) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        HttpResponse response = httpContext.Response;
        response.StatusCode = request.AnswerStatus!.Value;
        response.ContentType = request.AnswerContentType;
        response.Headers.Location = request.AnswerLocation;
        response.Headers[IdempotencyFilter.ReplayedHeader] = "true";
        response.Headers.CacheControl = "no-store";
        await response.WriteAsync(request.AnswerBody ?? "", httpContext.RequestAborted);
    }
}

/// <summary>Writes the handler's answer into the database before it goes to the client.</summary>
internal sealed class RecordingResult(IResult answer, IdempotentRequest running) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        HttpResponse response = httpContext.Response;
        Stream wire = response.Body;
        using MemoryStream copy = new();
        response.Body = copy;
        try
        {
            await answer.ExecuteAsync(httpContext);
        }
        finally
        {
            response.Body = wire;
        }

        await SaveAsync(httpContext, Encoding.UTF8.GetString(copy.GetBuffer(), 0, (int)copy.Length));
        await response.Body.WriteAsync(copy.GetBuffer().AsMemory(0, (int)copy.Length), httpContext.RequestAborted);
    }

    private async Task SaveAsync(HttpContext httpContext, string body)
    {
        Database database = httpContext.RequestServices.GetRequiredService<Database>();
        HttpResponse response = httpContext.Response;

        // "Not now" and "not you" are no answers to keep: the same key may try again.
        if (response.StatusCode is 401 or 403 or 429 or >= 500)
        {
            await IdempotencyFilter.ReleaseAsync(database, running, httpContext.RequestServices.GetRequiredService<TimeProvider>());
            return;
        }

        // An answer that was kept in the handler's transaction stands.
        await database.WriteAsync(
            Isolation.RowLocks,
            async sql =>
            {
                await sql.AnswerRequestAsync(running, response.StatusCode, response.ContentType, response.Headers.Location, body);
                return true;
            },
            CancellationToken.None);
    }
}
