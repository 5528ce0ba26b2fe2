using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace KhaltiCheckout.Http;

/// <summary>The OpenAPI document as it is sent, built at its first use: it changes only with the program.</summary>
internal sealed class BuiltApiDocument([FromKeyedServices(BuiltApiDocument.Name)] IOpenApiDocumentProvider provider)
{
    internal const string Name = "v1";
    internal const OpenApiSpecVersion Version = OpenApiSpecVersion.OpenApi3_1;

    private readonly Lazy<Task<CompressedContent>> _content = new(() => BuildAsync(provider));

    internal Task<CompressedContent> ContentAsync() => _content.Value;

    internal async Task SendAsync(HttpContext context) => await (await ContentAsync()).SendAsync(context, "no-cache");

    private static async Task<CompressedContent> BuildAsync(IOpenApiDocumentProvider provider)
    {
        OpenApiDocument document = await provider.GetOpenApiDocumentAsync(CancellationToken.None);
        using MemoryStream json = new();
        await document.SerializeAsJsonAsync(json, Version, CancellationToken.None);
        return new CompressedContent("application/json", json.ToArray());
    }
}
