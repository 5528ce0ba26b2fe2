using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Http;

/// <summary>
/// The files of <c>wwwroot</c>, listed once: an address that is not in the list is not found, however it is spelled. Pages name
/// scripts and styles under an address that changes with any file (<c>/v/…/js/shop.js</c>), so those are never asked for again;
/// as modules import each other by relative address, all modules of a page are of one version.
/// </summary>
internal sealed partial class PageFiles(IWebHostEnvironment environment)
{
    /// <summary>Where scripts and styles stand under a version.</summary>
    internal const string Versions = "/v";

    private const string VersionPrefix = Versions + "/";
    private const string Index = "index.html";

    // What pages name under a version, and nothing else stands there.
    private const string ScriptOrStyle = "/(?:css|js|admin)/[^\"]+\\.(?:css|js)";

    private readonly IFileProvider _root = environment.WebRootFileProvider;
    private Listing? _listing;

    private Listing Current => _listing ??= Read();

    /// <summary>Null when there is no file at exactly this address.</summary>
    internal CompressedContent? Find(string path)
    {
        // While pages are being written, loading one again shows what was changed; elsewhere the files are those of the start.
        if (environment.IsDevelopment() && (path.EndsWith('/') || path.EndsWith(".html", StringComparison.Ordinal))
            && _listing?.State != StateOf(Walk("")))
        {
            _listing = Read();
        }

        return Current.Files.GetValueOrDefault(path);
    }

    /// <summary>Whether this is the address of a folder with a page, without its slash.</summary>
    internal bool IsFolder(string path) => Current.Files.ContainsKey(path + "/");

    /// <summary>A page as text.</summary>
    internal string TextOf(string path) => Encoding.UTF8.GetString(Find(path)!.Plain);

    /// <summary>The address of a script or style without its version, and whether that is the present one. Pages have no version: they
    /// are never to be kept, and those of the desk have another policy than those of the shop.</summary>
    internal (string Path, bool IsPresent) WithoutVersion(string path)
    {
        int end = path.StartsWith(VersionPrefix, StringComparison.Ordinal) ? path.IndexOf('/', VersionPrefix.Length) : -1;
        return end < 0 || !WholeAddress().IsMatch(path.AsSpan(end)) ? (path, false) : (path[end..], path[..end] == Current.Prefix);
    }

    private Listing Read()
    {
        (string Path, IFileInfo File)[] found = [.. Walk("")];
        (string Path, byte[] Bytes)[] contents = [.. found.Select(one => (one.Path, BytesOf(one.File)))];
        string prefix = VersionPrefix + VersionOf(contents);
        Dictionary<string, CompressedContent> files = new(StringComparer.Ordinal);
        FileExtensionContentTypeProvider types = new();
        foreach ((string path, byte[] bytes) in contents)
        {
            if (types.TryGetContentType(path, out string? type))
            {
                CompressedContent content = new(type, type == "text/html" ? Versioned(bytes, prefix) : bytes);
                files.Add(path, content);
                if (path.EndsWith("/" + Index, StringComparison.Ordinal))
                {
                    files.Add(path[..^Index.Length], content);
                }
            }
        }

        return new Listing(StateOf(found), prefix, files.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private IEnumerable<(string Path, IFileInfo File)> Walk(string folder)
    {
        foreach (IFileInfo entry in _root.GetDirectoryContents(folder).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            string path = $"{folder}/{entry.Name}";
            foreach ((string Path, IFileInfo File) below in entry.IsDirectory ? Walk(path) : [(path, entry)])
            {
                yield return below;
            }
        }
    }

    private static string StateOf(IEnumerable<(string Path, IFileInfo File)> files) =>
        string.Join('\n', files.Select(one => $"{one.Path} {one.File.Length} {one.File.LastModified.UtcTicks}"));

    private static byte[] BytesOf(IFileInfo file)
    {
        using Stream stream = file.CreateReadStream();
        using MemoryStream content = new();
        stream.CopyTo(content);
        return content.ToArray();
    }

    // By content: processes on several machines name the same version.
    private static string VersionOf((string Path, byte[] Bytes)[] contents)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string path, byte[] bytes) in contents)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\n{bytes.Length}\n"));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 6));
    }

    private static byte[] Versioned(byte[] html, string prefix) =>
        Encoding.UTF8.GetBytes(Address().Replace(Encoding.UTF8.GetString(html), $"${{name}}\"{prefix}${{address}}\""));

    [GeneratedRegex($"\\b(?<name>href=|src=)\"(?<address>{ScriptOrStyle})\"", RegexOptions.NonBacktracking)]
    private static partial Regex Address();

    [GeneratedRegex($"^{ScriptOrStyle}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex WholeAddress();

    private sealed record Listing(string State, string Prefix, FrozenDictionary<string, CompressedContent> Files);
}

/// <summary>The pages that are made anew each time, by a route that has the file of that name as its template.</summary>
internal sealed class PageTemplates
{
    internal ICollection<string> Paths { get; } = new HashSet<string>(StringComparer.Ordinal);
}

/// <summary>Serves them.</summary>
internal static class PageFilesFeature
{
    private const string Forever = "public, max-age=31536000, immutable";

    internal static void AddPageFiles(this IServiceCollection services) => services.AddSingleton<PageFiles>();

    internal static void UsePageFiles(this WebApplication app)
    {
        PageFiles files = app.Services.GetRequiredService<PageFiles>();
        ICollection<string> templates = app.Services.GetRequiredService<IOptions<PageTemplates>>().Value.Paths;
        app.Use((context, next) =>
        {
            HttpRequest request = context.Request;
            if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            {
                return next(context);
            }

            (string path, bool isPresent) = files.WithoutVersion(request.Path.Value ?? "");

            if (!templates.Contains(path) && files.Find(path) is { } file)
            {
                return file.SendAsync(context, isPresent ? Forever : "no-cache");
            }

            if (files.IsFolder(path))
            {
                context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
                context.Response.Headers.Location = $"{path}/{request.QueryString.ToUriComponent()}";
                return Task.CompletedTask;
            }

            return next(context);
        });
    }
}
