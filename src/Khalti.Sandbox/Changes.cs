using System.Text;

namespace Khalti.Sandbox;

/// <summary>Tells the sandbox's page by server-sent events that something may have changed; what it is, the page then asks.</summary>
internal sealed class Changes(IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(200);

    private TaskCompletionSource _next = NewSignal();

    internal void Notify() => Interlocked.Exchange(ref _next, NewSignal()).SetResult();

    /// <summary>Each request but for those that only look changes something, and at most the journal.</summary>
    internal async Task WatchAsync(HttpContext context, RequestDelegate next)
    {
        bool onlyLooks = HttpMethods.IsGet(context.Request.Method)
            && context.Request.Path.StartsWithSegments(ControlGuard.Prefix, StringComparison.OrdinalIgnoreCase);
        try
        {
            await next(context);
        }
        finally
        {
            if (!onlyLooks)
            {
                Notify();
            }
        }
    }

    /// <summary>One event at once, and one after each change, at most five a second.</summary>
    internal async Task SendAsync(HttpContext context)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            while (true)
            {
                Task next = Volatile.Read(ref _next).Task; // before the event: what changes after it is another one
                await context.Response.WriteAsync("data: changed\n\n", Encoding.ASCII, end.Token);
                await context.Response.Body.FlushAsync(end.Token);
                await next.WaitAsync(end.Token);
                await Task.Delay(MinInterval, TimeProvider.System, end.Token); // of real time, for the page's sake
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed, or the sandbox stops.
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
