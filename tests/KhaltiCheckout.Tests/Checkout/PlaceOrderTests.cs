using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Checkout;

public sealed class PlaceOrderTests
{
    [Fact]
    public async Task An_orders_amount_is_calculated_from_the_catalogue()
    {
        await using Shop shop = await Shop.OpenAsync();
        Dictionary<string, long> prices = (await shop.GetAsync("/api/v1/products")).Body.AsArray()
            .ToDictionary(product => (string)product!["id"]!, product => (long)product!["price"]!);

        (int status, JsonNode order) = await shop.PostAsync("/api/v1/orders", new
        {
            items = new[]
            {
                new { productId = "dhaka-topi", quantity = 3 }, new { productId = "ilam-tea", quantity = 1 },
                new { productId = "dhaka-topi", quantity = 2 },
            },
        });

        status.ShouldBe(201);
        JsonArray lines = order["lines"]!.AsArray();
        lines.Select(line => ((string?)line!["productId"], (int)line["quantity"]!))
            .ShouldBe([("dhaka-topi", 3), ("ilam-tea", 1), ("dhaka-topi", 2)]);
        foreach (JsonNode? line in lines)
        {
            ((long)line!["unitPrice"]!).ShouldBe(prices[(string)line["productId"]!]);
            ((long)line["amount"]!).ShouldBe((long)line["unitPrice"]! * (int)line["quantity"]!);
        }

        ((long)order["amount"]!).ShouldBe(lines.Sum(line => (long)line!["amount"]!));
        ((long)order["amount"]!).ShouldBe((5 * prices["dhaka-topi"]) + prices["ilam-tea"]);
    }

    [Fact]
    public async Task A_new_order_is_pending_for_an_hour_at_its_Location()
    {
        await using Shop shop = await Shop.OpenAsync();

        Answer answer = await PostAsync(shop, """{"items":[{"productId":"ilam-tea","quantity":2}],"customer":{"name":"Sita Rai"}}""");

        answer.Status.ShouldBe(201);
        answer.Headers["Location"].ShouldBe("/api/v1/orders/" + answer.Json.Id());
        answer.Text.ShouldBe($$$"""
            {"id":"{{{answer.Json.Id()}}}","number":"{{{(string)answer.Json["number"]!}}}",
            "status":"pending","amount":37000,"amountRefunded":0,"currency":"NPR",
            "lines":[{"productId":"ilam-tea","name":"Ilam tea","unitPrice":18500,"quantity":2,"amount":37000,"kind":"item"}],
            "customer":{"name":"Sita Rai"},"reference":null,"metadata":{},
            "createdAt":"2026-11-21T06:00:00.000Z","expiresAt":"2026-11-21T07:00:00.000Z","paidAt":null,"receipt":null,"payments":[]}
            """.ReplaceLineEndings(""));
        (await shop.AskAsync(answer.Headers["Location"])).Text.ShouldBe(answer.Text);
    }

