using System.Net.ServerSentEvents;
using System.Reflection;
using KhaltiCheckout.Shared;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace KhaltiCheckout.Http;

/// <summary>The OpenAPI document, its examples, and the errors that each operation can give.</summary>
internal static class ApiDocument
{
    internal const string KeyScheme = "apiKey";

    private const string UiPath = "/swagger";

    internal static void AddApiDocument(this IServiceCollection services)
    {
        services.AddSingleton<BuiltApiDocument>();
        services.AddOpenApi(BuiltApiDocument.Name, options =>
        {
            options.OpenApiVersion = BuiltApiDocument.Version;

            // A type that was renamed in the code keeps the name that generated clients know.
            options.CreateSchemaReferenceId = static type =>
                (Nullable.GetUnderlyingType(type.Type) ?? type.Type).GetCustomAttribute<SchemaNameAttribute>()?.Name
                ?? OpenApiOptions.CreateDefaultSchemaReferenceId(type);

            // HEAD is GET without a body: described once.
            options.ShouldInclude = static description => description.HttpMethod != HttpMethods.Head;
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "Khalti Checkout",
                    Version = "v1",
                    Description = "Orders and their payment through Khalti. Every amount is an integer in paisa (NPR 1 = 100 paisa), "
                        + "every time is RFC 3339 in UTC, every error is an `application/problem+json` with a stable `code`.",
                };

                document.Components ??= new OpenApiComponents();
                document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
                document.Components.SecuritySchemes[KeyScheme] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "An API key: `Authorization: Bearer …`.",
                };

                // Where the document itself came from: it knows no name and no port.
                document.Servers = [new OpenApiServer { Url = "/", Description = "The shop that serves this document." }];

                ApiSchemas.InlineNullableAmounts(document);

                // An event stream is text; the type that the framework writes it from is nothing for a client.
                foreach (string name in (document.Components.Schemas?.Keys ?? [])
                    .Where(name => name.StartsWith(nameof(SseItem<>), StringComparison.Ordinal)).ToArray())
                {
                    document.Components.Schemas!.Remove(name);
                }

                document.Tags = new HashSet<OpenApiTag>
                {
                    new() { Name = "Shop", Description = "What there is to buy, and how to pay here." },
                    new()
                    {
                        Name = "Orders",
                        Description =
                            "What is bought and what it costs. Anyone with the order's id may read it, pay it and cancel it."
                    },
                    new()
                    {
                        Name = "Payments",
                        Description =
                            "Paying an order through Khalti. An answer may be that the outcome is not known "
                                + "yet: then read the order until it is."
                    },
                    new()
                    {
                        Name = "Refunds",
                        Description =
                            "Refunds. An answer may be that the outcome is not known yet: then read "
                                + "the refund until it is, and send no other."
                    },
                    new()
                    {
                        Name = "Admin",
                        Description = "For the merchant, with an API key: finding orders, what became of them, and what the days brought."
                    },
                    new()
                    {
                        Name = "Day's close",
                        Description = "Whether a day's books agree with Khalti's, and what mends them where they do not."
                    },
                    new() { Name = "Events", Description = "What has happened to orders, payments and refunds, for other systems." },
                    new() { Name = "Keys", Description = "API keys, what each may do, and signing in with one on the admin pages." },
                    new() { Name = "Health", Description = "For load balancers and operators." },
                };
                return Task.CompletedTask;
            });
            options.AddOperationTransformer<ApiOperations>();
            options.AddOperationTransformer<ApiExamples>();
            options.AddSchemaTransformer<ApiSchemas>();
        });
    }

    internal static void MapApiDocument(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/openapi/v1.json", static (HttpContext context, BuiltApiDocument document) => document.SendAsync(context))
            .ExcludeFromDescription();

    internal static void UseSwaggerPages(this WebApplication app) =>

        // It matches every request's path with patterns of its own: only those that may be meant get so far.
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments(UiPath, StringComparison.OrdinalIgnoreCase),
            swagger => swagger.UseSwaggerUI(ui =>
        {
            ui.SwaggerEndpoint("/openapi/v1.json", "Khalti Checkout v1");
            ui.RoutePrefix = UiPath[1..];
            ui.DocumentTitle = "Khalti Checkout API";
        }));

    /// <summary>Which errors a route may answer with, all of them problem documents.</summary>
    internal static RouteHandlerBuilder CanFail(this RouteHandlerBuilder route, params int[] statuses)
    {
        foreach (int status in statuses)
        {
            route.Produces<Problem>(status, Problems.MediaType);
        }

        return route;
    }
}
