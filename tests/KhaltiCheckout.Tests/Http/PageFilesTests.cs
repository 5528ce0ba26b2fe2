using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using KhaltiCheckout.Http;
using KhaltiCheckout.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Http;

public sealed partial class PageFilesTests
{
    [Theory]
    [InlineData("/", "text/html; charset=utf-8")]
    [InlineData("/admin/", "text/html; charset=utf-8")]
    [InlineData("/css/site.css", "text/css; charset=utf-8")]
    [InlineData("/js/shop.js", "text/javascript; charset=utf-8")]
    [InlineData("/favicon.svg", "image/svg+xml; charset=utf-8")]
    public async Task A_page_file_is_served_compressed_in_every_accepted_encoding(string path, string type)
    {
        await using Shop shop = await Shop.OpenAsync();

        (HttpResponseMessage plain, byte[] bytes) = await GetAsync(shop, path, null);
        (HttpResponseMessage brotli, byte[] packed) = await GetAsync(shop, path, "gzip, deflate, br");
        (HttpResponseMessage gzip, byte[] zipped) = await GetAsync(shop, path, "br;q=0, gzip");

        plain.Content.Headers.ContentType!.ToString().ShouldBe(type);
        plain.Content.Headers.ContentEncoding.ShouldBeEmpty();
        plain.Headers.Vary.ShouldBe(["Accept-Encoding"]);
        brotli.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        gzip.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        Unpacked(new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress)).ShouldBe(bytes);
        Unpacked(new GZipStream(new MemoryStream(zipped), CompressionMode.Decompress)).ShouldBe(bytes);
        packed.Length.ShouldBeLessThan(bytes.Length);
        new[] { plain.Headers.ETag!.Tag, brotli.Headers.ETag!.Tag, gzip.Headers.ETag!.Tag }.Distinct(StringComparer.Ordinal)
            .Count().ShouldBe(3);
    }

    [Fact]
    public async Task A_cached_page_file_is_answered_with_304()
    {
        await using Shop shop = await Shop.OpenAsync();
        (HttpResponseMessage first, _) = await GetAsync(shop, "/css/site.css", "br");
        using HttpRequestMessage again = new(HttpMethod.Get, "/css/site.css");
        again.Headers.AcceptEncoding.ParseAdd("br");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using HttpResponseMessage second = await shop.Http.SendAsync(again, TestContext.Current.CancellationToken);

        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await second.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
        first.Headers.CacheControl!.NoCache.ShouldBeTrue();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/admin/")]
    [InlineData("/order.html?id=none")]
    public async Task Scripts_and_styles_under_their_version_are_cached_forever(string page)
    {
        await using Shop shop = await Shop.OpenAsync();
        string html = await shop.Http.GetStringAsync(page, TestContext.Current.CancellationToken);
        string[] addresses = [.. VersionedPathsIn().Matches(html).Select(match => match.Groups["address"].Value)];

        addresses.ShouldContain(address => address.EndsWith(".js", StringComparison.Ordinal));
        addresses.ShouldContain(address => address.EndsWith(".css", StringComparison.Ordinal));
        foreach (string address in addresses)
        {
            address.ShouldStartWith("/v/");
            (HttpResponseMessage file, byte[] bytes) = await GetAsync(shop, address, null);
            file.StatusCode.ShouldBe(HttpStatusCode.OK, address);
            file.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
            bytes.ShouldBe((await GetAsync(shop, address[address.IndexOf('/', 3)..], null)).Bytes);
        }
    }

    [Fact]
    public async Task A_file_under_another_version_is_not_cached()
    {
        await using Shop shop = await Shop.OpenAsync();

        (HttpResponseMessage file, _) = await GetAsync(shop, "/v/000000000000/js/shop.js", null);

        file.StatusCode.ShouldBe(HttpStatusCode.OK);
        file.Headers.CacheControl!.NoCache.ShouldBeTrue();
    }

    // A cache keyed by what the client wrote compresses each spelling anew and keeps it for ever.
    [Fact]
    public async Task Other_spellings_of_a_path_are_not_found_and_not_compressed()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] spellings =
        [
            .. Enumerable.Range(2, 200).Select(slashes => $"/admin/js{new string('/', slashes)}text/desk-ne.js"),
            .. Enumerable.Range(2, 200).Select(slashes => $"/v/000000000000{new string('/', slashes)}js/shop.js"),
            "/js/SHOP.js", "/js/./shop.js/", "/js/shop.js/", "/js%2fshop.js", "/js\\shop.js", "//js/shop.js", "/js/shop.js%20",
            "/js/shop%2ejs%00",
        ];

        foreach (string path in spellings)
        {
            Answer answer = await shop.AskAsync(path);
            answer.Status.ShouldBeOneOf(400, 404);
            answer.Headers.Keys.ShouldNotContain("Content-Encoding");
            answer.Headers.Keys.ShouldNotContain("ETag");
        }
    }

    [Fact]
    public async Task A_file_is_compressed_only_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        PageFiles files = shop.Services.GetRequiredService<PageFiles>();
        CompressedContent script = files.Find("/js/shop.js").ShouldNotBeNull();

        for (int version = 0; version < 100; version++)
        {
            (await GetAsync(shop, $"/v/{version:x12}/js/shop.js", "br")).Response.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        }

        files.Find("/js/shop.js").ShouldBeSameAs(script);
        files.Find("/v/000000000000/js/shop.js").ShouldBeNull();
    }

    [Theory]
    [InlineData("/admin", "/admin/")]
    [InlineData("/admin?x=1", "/admin/?x=1")]
    public async Task A_folder_without_trailing_slash_redirects_to_a_relative_address(string path, string location)
    {
        await using Shop shop = await Shop.OpenAsync();

        Answer answer = await shop.AskAsync(path);

        answer.Status.ShouldBe(301);
        answer.Headers["Location"].ShouldBe(location);
    }

    [Theory]
    [InlineData("/v/")]
    [InlineData("/v/000000000000")]
    [InlineData("/v/000000000000/none.js")]
    [InlineData("/v/000000000000/../appsettings.json")]
    [InlineData("/v/000000000000/%2e%2e/appsettings.json")]
    [InlineData("/v/000000000000/v/000000000000/js/shop.js")]
    [InlineData("/v/000000000000/")]
    [InlineData("/v/000000000000/index.html")]
    [InlineData("/v/000000000000/admin")]
    [InlineData("/v/000000000000/admin/")]
    [InlineData("/v/000000000000/admin/index.html")]
    [InlineData("/v/000000000000/favicon.svg")]
    [InlineData("/v/000000000000/img/weave.svg")]
    public async Task Only_scripts_and_styles_are_served_under_a_version(string path)
    {
        await using Shop shop = await Shop.OpenAsync();

        (HttpResponseMessage file, _) = await GetAsync(shop, path, null);

        file.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    // Two addresses of one module would be two modules, each with a state of its own.
    [Fact]
    public void Every_script_imports_modules_under_a_version()
    {
        string[] scripts = Directory.GetFiles(Path.Combine(Repository.Root, "wwwroot"), "*.js", SearchOption.AllDirectories);

        scripts.Length.ShouldBeGreaterThan(30);
        foreach (string script in scripts)
        {
            File.ReadAllText(script).ShouldNotMatch("""(?:from|import)\s*\(?\s*['"`]/""", script);
        }
    }

    private static async Task<(HttpResponseMessage Response, byte[] Bytes)> GetAsync(Shop shop, string path, string? encodings)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        if (encodings is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept-Encoding", encodings);
        }

        HttpResponseMessage response = await shop.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    private static byte[] Unpacked(Stream packed)
    {
        using MemoryStream plain = new();
        packed.CopyTo(plain);
        return plain.ToArray();
    }

    [GeneratedRegex("(?:href|src)=\"(?<address>[^\"]+\\.(?:js|css))\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionedPathsIn();
}