    [Fact]
    public async Task The_order_lifetime_comes_from_the_settings()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "00:15:00"));

        ((string?)(await shop.GivenOrderAsync())["expiresAt"]).ShouldBe("2026-11-21T06:15:00.000Z");
    }

    [Theory]
    [InlineData("सीता राई")]
    [InlineData("क्‍ष श्‍याम")]
    [InlineData("<script>alert('x')</script>")]
    [InlineData("Robert'); DROP TABLE Orders;--")]
    [InlineData("\"Sita\" & {Rai} \\ %00 ${x}")]
    [InlineData("💸 𝒮ita")]
    public async Task A_customers_name_is_returned_unchanged(string name)
    {
        await using Shop shop = await Shop.OpenAsync();

        (int status, JsonNode order) = await shop.PostAsync(
            "/api/v1/orders", new { items = new[] { new { productId = "ilam-tea", quantity = 1 } }, customer = new { name } });

        status.ShouldBe(201);
        ((string?)(await shop.ReadAsync(order))["customer"]!["name"]).ShouldBe(name);
    }

    [Fact]
    public async Task The_public_view_leaves_out_merchant_data()
    {
        await using Shop shop = await Shop.OpenAsync();
        (int _, JsonNode order) = await shop.PostAsync("/api/v1/orders", new
        {
            items = new[] { new { productId = "ilam-tea", quantity = 1 } },
            customer = new { name = "Sita", email = "sita@example.com", phone = "+977 9812345678" },
        });
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        (int status, JsonNode paid) = await shop.VerifyAsync(order, token);

        status.ShouldBe(200);
        foreach (JsonNode view in (JsonNode[])[paid, await shop.ReadAsync(order)])
        {
            view.AsObject().Select(member => member.Key).ShouldBe(
                ["id", "number", "status", "amount", "amountRefunded", "currency", "lines", "customer", "reference", "metadata",
                    "createdAt", "expiresAt", "paidAt", "receipt", "payments"]);
            view["customer"]!.AsObject().Select(member => member.Key).ShouldBe(["name"]);
            view.Payment().AsObject().Select(member => member.Key).ShouldBe(
                ["id", "method", "status", "khaltiState", "amount", "transactionId", "failure", "createdAt", "completedAt"]);
        }

        (await shop.InDatabaseAsync(db => db.Orders.SingleAsync())).CustomerPhone.ShouldBe("+9779812345678");
        (await shop.InDatabaseAsync(db => db.Payments.SingleAsync())).Fee.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1001)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public async Task A_quantity_out_of_bounds_is_refused(int quantity)
    {
        await using Shop shop = await Shop.OpenAsync();

        (await PostAsync(shop, Items(1, quantity))).ShouldBeProblem(400, "validation_failed")["errors"]!["items[0].quantity"]
            .ShouldNotBeNull();
    }

    [Theory]
    [InlineData(1, 1, 201)]
    [InlineData(1, 1000, 201)]
    [InlineData(50, 1000, 201)]
    [InlineData(51, 1, 400)]
    public async Task An_order_has_up_to_fifty_lines_of_up_to_a_thousand(int lines, int quantity, int status)
    {
        await using Shop shop = await Shop.OpenAsync();

        Answer answer = await PostAsync(shop, Items(lines, quantity));

        answer.Status.ShouldBe(status);
        if (status == 201)
        {
            ((long)answer.Json["amount"]!).ShouldBe(lines * quantity * 450_000L);
        }
    }

    [Theory]
    [InlineData("yeti")]
    [InlineData("Ilam-Tea")]
    [InlineData("ilam-tea ")]
    [InlineData("ilam-te_")]
    [InlineData("%")]
    public async Task An_unknown_product_is_refused_and_nothing_is_stored(string productId)
    {
        await using Shop shop = await Shop.OpenAsync();

        Answer answer =
            await PostAsync(shop, $$"""{"items":[{"productId":"ilam-tea","quantity":1},{"productId":"{{productId}}","quantity":1}]}""");

        answer.ShouldBeProblem(404, "not_found");
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task Blank_customer_details_are_stored_as_null()
    {
        await using Shop shop = await Shop.OpenAsync();

        Answer answer =
            await PostAsync(shop, """{"items":[{"productId":"ilam-tea","quantity":1}],"customer":{"name":"  ","email":"","phone":" "}}""");

        answer.Status.ShouldBe(201);
        answer.Json["customer"]!["name"].ShouldBeNull();
    }

    private static string Items(int lines, int quantity) =>
        $$"""{"items":[{{string.Join(',', Enumerable.Repeat($$"""{"productId":"pashmina-shawl","quantity":{{quantity}}}""", lines))}}]}""";

    private static Task<Answer> PostAsync(Shop shop, string body) =>
        shop.AskAsync(HttpMethod.Post, "/api/v1/orders", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
}
