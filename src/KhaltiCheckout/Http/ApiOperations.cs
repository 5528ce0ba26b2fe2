using KhaltiCheckout.Access;
using KhaltiCheckout.Idempotency;
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
        operation.Security = policy switch { null => [nothing], Scopes.KeyOrNone => [nothing, key], _ => [key] };

        foreach (OpenApiMediaType events in operation.Responses.Values
            .SelectMany(answer => answer.Content ?? new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal))
            .Where(content => content.Key == "text/event-stream").Select(content => content.Value).OfType<OpenApiMediaType>())
        {
            events.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Server-sent events; the data of each is the order as JSON." };
        }

        if (metadata.OfType<TakesIdempotencyKey>().Any())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = IdempotencyFilter.Header,
                In = ParameterLocation.Header,
                Description = "A text of your own, new for each request you mean to make. The same key and body again gives the first "
                    + "answer again, with `Idempotency-Replayed: true`, for 24 hours. Kept apart for each API key; without one make it "
                    + "long and random, such as a UUID: fewer than 20 characters are refused.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyFilter.MaxKeyLength },
                Example = "5f0c2a1e-84c1-4b1e-9d6f-0a7e3c5b1042",
            });
        }

        OpenApiResponses inOrder = [];
        foreach ((string status, IOpenApiResponse answer) in operation.Responses.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            inOrder.Add(status, answer);
        }

        operation.Responses = inOrder;
        foreach (OpenApiParameter id in (operation.Parameters ?? []).OfType<OpenApiParameter>().Where(parameter => parameter.Name == "id"))
        {
            (id.Description, id.Example) = IdOf(context.Description.RelativePath ?? "");
        }

        foreach ((string status, OpenApiResponse answer) in operation.Responses.Select(pair => (pair.Key, (OpenApiResponse)pair.Value)).ToArray())
        {
            // A key has no address of its own, and nobody knows when the shop will be ready.
            if (Headers.TryGetValue(status, out (string Header, string Says) told) && (status, operation.OperationId) is not (("201", "CreateKey") or ("503", "Ready")))
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

    private static (string Description, string Example) IdOf(string path) =>
        path.Contains("/payments/{id}", StringComparison.Ordinal) ? ("The payment's id, as it stands in its order.", ApiExamples.PaymentId)
            : path.Contains("/refunds/{id}", StringComparison.Ordinal) ? ("The refund's id, as it stands in its order.", ApiExamples.RefundId)
            : path.Contains("/keys/{id}", StringComparison.Ordinal) ? ("The key's id.", ApiExamples.KeyId)
            : path.Contains("/sessions/{id}", StringComparison.Ordinal)
                ? ("The sign-in's id, as it stands in the list.", ApiExamples.SessionId)
            : ("The order's id, as it was given when the order was placed.", ApiExamples.OrderId);

    private static OpenApiResponse Problem(OpenApiOperationTransformerContext context) => new()
    {
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            [Problems.MediaType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(nameof(Problem), context.Document) },
        },
    };
}
