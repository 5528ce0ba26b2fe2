using System.Text.Json;
using Khalti.Client;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace KhaltiCheckout.Http;

/// <summary>Says of types with a JSON converter of their own what the generator can't see.</summary>
internal sealed class ApiSchemas : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        Type type = context.JsonTypeInfo.Type;
        Type value = Nullable.GetUnderlyingType(type) ?? type;
        if (value == typeof(Paisa))
        {
            schema.Type = JsonSchemaType.Integer;
            schema.Format = "int64";
            schema.Minimum = "0";
            schema.Description = "An amount of money in paisa, a whole number: NPR 1 = 100 paisa.";
        }
        else if (value == typeof(DateTimeOffset))
        {
            bool nullable = value != type || context.JsonPropertyInfo?.IsSetNullable == true;
            schema.Type = nullable ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
        }
        else if (value.IsEnum)
        {
            // Whether it may be null is said where it is used.
            schema.Type = JsonSchemaType.String;
            schema.Enum = schema.Enum?.Where(word => word?.GetValueKind() == JsonValueKind.String).ToList();
        }
        else if (type == typeof(Problem))
        {
            schema.AdditionalPropertiesAllowed = true;
        }

        return Task.CompletedTask;
    }

    /// <summary>An amount or null as one schema of two types: of a choice between null and an
    /// integer by name, generators make a class.</summary>
    internal static void InlineNullableAmounts(OpenApiDocument document)
    {
        foreach (IDictionary<string, IOpenApiSchema> properties in (document.Components?.Schemas
            ?? new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal))
            .Values.Select(schema => schema.Properties).OfType<IDictionary<string, IOpenApiSchema>>())
        {
            foreach ((string name, IOpenApiSchema property) in properties.ToArray())
            {
                if (property.OneOf?.OfType<OpenApiSchemaReference>().SingleOrDefault() is { Reference.Id: nameof(Paisa) } amount)
                {
                    properties[name] = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Integer | JsonSchemaType.Null,
                        Format = "int64",
                        Minimum = "0",
                        Description = amount.Description,
                    };
                }
            }
        }
    }
}
