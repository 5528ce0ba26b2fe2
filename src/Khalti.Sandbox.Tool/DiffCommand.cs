using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Khalti.Sandbox.Tool;

/// <summary>
/// A proxy between a program and the real Khalti, or its sandbox, that keeps the exchanges without secrets and says where Khalti Sandbox
/// would have answered otherwise.
/// </summary>
internal static class DiffCommand
{
    // Those of one connection are not passed on; a compressed answer could not be compared.
    private static readonly string[] NotForwarded =
    [
        "Host", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Accept-Encoding", "Upgrade", "TE", "Trailer", "Expect",
    ];

    internal static Command Define()
    {
        Option<bool> record = new("--record") { Description = "Record while a program works.", Required = true };
        Option<string> to = new("--to")
        {
            Description = "Khalti's address.",
            DefaultValueFactory = _ => "https://dev.khalti.com",
        };
        Option<string> urls = new("--urls")
        {
            Description = "Where the recorder listens: the program takes this for Khalti.",
            DefaultValueFactory = _ => "http://localhost:5082",
        };
        Option<string> file = new("--out")
        {
            Description = "The recording, a line of JSON for each exchange.",
            DefaultValueFactory = _ => "khalti-exchanges.jsonl",
        };
        Command diff = new("diff", "Record exchanges with Khalti and compare them with the sandbox") { record, to, urls, file };
        diff.SetAction((given, cancellationToken) => Commands.ReportAsync(() => RunAsync(
            Origin(given.GetRequiredValue(to)), given.GetRequiredValue(urls), given.GetRequiredValue(file), cancellationToken)));
        return diff;
    }

    private static Uri Origin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? origin) && origin is { Scheme: "http" or "https", PathAndQuery: "/" }
            ? origin
            : throw new InvalidOperationException($"--to must be an address without a path, such as https://dev.khalti.com, not '{text}'.");

    private static async Task<int> RunAsync(Uri khalti, string urls, string file, CancellationToken cancellationToken)
    {
        await using ShadowSandbox shadow = await ShadowSandbox.StartAsync(new SandboxBehaviour(), cancellationToken);
        using HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        await using StreamWriter recording = new(file, append: true) { AutoFlush = true };
        using SemaphoreSlim one = new(1); // exchanges are compared in their order
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(urls);
        await using WebApplication proxy = builder.Build();
        proxy.Run(async context =>
        {
            await one.WaitAsync(context.RequestAborted);
            try
            {
                await ExchangeAsync(context, khalti, http, shadow, recording);
            }
            catch (HttpRequestException unreachable)
            {
                await Console.Out.WriteLineAsync($"{khalti} can't be reached: {unreachable.Message}");
                context.Response.StatusCode = StatusCodes.Status502BadGateway;
            }
            finally
            {
                one.Release();
            }
        });
        await proxy.StartAsync(cancellationToken);
        string address = proxy.Services.GetRequiredService<IServer>().Features
            .GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        await Console.Out.WriteLineAsync(
            $"Recording what goes to {khalti}: listens on {address}; the recording is {Path.GetFullPath(file)}");
        await Signals.ReceivedAsync();
        await proxy.StopAsync(CancellationToken.None);
        return Commands.Done;
    }

    private static async Task ExchangeAsync(HttpContext context, Uri khalti, HttpClient http, ShadowSandbox shadow, StreamWriter recording)
    {
        HttpRequest request = context.Request;
        using StreamReader reader = new(request.Body);
        RecordedCall call = new(
            request.Method, request.Path.ToUriComponent(), request.QueryString.ToUriComponent(), request.ContentType,
            request.Headers.Authorization is [{ } key] ? key : null, await reader.ReadToEndAsync(context.RequestAborted));
        using HttpRequestMessage forwarded = Forward(request, call, khalti);
        using HttpResponseMessage response = await http.SendAsync(forwarded, context.RequestAborted);
        byte[] body = await response.Content.ReadAsByteArrayAsync(context.RequestAborted);
        string text = System.Text.Encoding.UTF8.GetString(body);
        JsonNode? answer = AnswerComparison.TryParse(text, out JsonNode? json) ? json : null;

        (int Status, string Body)? ours = await shadow.AskAsync(call, (int)response.StatusCode, answer, context.RequestAborted);
        IReadOnlyList<string> differences = ours is { } known
            ? AnswerComparison.Differences((int)response.StatusCode, text, known.Status, known.Body) : [];
        await recording.WriteLineAsync(Line(call, (int)response.StatusCode, answer, ours, differences).ToJsonString());
        string name = $"{call.Method} {Redaction.OfPath(call.Path)}";
        await Console.Out.WriteLineAsync(
            ours is null ? $"{name}: not compared, the sandbox does not know what it is about"
            : differences.Count == 0 ? $"{name}: the same"
            : $"{name}: {string.Join("; ", differences)}");
        await AnswerAsync(context.Response, response, body);
    }

    private static HttpRequestMessage Forward(HttpRequest request, RecordedCall call, Uri khalti)
    {
        HttpRequestMessage forwarded = new(
            new HttpMethod(call.Method), new Uri(khalti.GetLeftPart(UriPartial.Authority) + call.PathAndQuery));
        if (call.Body.Length > 0)
        {
            forwarded.Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(call.Body));
        }

        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in request.Headers)
        {
            if (!NotForwarded.Contains(name, StringComparer.OrdinalIgnoreCase)
                && !forwarded.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                forwarded.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        return forwarded;
    }

    private static async Task AnswerAsync(HttpResponse response, HttpResponseMessage answer, byte[] body)
    {
        response.StatusCode = (int)answer.StatusCode;
        foreach ((string name, IEnumerable<string> values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!NotForwarded.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                response.Headers[name] = values.ToArray();
            }
        }

        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body);
    }

    private static JsonObject Line(
        RecordedCall call, int status, JsonNode? answer, (int Status, string Body)? ours, IReadOnlyList<string> differences) => new()
        {
            ["method"] = call.Method,
            ["path"] = Redaction.OfPath(call.Path),
            ["contentType"] = call.ContentType,
            ["request"] = Redaction.OfRequest(call.Fields),
            ["status"] = status,
            ["answer"] = Redaction.OfAnswer(answer),
            ["sandboxStatus"] = ours?.Status,
            ["sandboxAnswer"] =
                ours is { } known && AnswerComparison.TryParse(known.Body, out JsonNode? body) ? Redaction.OfAnswer(body) : null,
            ["differences"] = new JsonArray([.. differences.Select(one => (JsonNode)one)]),
        };
}
