using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Khalti.Sandbox;

/// <summary>The response of a call, sent after the fault rules were applied, so that a fault can still suppress it.</summary>
internal sealed class Answer : IResult
{
    // Khalti writes Nepali as it is, not as \u escapes; the content type and nosniff keep browsers from taking it as HTML.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _contentType;

    private Answer(int status, string contentType, string body)
    {
        Status = status;
        _contentType = contentType;
        Body = body;
    }

    internal int Status { get; }

    internal string Body { get; }

    internal Dictionary<string, string> Headers { get; } = [];

    internal static Answer Json(int status, JsonNode body) => new(status, "application/json", body.ToJsonString(Plain));

    internal static Answer Ok(JsonNode body) => Json(StatusCodes.Status200OK, body);

    internal static Answer Html(int status, string body) => new(status, "text/html; charset=utf-8", body);

    /// <summary>HTTP 200 with truncated JSON.</summary>
    internal static Answer Garbage() => new(StatusCodes.Status200OK, "application/json", "{\"idx\": \"8xmeJnNX");

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        byte[] bytes = Encoding.UTF8.GetBytes(Body);
        HttpResponse response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = _contentType;
        response.ContentLength = bytes.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        foreach ((string name, string value) in Headers)
        {
            response.Headers[name] = value;
        }

        await response.Body.WriteAsync(bytes); // Does nothing when the client has disconnected.
    }
}
