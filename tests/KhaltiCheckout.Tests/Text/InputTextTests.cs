using System.Text.Json.Nodes;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Text;

/// <summary>What people type and paste means the same to the API as to the pages, whose tests run the same examples.</summary>
public sealed class InputTextTests
{
    private static readonly JsonArray Examples =
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "typed-text.json")))!.AsArray();

    [Fact]
    public void Input_text_is_normalized_as_on_the_pages()
    {
        foreach (JsonNode? example in Examples)
        {
            string typed = (string)example!["typed"]!;
            string meant = (string)example["kind"]! switch
            {
                "phone" => InputText.Phone(typed),
                "mobile" => InputText.Mobile(typed),
                _ => InputText.Line(typed),
            };

            meant.ShouldBe((string)example["meant"]!, example.ToJsonString());
        }
    }

    [Fact]
    public async Task A_valid_phone_or_email_is_accepted_and_normalized()
    {
        await using Shop shop = await Shop.OpenAsync();
        foreach (JsonNode? example in Examples.Where(example => (string)example!["kind"]! is "phone" or "email"))
        {
            string field = (string)example!["kind"]!;
            JsonObject body = new()
            {
                ["items"] = new JsonArray(new JsonObject { ["productId"] = "ilam-tea", ["quantity"] = 1 }),
                ["customer"] = new JsonObject { [field] = (string)example["typed"]! },
            };

            (int status, JsonNode order) = await shop.PostAsync("/api/v1/orders", body);

            status.ShouldBe((bool)example["accepted"]! ? 201 : 400, example.ToJsonString());
            if (status == 201)
            {
                ((string?)(await shop.AsMerchantAsync($"/api/v1/admin/orders/{order.Id()}")).Json["customer"]![field])
                    .ShouldBe((string)example["meant"]!, example.ToJsonString());
            }
        }
    }

    [Fact]
    public async Task Every_input_text_is_stored_without_invisible_characters()
    {
        await using Shop shop = await Shop.OpenAsync();
        object line = new { name = "\u200fIlam\u00a0 tea\u200b", unitPrice = 18_500, quantity = 1 };
        JsonNode order = await shop.GivenOrderAsync(
            KeyHolding.SettingsKey,
            new { lines = new[] { line }, reference = "\ufeffbill\u00a07 ", customer = new { name = "\u202eSita\u202c Rai\u00a0" } });
        await shop.VerifyAsync(order, await shop.Sandbox.ConfirmedTokenAsync(18_500, order.Id()));

        Answer refund = await shop.AsMerchantAsync(
            HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/refunds", new { amount = 1000, reason = "too\u00a0sweet\u200b " });
        Answer key = await shop.AsMerchantAsync(
            HttpMethod.Post, "/api/v1/admin/keys", new { name = "\u200bSunita\u00a0at the desk ", scopes = new[] { "read" } });
        JsonNode found =
            (await shop.WithKeyAsync(HttpMethod.Get, "/api/v1/admin/orders?q=" + Uri.EscapeDataString("\u200ebill\u00a07\u00a0"))).Body;

        ((string?)order["lines"]![0]!["name"]).ShouldBe("Ilam tea");
        ((string?)order["reference"]).ShouldBe("bill 7");
        ((string?)order["customer"]!["name"]).ShouldBe("Sita Rai");
        refund.Status.ShouldBe(201, refund.Text);
        ((string?)refund.Json["reason"]).ShouldBe("too sweet");
        ((string?)key.Json["name"]).ShouldBe("Sunita at the desk");
        found["data"]!.AsArray().ShouldHaveSingleItem()!.Id().ShouldBe(order.Id());
    }

    [Theory]
    [InlineData("(01) 4412345")]
    [InlineData("०१-४४१२३४५")]
    [InlineData("\u202a014412345\u202c")]
    public async Task A_customer_is_found_by_phone_number_in_every_format(string typed)
    {
        await using Shop shop = await Shop.OpenAsync();
        (int status, JsonNode order) = await shop.PostAsync(
            "/api/v1/orders",
            new { items = new[] { new { productId = "ilam-tea", quantity = 1 } }, customer = new { phone = "01 441 2345" } });
        status.ShouldBe(201);

        JsonNode found = (await shop.WithKeyAsync(HttpMethod.Get, "/api/v1/admin/orders?q=" + Uri.EscapeDataString(typed))).Body;

        found["data"]!.AsArray().ShouldHaveSingleItem()!.Id().ShouldBe(order.Id());
    }
}
