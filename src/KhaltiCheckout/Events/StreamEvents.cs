using System.Security.Claims;
using System.Text.Json;
using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Events;

/// <summary>The feed as server-sent events, whose ids are the cursors. A stream ends by itself after a while and is opened again.</summary>
internal static class StreamEvents
{
    internal const string MediaType = "text/event-stream";
    private const string LastEventId = "Last-Event-ID";
    private const int PageSize = 100;

    // Not for ever: a key that was revoked reads no longer than this.
    private static readonly TimeSpan MaxDuration = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    internal static async Task<Results<EventStream, ProblemHttpResult>> Handle(
        [AsParameters] EventQuery query, HttpContext http, ClaimsPrincipal user, EventFeed feed, OrderChanges changes,
        EventWatchers watchers, IOptions<JsonOptions> json, TimeProvider time, IHostApplicationLifetime lifetime,
        CancellationToken cancellationToken)
    {
        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        IReadOnlyList<string>? types = query.ReadTypes(errors);
        if (errors.Count > 0)
        {
            return TypedResults.Problem(Problems.ValidationFailed(errors));
        }

        // A client that comes back names the last event that it has got.
        string? after = http.Request.Headers[LastEventId].ToString() is { Length: > 0 } last ? last : query.After;
        after = string.IsNullOrEmpty(after) ? null : after;
        if (after is not null && !await feed.IsCursorAsync(after, cancellationToken))
        {
            return Problems.UnknownCursor();
        }

        if (HttpMethods.IsHead(http.Request.Method))
        {
            return new EventStream(static (_, _) => Task.CompletedTask);
        }

        if (watchers.TryEnter(user.KeyId() ?? "") is not { } place)
        {
            return Problems.TooManyEventStreams(http.Response);
        }

        http.Response.RegisterForDispose(place);
        return new EventStream((writer, token) => WriteAsync(
            writer, after, types, feed, changes, json.Value.SerializerOptions, time, lifetime.ApplicationStopping, token));
    }

    private static async Task WriteAsync(
        TextWriter writer, string? after, IReadOnlyList<string>? types, EventFeed feed, OrderChanges changes, JsonSerializerOptions json,
        TimeProvider time, CancellationToken stopping, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        over.CancelAfter(MaxDuration);
        await CommentAsync("open");
        DateTimeOffset written = time.GetUtcNow();
        while (!over.IsCancellationRequested)
        {
            // Asked for before reading, so that a change in between is not missed.
            Task change = changes.WaitAsync(OrderChanges.AnyOrder, LookAgain, time, over.Token);
            EventRows found;
            do
            {
                found = (await feed.ReadAsync(after, types, PageSize, CancellationToken.None))!;
                after = found.Cursor;
                foreach (EventRow row in found.Rows)
                {
                    string data = JsonSerializer.Serialize(EventView.Of(row), json);
                    await writer.WriteAsync($"event: {row.Type}\nid: {row.Id}\ndata: {data}\n\n");
                    written = time.GetUtcNow();
                }

                await writer.FlushAsync(cancellationToken);
            }
            while (found.HasMore && !over.IsCancellationRequested);

            await change.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (time.GetUtcNow() - written >= Heartbeat)
            {
                await CommentAsync("heartbeat");
                written = time.GetUtcNow();
            }
        }

        async Task CommentAsync(string text)
        {
            await writer.WriteAsync($": {text}\n\n");
            await writer.FlushAsync(cancellationToken);
        }
    }
}

/// <summary>A stream of server-sent events, with comments in it that keep the connection alive.</summary>
internal sealed class EventStream(Func<TextWriter, CancellationToken, Task> write) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = StreamEvents.MediaType;
        httpContext.Response.Headers.CacheControl = "no-cache,no-store";
        await using StreamWriter writer = new(httpContext.Response.Body, leaveOpen: true);
        try
        {
            await write(writer, httpContext.RequestAborted);
        }
        catch (OperationCanceledException) when (httpContext.RequestAborted.IsCancellationRequested)
        {
            // The client has gone.
        }
    }
}
