using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;

namespace Khalti.Sandbox;

/// <summary>
/// The fields of a request: JSON or form body, and the query where the body has no field of that name. An unreadable body is
/// kept as <see cref="Unreadable"/>, the answer to give after the key was checked.
/// </summary>
internal sealed class Fields
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Dictionary<string, JsonNode?> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonNode?> _body = new(StringComparer.Ordinal);

    private Fields()
    {
    }

    /// <summary>Set when the body could not be read.</summary>
    internal Answer? Unreadable { get; private set; }

    /// <summary>Whether the body is <c>[]</c>, which is unreadable but for a refund.</summary>
    internal bool IsEmptyList { get; private set; }

    internal IReadOnlyDictionary<string, JsonNode?> Values => _values;

    /// <summary>The body as it was sent, as far as it arrived.</summary>
    internal ReadOnlyMemory<byte> Raw { get; private set; }

    /// <summary>The fields of the body alone, for calls that ignore the query.</summary>
    internal IReadOnlyDictionary<string, JsonNode?> Body => _body;

    /// <summary>Called by ASP.NET Core for every handler with a Fields parameter; the request is read once.</summary>
    public static async ValueTask<Fields> BindAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Features.Get<Fields>() is { } read)
        {
            return read;
        }

        Fields fields = new();
        foreach (KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues> one in context.Request.Query)
        {
            fields._values[one.Key] = one.Value[^1] ?? "";
        }

        try
        {
            fields.Unreadable = await fields.ReadBodyAsync(context.Request);
        }
        catch (BadHttpRequestException refused)
        {
            fields.Unreadable = Errors.Detail(refused.StatusCode, "The request could not be read.");
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException)
        {
            fields.Unreadable = Errors.Detail(400, "The body could not be read to its end.");
        }

        context.Features.Set(fields);
        return fields;
    }

    private async Task<Answer?> ReadBodyAsync(HttpRequest request)
    {
        MemoryStream body = new();
        try
        {
            await request.Body.CopyToAsync(body);
        }
        finally
        {
            Raw = body.GetBuffer().AsMemory(0, (int)body.Length);
        }

        if (request.HasFormContentType)
        {
            body.Position = 0;
            request.Body = body;
            foreach (KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues> one in await request.ReadFormAsync())
            {
                _body[one.Key] = _values[one.Key] = one.Value[^1] ?? "";
            }

            return null;
        }

        if (body.Length == 0)
        {
            return null;
        }

        if (!IsJson(request.ContentType))
        {
            return Errors.Detail(415, "Unsupported media type in request.");
        }

        try
        {
            return ReadJson(StrictUtf8.GetString(Raw.Span));
        }
        catch (Exception unreadable) when (unreadable is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            // InvalidOperationException: an unpaired surrogate, which JSON can escape but a string can't hold.
            return Errors.Detail(400, "JSON parse error - the body is not JSON.");
        }
    }

    private Answer? ReadJson(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            IsEmptyList = document.RootElement.ValueKind == JsonValueKind.Array && document.RootElement.GetArrayLength() == 0;
            string kind = document.RootElement.ValueKind == JsonValueKind.Array ? "list" : "value";
            return Answer.Json(400, new JsonObject
            {
                ["non_field_error"] = new JsonArray($"Invalid data. Expected a dictionary, but got {kind}."),
                ["error_key"] = "validation_error",
            });
        }

        foreach (JsonProperty one in document.RootElement.EnumerateObject())
        {
            _body[one.Name] = _values[one.Name] = Node(one.Value);
        }

        return null;
    }

    /// <summary>Converts the whole element, so that an unreadable value fails here and not during a payment.</summary>
    private static JsonNode? Node(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                JsonObject made = [];
                foreach (JsonProperty one in element.EnumerateObject())
                {
                    made[one.Name] = Node(one.Value);
                }

                return made;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Node)]);
            case JsonValueKind.String:
                return JsonValue.Create(element.GetString());
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element.Clone());
        }
    }

    private static bool IsJson(string? contentType) =>
        contentType is null
        || (MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
            && (type.MediaType == "application/json" || type.Suffix == "json"));
}
