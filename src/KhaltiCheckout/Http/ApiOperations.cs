using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace KhaltiCheckout.Http;

/// <summary>What holds for every operation alike: the limits on POSTs, the headers of answers, and what an id is.</summary>
internal sealed class ApiOperations : IOpenApiOperationTransformer
{
    private static readonly Dictionary<string, (string Header, string Says)> Headers = new(StringComparer.Ordinal)
    {
        ["201"] = ("Location", "The address of what was made."),
        ["202"] = ("Location", "The order: read it until the outcome is known."),
        ["429"] = ("Retry-After", "Seconds to wait."),
        ["503"] = ("Retry-After", "Seconds to wait, with `busy`."),
    };

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.Responses ??= [];
        if (string.Equals(context.Description.HttpMethod, "POST", StringComparison.OrdinalIgnoreCase))
        {
            // Measured before any route of ours is asked, body or not.
            foreach (string status in (string[])["413", "415", "429"])
            {
                operation.Responses.TryAdd(status, Problem(context));
            }
        }

        IList<object> metadata = context.Description.ActionDescriptor.EndpointMetadata;
        string? policy = metadata.OfType<IAllowAnonymous>().Any() ? null : metadata.OfType<IAuthorizeData>().LastOrDefault()?.Policy;
        OpenApiSecurityRequirement nothing = [];
        OpenApiSecurityRequirement key = new() { [new OpenApiSecuritySchemeReference(ApiDocument.KeyScheme, context.Document)] = [] };
        operation.Security = policy is null ? [nothing] : metadata.OfType<KeyIsOptional>().Any() ? [nothing, key] : [key];

        foreach (OpenApiMediaType events in operation.Responses.Values
            .SelectMany(answer => answer.Content ?? new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal))
            .Where(content => content.Key == "text/event-stream").Select(content => content.Value).OfType<OpenApiMediaType>())
        {
            events.Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "Server-sent events; the data of each is JSON."
            };
        }

        foreach (HeaderParameter header in metadata.OfType<HeaderParameter>())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = header.Name,
                In = ParameterLocation.Header,
                Description = header.Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = header.MinLength, MaxLength = header.MaxLength },
                Example = header.Example,
            });
        }

        OpenApiResponses inOrder = [];
        foreach ((string status, IOpenApiResponse answer) in operation.Responses.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            inOrder.Add(status, answer);
        }

        operation.Responses = inOrder;
        RouteExample? route = RouteExamples.Of(metadata);
        foreach (OpenApiParameter id in (operation.Parameters ?? []).OfType<OpenApiParameter>().Where(parameter => parameter.Name == "id"))
        {
            (id.Description, id.Example) = (route?.Id?.Description, route?.Id?.Example);
        }

        string? without = route?.WithoutHeader?.ToString(CultureInfo.InvariantCulture);
        foreach ((string status, OpenApiResponse answer) in operation.Responses.Select(
            pair => (pair.Key, (OpenApiResponse)pair.Value)).ToArray())
        {
            if (Headers.TryGetValue(status, out (string Header, string Says) told) && status != without)
            {
                answer.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
                answer.Headers[told.Header] = new OpenApiHeader
                {
                    Description = told.Says,
                    Schema = new OpenApiSchema { Type = told.Header == "Retry-After" ? JsonSchemaType.Integer : JsonSchemaType.String },
                };
            }
        }

        return Task.CompletedTask;
    }

    private static OpenApiResponse Problem(OpenApiOperationTransformerContext context) => new()
    {
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            [Problems.MediaType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(nameof(Problem), context.Document) },
        },
    };
}

/// <summary>Says of a route, for the API's document, that it takes a key and does without.</summary>
internal sealed class KeyIsOptional;
