using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace KhaltiCheckout.Checkout;

/// <summary>Says in the API's document what <see cref="PlaceOrderRules"/> bound.</summary>
internal sealed class PlaceOrderSchema : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        Type type = context.JsonTypeInfo.Type;
        if (type == typeof(PlaceOrderRequest))
        {
            Property(schema, "items").MinItems = 1;
            Property(schema, "items").MaxItems = PlaceOrderRules.MaxLines;
            Property(schema, "lines").MinItems = 1;
            Property(schema, "lines").MaxItems = PlaceOrderRules.MaxLines;
            Property(schema, "reference").MaxLength = PlaceOrderRules.MaxReferenceLength;
            Property(schema, "metadata").MaxProperties = PlaceOrderRules.MaxMetadata;
        }
        else if (type == typeof(OrderLineRequest))
        {
            Property(schema, "name").MaxLength = PlaceOrderRules.MaxNameLength;
            BoundQuantity(schema);
        }
        else if (type == typeof(OrderItemRequest))
        {
            Property(schema, "productId").MaxLength = PlaceOrderRules.MaxProductIdLength;
            BoundQuantity(schema);
        }
        else if (type == typeof(OrderCustomerRequest))
        {
            Property(schema, "name").MaxLength = PlaceOrderRules.MaxNameLength;
            Property(schema, "email").MaxLength = PlaceOrderRules.MaxEmailLength;
            Property(schema, "phone").MaxLength = PlaceOrderRules.MaxPhoneLength;
        }

        return Task.CompletedTask;
    }

    private static void BoundQuantity(OpenApiSchema schema)
    {
        Property(schema, "quantity").Minimum = "1";
        Property(schema, "quantity").Maximum = PlaceOrderRules.MaxQuantity.ToString(CultureInfo.InvariantCulture);
    }

    private static OpenApiSchema Property(OpenApiSchema schema, string name) => (OpenApiSchema)schema.Properties![name];
}
