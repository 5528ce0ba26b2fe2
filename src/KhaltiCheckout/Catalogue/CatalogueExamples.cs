using KhaltiCheckout.Http;

namespace KhaltiCheckout.Catalogue;

/// <summary>What the API's document shows of the routes of <see cref="CatalogueFeature"/>.</summary>
internal static class CatalogueExamples
{
    private const string Products = """
        [{"id":"ilam-tea","name":"Ilam tea","nameNe":"इलाम चिया","description":"100 g of black tea.",
          "descriptionNe":"१०० ग्राम कालो चिया।","price":18500,"imageUrl":"/img/products/ilam-tea.svg"}]
        """;

    internal static readonly RouteExample ListProducts = new() { Answers = { [200] = ("Every product.", Products) } };
}
