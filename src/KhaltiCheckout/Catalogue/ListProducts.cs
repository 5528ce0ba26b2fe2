using Khalti.Client;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Catalogue;

/// <summary>What the catalogue says of a product.</summary>
/// <param name="Price">Paisa.</param>
public sealed record ProductView(
    string Id, string Name, string NameNe, string Description, string DescriptionNe, Paisa Price, string ImageUrl);

/// <summary>Shows what the shop sells.</summary>
internal static class ListProducts
{
    private const string SelectProducts =
        """SELECT "Id", "Name", "NameNe", "Description", "DescriptionNe", "Price" FROM "Products" ORDER BY "Position" """;

    internal static async Task<Ok<List<ProductView>>> Handle(CheckoutStore store, HttpResponse response, CancellationToken cancellationToken)
    {
        List<ProductView> products = await store.ReadAsync(
            sql => sql.ListAsync(
                SelectProducts,
                static row => new ProductView(
                    row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Text(4), row.Paisa(5), $"/img/products/{row.Text(0)}.svg")),
            cancellationToken);

        // The price that counts is taken when the order is placed.
        response.Headers.CacheControl = "public, max-age=60";
        return TypedResults.Ok(products);
    }
}
