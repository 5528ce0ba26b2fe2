using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace KhaltiCheckout.Http;

/// <summary>Content that stays the same while it is served: each encoding is made once, at
/// its first use, and has an ETag of its own.</summary>
internal sealed class CompressedContent(string mediaType, byte[] plain)
{
    private readonly bool _isText = IsText(mediaType);
    private readonly string _hash = Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 8));
    private readonly Lazy<byte[]> _brotli =
        new(() => Compress(plain, stream => new BrotliStream(stream, CompressionLevel.SmallestSize, leaveOpen: true)));
    private readonly Lazy<byte[]> _gzip =
        new(() => Compress(plain, stream => new GZipStream(stream, CompressionLevel.SmallestSize, leaveOpen: true)));

    internal byte[] Plain => plain;

    /// <summary>Sends it in the best encoding that the client takes, or 304 when the client has it.</summary>
    internal Task SendAsync(HttpContext context, string cacheControl)
    {
        RequestHeaders asked = context.Request.GetTypedHeaders();
        HttpResponse response = context.Response;
        (byte[] bytes, string? encoding) = In(asked.AcceptEncoding);
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        response.Headers.CacheControl = cacheControl;

        // An error page has the status of its error, and is no version of the address that was asked for.
        if (response.StatusCode == StatusCodes.Status200OK)
        {
            EntityTagHeaderValue tag = new($"\"{_hash}{(encoding is null ? "" : "-" + encoding)}\"");
            response.Headers.ETag = tag.ToString();
            if (asked.IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false)))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
        }

        response.ContentType = _isText ? mediaType + "; charset=utf-8" : mediaType;
        response.ContentLength = bytes.Length;
        if (encoding is not null)
        {
            response.Headers.ContentEncoding = encoding;
        }

        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask : response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    private (byte[] Bytes, string? Encoding) In(IList<StringWithQualityHeaderValue> accepted) =>
        !_isText ? (plain, null)
        : Takes(accepted, "br") && _brotli.Value.Length < plain.Length ? (_brotli.Value, "br")
        : Takes(accepted, "gzip") && _gzip.Value.Length < plain.Length ? (_gzip.Value, "gzip")
        : (plain, null);

    private static bool Takes(IList<StringWithQualityHeaderValue> accepted, string encoding) =>
        accepted.Any(one => one.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && one.Quality is null or > 0);

    private static bool IsText(string mediaType) =>
        mediaType.StartsWith("text/", StringComparison.Ordinal) || mediaType.EndsWith("json", StringComparison.Ordinal)
            || mediaType.EndsWith("+xml", StringComparison.Ordinal);

    private static byte[] Compress(byte[] bytes, Func<Stream, Stream> compressor)
    {
        using MemoryStream packed = new();
        using (Stream stream = compressor(packed))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }
}
