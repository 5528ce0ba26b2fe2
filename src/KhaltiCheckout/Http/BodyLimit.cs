namespace KhaltiCheckout.Http;

/// <summary>No request of ours needs more than 64 KiB.</summary>
internal static class BodyLimit
{
    internal const long Bytes = 64 * 1024;

    // The server cuts off a body that turns out longer; this also refuses one that says so beforehand, on any server.
    internal static void UseBodyLimit(this IApplicationBuilder app) =>
        app.Use((context, next) =>
        {
            if (context.Request.ContentLength > Bytes)
            {
                context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                return Task.CompletedTask;
            }

            return next(context);
        });
}
