using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace KhaltiCheckout.Http;

/// <summary>No request of ours needs more than 64 KiB, or another encoding than JSON's own.</summary>
internal static class BodyLimit
{
    internal const long Bytes = 64 * 1024;

    private const long StillRead = 16 * Bytes;

    // The server cuts off a body that turns out longer; this also refuses one that says so beforehand, on any server.
    internal static void UseBodyLimit(this IApplicationBuilder app) =>
        app.Use((context, next) =>
        {
            if (context.Request.ContentLength > Bytes)
            {
                // Read to its end and thrown away, as long as that is quickly done: a client that is cut off while it still
                // sends often never sees the answer.
                if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
                {
                    limit.MaxRequestBodySize = StillRead;
                }

                context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                return Task.CompletedTask;
            }

            if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out MediaTypeHeaderValue? type) && type.Charset.HasValue)
            {
                // JSON that travels is UTF-8 (RFC 8259). The framework would translate any other charset, and answer 500 to one
                // that it does not know, or that stands in quotes.
                if (!HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
                {
                    context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
                    return Task.CompletedTask;
                }

                type.Charset = "utf-8";
                context.Request.ContentType = type.ToString();
            }

            return next(context);
        });
}
