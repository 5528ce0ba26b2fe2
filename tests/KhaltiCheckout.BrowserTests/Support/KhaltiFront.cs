using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>
/// Answers, over HTTPS and under Khalti's own names, what Khalti's official widget asks for: its files come out of the
/// published package, its calls go to the sandbox of the test that is running.
/// </summary>
internal sealed class KhaltiFront : IAsyncDisposable
{
    internal const string Files = "khalti.s3.ap-south-1.amazonaws.com";
    internal const string Script = $"https://{Files}{Folder}khalti-checkout.iffe.js";

    private const string Api = "khalti.com";
    private const string Fonts = "fonts.googleapis.com";
    private const string Folder = "/KPG/dist/2020.12.22.0.0.0/";

    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    private readonly WebApplication _app;

    // Each test has a sandbox of its own: a connection kept from the last one would lead nowhere.
    private readonly HttpClient _sandbox = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.Zero,
    });

    private KhaltiFront(WebApplication app)
    {
        _app = app;
        app.Run(AnswerAsync);
    }

    internal static string[] Hosts { get; } = [Api, Files, Fonts];

    internal int Port => new Uri(_app.Services.GetRequiredService<IServer>().Features
        .GetRequiredFeature<IServerAddressesFeature>().Addresses.First()).Port;

    /// <summary>The sandbox that plays Khalti just now. Tests of the official widget run one after the other.</summary>
    internal Uri? Khalti { get; set; }

    /// <summary>Where the official package's files are; without it the sandbox answers for them.</summary>
    internal string? Package { get; set; }

    internal static async Task<KhaltiFront> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(
            server => server.Listen(IPAddress.Loopback, 0, address =>
            {
                address.Protocols = HttpProtocols.Http1;
                address.UseHttps(SelfSigned());
            }));
        KhaltiFront front = new(builder.Build());
        await front._app.StartAsync();
        return front;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _sandbox.Dispose();
    }

    private static X509Certificate2 SelfSigned()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={Api}", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private Task AnswerAsync(HttpContext context) => context.Request.Host.Host switch
    {
        Files when Package is not null => SendFileAsync(context),
        Files => PassOnAsync(context),
        Api => PassOnAsync(context),
        _ => Task.CompletedTask, // fonts: an empty answer will do
    };

    private async Task SendFileAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        string file = path.StartsWith(Folder, StringComparison.Ordinal) ? Path.Combine(Package ?? "", path[Folder.Length..]) : "";
        if (!File.Exists(file) || file.Contains("..", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = ContentTypes.TryGetContentType(file, out string? type) ? type : "application/octet-stream";
        context.Response.Headers.CacheControl = "max-age=600";
        await context.Response.SendFileAsync(file);
    }

    private async Task PassOnAsync(HttpContext context)
    {
        HttpRequest asked = context.Request;
        using HttpRequestMessage question = new(new HttpMethod(asked.Method), new Uri(Khalti!, $"{asked.Path}{asked.QueryString}"));
        if (asked.ContentLength > 0)
        {
            byte[] body = new byte[asked.ContentLength.Value];
            await asked.Body.ReadExactlyAsync(body, context.RequestAborted);
            question.Content = new ByteArrayContent(body);
        }

        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in asked.Headers)
        {
            if (name is not ("Host" or "Connection" or "Content-Length" or "Accept-Encoding")
                && !question.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                question.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        try
        {
            using HttpResponseMessage answer = await _sandbox.SendAsync(question, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            foreach ((string name, IEnumerable<string> values) in answer.Headers.Concat(answer.Content.Headers))
            {
                if (name is not "Transfer-Encoding")
                {
                    context.Response.Headers[name] = values.ToArray();
                }
            }

            byte[] content = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
            if (content.Length > 0) // a preflight's 204 may not even be written to
            {
                await context.Response.Body.WriteAsync(content, context.RequestAborted);
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            context.Abort(); // the sandbox cut the connection, and so do we
        }
    }
}
