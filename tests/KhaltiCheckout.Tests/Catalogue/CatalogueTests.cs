using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Catalogue;

public sealed class CatalogueTests
{
    [Fact]
    public async Task The_catalogue_shows_eight_products_each_whole()
    {
        await using Shop shop = await Shop.OpenAsync();

        JsonArray products = (await shop.GetAsync("/api/v1/products")).Body.AsArray();

        products.Count.ShouldBe(8);
        products.Select(product => (string?)product!["id"]).ShouldBeUnique();
        foreach (JsonNode? product in products)
        {
            product!.AsObject().Select(member => member.Key)
                .ShouldBe(["id", "name", "nameNe", "description", "descriptionNe", "price", "imageUrl"]);
            ((long)product["price"]!).ShouldBeGreaterThanOrEqualTo(1000);
            ((string?)product["nameNe"]).ShouldNotBeNull().ShouldContain(letter => letter >= 'ऀ' && letter <= 'ॿ');
            ((string?)product["imageUrl"]).ShouldBe($"/img/products/{product["id"]}.svg");
        }

        products.Count(product => (long)product!["price"]! <= 20_000).ShouldBeGreaterThanOrEqualTo(3, "some must be sold before KYC");
    }

    [Fact]
    public async Task Every_product_has_its_picture()
    {
        await using Shop shop = await Shop.OpenAsync();
        string root = Path.Combine(shop.Services.GetRequiredService<IWebHostEnvironment>().ContentRootPath, "wwwroot", "img", "products");

        JsonArray products = (await shop.GetAsync("/api/v1/products")).Body.AsArray();

        products.Select(product => $"{product!["id"]}.svg").Where(file => !File.Exists(Path.Combine(root, file))).ShouldBeEmpty();
    }
}
