using KhaltiCheckout.Http;

namespace KhaltiCheckout.Catalogue;

internal static class CatalogueFeature
{
    internal static void AddCatalogue(this IServiceCollection services) => services.AddSingleton<Products>();

    internal static void MapCatalogue(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/products", ListProducts.Handle)
            .WithName("ListProducts")
            .WithExample(() => CatalogueExamples.ListProducts)
            .WithTags("Shop")
            .WithSummary("The catalogue")
            .WithDescription("Every product the shop sells, with its price in paisa, in the order of the catalogue.")
            .CanFail(503);
}
