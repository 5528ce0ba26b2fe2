using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Checkout;

/// <summary>How little and how much an order may cost. Prices: timur-pepper 12000, lokta-notebook 19500, dhaka-topi 50000.</summary>
public sealed class OrderLimitTests
{
    private static readonly (string Key, string? Value)[] TestMode =
    [
        ("Khalti:Mode", "Test"), ("Admin:ApiKeys:0", Starting.MerchantKey),
        ("Khalti:Widget:PublicKey", "test_public_key_0123456789abcdef0123456789abcdef"),
        ("Khalti:Widget:SecretKey", "test_secret_key_fedcba9876543210fedcba9876543210"),
    ];

    [Theory]
    [InlineData("lokta-notebook", 1, 201)]
    [InlineData("timur-pepper", 2, 422)]
    [InlineData("dhaka-topi", 1, 422)]
    public async Task Outside_the_sandbox_the_default_maximum_is_200_rupees(string productId, int quantity, int status)
    {
        await using Shop shop = await Shop.OpenAsync(TestMode);

        (int answered, JsonNode body) = await PlaceAsync(shop, productId, quantity);

        answered.ShouldBe(status);
        if (status == 422)
        {
            body.Code().ShouldBe("amount_out_of_range");
            ((string)body["detail"]!).ShouldContain("Rs 200.00");
        }
    }

    [Fact]
    public async Task The_shops_maximum_replaces_the_default()
    {
        await using Shop shop = await Shop.OpenAsync([.. TestMode, ("Store:MaxAmount", "50000")]);

        (await PlaceAsync(shop, "dhaka-topi", 1)).Status.ShouldBe(201);
        (await PlaceAsync(shop, "dhaka-topi", 2)).Status.ShouldBe(422);
    }

    [Fact]
    public async Task In_the_sandbox_there_is_no_default_maximum()
    {
        await using Shop free = await Shop.OpenAsync();
        (await PlaceAsync(free, "pashmina-shawl", 1000)).Status.ShouldBe(201);

        await using Shop limited = await Shop.OpenAsync(("Store:MaxAmount", "449999"));
        (await PlaceAsync(limited, "pashmina-shawl", 1)).Status.ShouldBe(422);
    }

    [Theory]
    [InlineData("12000", 201)]
    [InlineData("12001", 422)]
    public async Task An_order_below_the_minimum_amount_is_refused(string least, int status)
    {
        await using Shop shop = await Shop.OpenAsync(("Store:MinAmount", least));

        (await PlaceAsync(shop, "timur-pepper", 1)).Status.ShouldBe(status);
    }

    private static Task<(int Status, JsonNode Body)> PlaceAsync(Shop shop, string productId, int quantity) =>
        shop.PostAsync("/api/v1/orders", new { items = new[] { new { productId, quantity } } });
}
