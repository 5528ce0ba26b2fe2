using Khalti.Client;
using KhaltiCheckout.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Catalogue;

/// <summary>What the catalogue says of a product.</summary>
/// <param name="Price">Paisa.</param>
public sealed record ProductView(
    string Id, string Name, string NameNe, string Description, string DescriptionNe, Paisa Price, string ImageUrl);

/// <summary>Shows what the shop sells.</summary>
internal static class ListProducts
{
    internal static async Task<Ok<List<ProductView>>> Handle(CheckoutDb db, HttpResponse response, CancellationToken cancellationToken)
    {
        List<ProductView> products = await db.Products.AsNoTracking()
            .OrderBy(product => product.Position)
            .Select(product => new ProductView(
                product.Id, product.Name, product.NameNe, product.Description, product.DescriptionNe, product.Price,
                "/img/products/" + product.Id + ".svg"))
            .ToListAsync(cancellationToken);

        // The price that counts is taken when the order is placed.
        response.Headers.CacheControl = "public, max-age=60";
        return TypedResults.Ok(products);
    }
}
