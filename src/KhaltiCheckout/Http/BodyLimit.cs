using Microsoft.Net.Http.Headers;

namespace KhaltiCheckout.Http;

/// <summary>No request of ours needs more than 64 KiB, or another encoding than JSON's own.</summary>
internal static class BodyLimit
{
    internal const long Bytes = 64 * 1024;

    // The server cuts off a body that turns out longer; this also refuses one that says so beforehand, on any server.
    internal static void UseBodyLimit(this IApplicationBuilder app) =>
        app.Use((context, next) =>
        {
            int refusal = context.Request switch
            {
                { ContentLength: > Bytes } => StatusCodes.Status413PayloadTooLarge,
                { ContentType: { } type } when !IsUtf8(type) => StatusCodes.Status415UnsupportedMediaType,
                _ => 0,
            };
            if (refusal != 0)
            {
                context.Response.StatusCode = refusal;
                return Task.CompletedTask;
            }

            return next(context);
        });

    // JSON that travels is UTF-8 (RFC 8259). The framework would translate any other charset, and answer 500 to one that it does not know.
    private static bool IsUtf8(string contentType) =>
        !MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
        || !type.Charset.HasValue
        || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);
}
