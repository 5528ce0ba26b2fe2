using Microsoft.OpenApi;

namespace KhaltiCheckout.Http;

/// <summary>The OpenAPI document, its examples, and the errors that each operation can give.</summary>
internal static class ApiDocument
{
    internal static void AddApiDocument(this IServiceCollection services) =>
        services.AddOpenApi("v1", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "Khalti Checkout",
                    Version = "v1",
                    Description = "Orders and their payment through Khalti. Every amount is an integer in paisa (NPR 1 = 100 paisa), "
                        + "every time is RFC 3339 in UTC, every error is an `application/problem+json` with a stable `code`.",
                };

                // Whoever reads the document knows where it came from; a snapshot must not know a port.
                document.Servers = [];
                return Task.CompletedTask;
            });
            options.AddOperationTransformer<ApiExamples>();
        });

    internal static void UseApiDocument(this WebApplication app)
    {
        app.MapOpenApi();
        app.UseSwaggerUI(ui =>
        {
            ui.SwaggerEndpoint("/openapi/v1.json", "Khalti Checkout v1");
            ui.RoutePrefix = "swagger";
            ui.DocumentTitle = "Khalti Checkout API";
        });
    }

    /// <summary>Which errors a route may answer with, all of them problem documents.</summary>
    internal static RouteHandlerBuilder CanFail(this RouteHandlerBuilder route, params int[] statuses)
    {
        foreach (int status in statuses)
        {
            route.ProducesProblem(status, Problems.MediaType);
        }

        return route;
    }
}
