using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace KhaltiCheckout.Http;

/// <summary>
/// The files of <c>wwwroot</c> as a slow phone wants them: compressed once and kept, with an ETag of their content. Pages name
/// scripts and styles under an address that changes with any file (<c>/v/…/js/shop.js</c>), so those need never be asked for
/// again; and as modules import each other by relative address, all of a page are of one version.
/// </summary>
internal sealed partial class PageFiles(IWebHostEnvironment environment)
{
    /// <summary>Where files stand that may be kept for ever.</summary>
    private const string VersionPrefix = "/v/";

    private static readonly FileExtensionContentTypeProvider Types = new();

    private readonly IFileProvider _files = environment.WebRootFileProvider;
    private readonly ConcurrentDictionary<string, PageFile> _kept = new(StringComparer.Ordinal);

    /// <summary>Changes when any file does.</summary>
    internal string Version()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string path, IFileInfo file) in Walk("").OrderBy(found => found.Path, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\n{file.Length}\n{file.LastModified.UtcTicks}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 6));
    }

    /// <summary>A page with the addresses of its scripts and styles under the present version.</summary>
    internal string Versioned(string html) => Address().Replace(html, $"${{name}}\"{VersionPrefix}{Version()}${{address}}\"");

    /// <summary>An address without its version, and whether that is the present one. The request itself stays what it is: only
    /// files stand below a version.</summary>
    internal (string Path, bool IsPresent) WithoutVersion(string path)
    {
        int end = path.StartsWith(VersionPrefix, StringComparison.Ordinal) ? path.IndexOf('/', VersionPrefix.Length) : -1;
        return end < 0 ? (path, false) : (path[end..], path[VersionPrefix.Length..end] == Version());
    }

    /// <summary>Null when there is no such file.</summary>
    internal PageFile? Find(string path)
    {
        string name = path.EndsWith('/') ? path + "index.html" : path;
        IFileInfo file = _files.GetFileInfo(name);
        if (!file.Exists || file.IsDirectory || !Types.TryGetContentType(name, out string? type))
        {
            return null;
        }

        // A page also changes with the files that it names.
        string state = $"{file.Length} {file.LastModified.UtcTicks}" + (type == "text/html" ? Version() : "");
        if (_kept.TryGetValue(name, out PageFile? kept) && kept.State == state)
        {
            return kept;
        }

        using MemoryStream content = new();
        using (Stream stream = file.CreateReadStream())
        {
            stream.CopyTo(content);
        }

        byte[] bytes = type == "text/html" ? Encoding.UTF8.GetBytes(Versioned(Encoding.UTF8.GetString(content.ToArray()))) : content.ToArray();
        return _kept[name] = PageFile.Of(state, type, bytes);
    }

    private IEnumerable<(string Path, IFileInfo File)> Walk(string folder)
    {
        foreach (IFileInfo entry in _files.GetDirectoryContents(folder))
        {
            string path = $"{folder}/{entry.Name}";
            if (!entry.IsDirectory)
            {
                yield return (path, entry);
                continue;
            }

            foreach ((string Path, IFileInfo File) below in Walk(path))
            {
                yield return below;
            }
        }
    }

    [GeneratedRegex("\\b(?<name>href=|src=)\"(?<address>/(?:css|js|admin)/[^\"]+\\.(?:css|js))\"", RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}

/// <summary>One file, in the encodings that browsers take.</summary>
internal sealed record PageFile(string State, string ContentType, string ETag, byte[] Plain, byte[]? Brotli, byte[]? Gzip)
{
    internal static PageFile Of(string state, string type, byte[] bytes)
    {
        bool isText = type.StartsWith("text/", StringComparison.Ordinal) || type.Contains("json", StringComparison.Ordinal) || type.Contains("svg", StringComparison.Ordinal);
        return new(
            state,
            isText ? type + "; charset=utf-8" : type,
            Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8)),
            bytes,
            isText ? Smaller(bytes, stream => new BrotliStream(stream, CompressionLevel.SmallestSize, leaveOpen: true)) : null,
            isText ? Smaller(bytes, stream => new GZipStream(stream, CompressionLevel.SmallestSize, leaveOpen: true)) : null);
    }

    internal (byte[] Bytes, string? Encoding) For(string accepted) =>
        Brotli is not null && Takes(accepted, "br") ? (Brotli, "br")
        : Gzip is not null && Takes(accepted, "gzip") ? (Gzip, "gzip")
        : (Plain, null);

    // "br;q=0" is a no.
    private static bool Takes(string accepted, string encoding) => accepted.Split(',').Any(part =>
        part.Trim().Split(';') is [var name, .. var rest]
        && name.Trim().Equals(encoding, StringComparison.OrdinalIgnoreCase)
        && !rest.Any(quality => quality.Trim() is "q=0" or "q=0.0" or "q=0.00" or "q=0.000"));

    private static byte[]? Smaller(byte[] bytes, Func<Stream, Stream> compress)
    {
        using MemoryStream packed = new();
        using (Stream stream = compress(packed))
        {
            stream.Write(bytes);
        }

        return packed.Length < bytes.Length ? packed.ToArray() : null;
    }
}

/// <summary>Serves them.</summary>
internal static class PageFilesFeature
{
    private const string Forever = "public, max-age=31536000, immutable";

    internal static void AddPageFiles(this IServiceCollection services) => services.AddSingleton<PageFiles>();

    /// <summary>Before the server of files, which keeps what this leaves: folders without a slash at their end, and all that is no file.</summary>
    internal static void UsePageFiles(this WebApplication app)
    {
        PageFiles files = app.Services.GetRequiredService<PageFiles>();
        app.Use((context, next) =>
        {
            HttpRequest request = context.Request;
            if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            {
                return next(context);
            }

            (string path, bool isPresent) = files.WithoutVersion(request.Path.Value ?? "");

            // The order's page is made anew each time.
            return path != "/order.html" && (Path.HasExtension(path) || path.EndsWith('/')) && files.Find(path) is { } file
                ? SendAsync(context, file, isPresent)
                : next(context);
        });
    }

    private static Task SendAsync(HttpContext context, PageFile file, bool forever)
    {
        HttpResponse response = context.Response;
        (byte[] bytes, string? encoding) = file.For(context.Request.Headers.AcceptEncoding.ToString());
        string tag = $"\"{file.ETag}{(encoding is null ? "" : "-" + encoding)}\"";
        response.Headers.ETag = tag;
        response.Headers.Vary = "Accept-Encoding";
        response.Headers.CacheControl = forever ? Forever : "no-cache";
        if (context.Request.Headers.IfNoneMatch.ToString().Split(',').Any(known => known.Trim() is "*" || known.Trim().Replace("W/", "", StringComparison.Ordinal) == tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = file.ContentType;
        response.ContentLength = bytes.Length;
        if (encoding is not null)
        {
            response.Headers.ContentEncoding = encoding;
        }

        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
