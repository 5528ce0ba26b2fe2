using Khalti.Client;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Catalogue;

/// <summary>What the catalogue says of a product.</summary>
/// <param name="Price">Paisa.</param>
public sealed record ProductView(
    string Id, string Name, string NameNe, string Description, string DescriptionNe, Paisa Price, string ImageUrl);

/// <summary>Shows what the shop sells.</summary>
internal static class ListProducts
{
    internal static async Task<Ok<List<ProductView>>> Handle(Products products, HttpResponse response, CancellationToken cancellationToken)
    {
        List<Product> all = await products.ListAsync(cancellationToken);

        // The price that counts is taken when the order is placed.
        response.Headers.CacheControl = "public, max-age=60";
        return TypedResults.Ok(all.ConvertAll(product => new ProductView(
            product.Id, product.Name, product.NameNe, product.Description, product.DescriptionNe, product.Price,
            $"/img/products/{product.Id}.svg")));
    }
}
