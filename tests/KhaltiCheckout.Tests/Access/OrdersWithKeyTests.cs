using System.Text.Json.Nodes;
using KhaltiCheckout.Access;
using KhaltiCheckout.Checkout;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Access;

/// <summary>Orders that another shop places with its key: lines and prices of its own, a reference, metadata.</summary>
public sealed class OrdersWithKeyTests
{
    private const string Orders = "/api/v1/orders";

    internal static object FromTheCatalogue => new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } };

    private static object[] Tea => [new { name = "Tea", unitPrice = 15000, quantity = 1 }];

    internal static object OwnLines(string? reference = null) => new
    {
        lines = new object[]
        {
            new { name = "Momo, 10 pieces", unitPrice = 18000, quantity = 2 },
            new { name = "मासु भात", unitPrice = 25050, quantity = 1 }
        },
        reference,
        metadata = new Dictionary<string, string> { ["table"] = "7", ["टेबल"] = "सात" },
    };

    [Fact]
    public async Task An_order_with_a_key_has_its_own_lines_prices_reference_and_metadata()
    {
        await using Shop shop = await Shop.OpenAsync();
        (string _, string key) = await shop.GivenKeyAsync("Momo House", Scopes.Checkout);

        JsonNode order = await shop.GivenOrderAsync(key, OwnLines("bill-1042"));

        ((long)order["amount"]!).ShouldBe(61050);
        order["lines"]!.ToJsonString(Relaxed).ShouldBe("""
            [{"productId":null,"name":"Momo, 10 pieces","unitPrice":18000,"quantity":2,"amount":36000,"kind":"item"},
            {"productId":null,"name":"मासु भात","unitPrice":25050,"quantity":1,"amount":25050,"kind":"item"}]
            """.ReplaceLineEndings(""));
        ((string?)order["reference"]).ShouldBe("bill-1042");
        order["metadata"]!.ToJsonString(Relaxed).ShouldBe("""{"table":"7","टेबल":"सात"}""");
        (await shop.ReadAsync(order)).ToJsonString().ShouldBe(order.ToJsonString());
        TimelineEntry placed = await shop.InDatabaseAsync(db => db.Timeline.SingleAsync());
        (placed.What, placed.By, placed.KeyName).ShouldBe(("order_placed", Actor.Merchant, "Momo House"));
    }

    [Fact]
    public async Task An_order_with_own_lines_is_paid_by_widget_and_by_ePayment()
    {
        await using Shop shop = await Shop.OpenAsync();

        JsonNode first = await shop.GivenOrderAsync(KeyHolding.SettingsKey, OwnLines("first"));
        (int status, JsonNode paid) = await shop.VerifyAsync(first, await shop.Sandbox.ConfirmedTokenAsync(61050, first.Id()));
        (status, paid.Status()).ShouldBe((200, "paid"));

        JsonNode second = await shop.GivenOrderAsync(KeyHolding.SettingsKey, OwnLines("second"));
        string pidx = await shop.GivenLinkAsync(second);
        (await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "completed"))).Status.ShouldBe(303);
        (await shop.ReadAsync(second)).Status().ShouldBe("paid");
    }

    public static TheoryData<string, object> OnlyWithAKey => new()
    {
        { "lines", new { lines = Tea } },
        { "invalid lines", new { lines = Array.Empty<object>() } },
        { "reference", new { items = new[] { new { productId = "ilam-tea", quantity = 1 } }, reference = "r" } },
        { "metadata", new { items = new[] { new { productId = "ilam-tea", quantity = 1 } }, metadata = new { a = "b" } } },
        { "empty metadata", new { items = new[] { new { productId = "ilam-tea", quantity = 1 } }, metadata = new { } } },
        { "returnUrl", new { items = new[] { new { productId = "ilam-tea", quantity = 1 } }, returnUrl = "https://evil.example/" } },
    };

    [Theory]
    [MemberData(nameof(OnlyWithAKey))]
    public async Task Fields_that_need_a_key_are_refused_without_one_before_validation(string what, object body)
    {
        await using Shop shop = await Shop.OpenAsync();
        (string _, string reader) = await shop.GivenKeyAsync("reader", Scopes.Read, Scopes.Refund);

        (await shop.SendAsync(HttpMethod.Post, Orders, body)).ShouldBeProblem(401, "unauthorized", what);
        (await shop.SendAsync("not-a-key-of-this-shop", HttpMethod.Post, Orders, body)).ShouldBeProblem(401, "unauthorized", what);
        (await shop.SendAsync(reader, HttpMethod.Post, Orders, body)).ShouldBeProblem(403, "forbidden", what);
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task The_catalogue_needs_no_key_but_refuses_an_invalid_one()
    {
        await using Shop shop = await Shop.OpenAsync();
        (string id, string reader) = await shop.GivenKeyAsync("reader", Scopes.Read);

        (await shop.SendAsync(HttpMethod.Post, Orders, FromTheCatalogue)).Status.ShouldBe(201);
        (await shop.SendAsync(reader, HttpMethod.Post, Orders, FromTheCatalogue)).Status.ShouldBe(201);
        await shop.RevokeAsync(id);
        (await shop.SendAsync(reader, HttpMethod.Post, Orders, FromTheCatalogue)).ShouldBeProblem(401, "unauthorized");
        (await shop.SendAsync(HttpMethod.Post, Orders, FromTheCatalogue, ("Authorization", "Basic c2l0YTo=")))
            .ShouldBeProblem(401, "unauthorized");
        (await shop.SendAsync(HttpMethod.Post, Orders, "{", ("Authorization", "Basic c2l0YTo="))).ShouldBeProblem(401, "unauthorized");
    }

    public static TheoryData<string, string> Nonsense => new()
    {
        { """{"lines":[]}""", "lines" },
        { """{"lines":null}""", "items" },
        { """{"lines":[null]}""", "lines[0]" },
        { """{"items":[{"productId":"ilam-tea","quantity":1}],"lines":[{"name":"Tea","unitPrice":1500,"quantity":1}]}""", "items" },
        { """{"items":[],"lines":[{"name":"Tea","unitPrice":1500,"quantity":1}]}""", "items" },
        { """{"lines":[{"name":"","unitPrice":1500,"quantity":1}]}""", "lines[0].name" },
        { """{"lines":[{"name":"   ","unitPrice":1500,"quantity":1}]}""", "lines[0].name" },
        { """{"lines":[{"name":"a\nb","unitPrice":1500,"quantity":1}]}""", "lines[0].name" },
        { $$"""{"lines":[{"name":"{{new string('n', 101)}}","unitPrice":1500,"quantity":1}]}""", "lines[0].name" },
        { """{"lines":[{"name":"Tea","unitPrice":1500,"quantity":1,"kind":"gift"}]}""", "lines[0].kind" },
        { """{"lines":[{"name":"Tea","unitPrice":1500,"quantity":1,"kind":1}]}""", "lines[0].kind" },
        { """{"lines":[{"name":"Off","unitPrice":-500,"quantity":1,"kind":"discount"}]}""", "lines[0].unitPrice" },
        { """{"lines":[{"name":"Tea","unitPrice":-1,"quantity":1}]}""", "lines[0].unitPrice" },
        { """{"lines":[{"name":"Tea","unitPrice":10.5,"quantity":1}]}""", "lines[0].unitPrice" },
        { """{"lines":[{"name":"Tea","unitPrice":"1500","quantity":1}]}""", "lines[0].unitPrice" },
        { """{"lines":[{"name":"Tea","unitPrice":10000000001,"quantity":1}]}""", "lines[0].unitPrice" },
        { """{"lines":[{"name":"Tea","unitPrice":9223372036854775807,"quantity":1000}]}""", "lines[0].unitPrice" },
        { """{"lines":[{"name":"Tea","unitPrice":1500,"quantity":0}]}""", "lines[0].quantity" },
        { """{"lines":[{"name":"Tea","unitPrice":1500,"quantity":1001}]}""", "lines[0].quantity" },
        { $$"""{"lines":[{{string.Join(',', Enumerable.Repeat("""{"name":"Tea","unitPrice":1500,"quantity":1}""", 51))}}]}""", "lines" },
        { WithTea("\"reference\":\"\""), "reference" },
        { WithTea("\"reference\":\"  \""), "reference" },
        { WithTea("\"reference\":\"a\\u0000b\""), "reference" },
        { WithTea($"\"reference\":\"{new string('r', 101)}\""), "reference" },
        { WithTea($"\"metadata\":{{{string.Join(',', Enumerable.Range(0, 21).Select(number => $"\"k{number}\":\"\""))}}}"), "metadata" },
        { WithTea($"\"metadata\":{{\"{new string('k', 41)}\":\"\"}}"), "metadata" },
        { WithTea($"\"metadata\":{{\"k\":\"{new string('v', 501)}\"}}"), "metadata" },
        { WithTea("\"metadata\":{\"\":\"v\"}"), "metadata" },
        { WithTea("\"metadata\":{\"k\\n\":\"v\"}"), "metadata" },
        { WithTea("\"metadata\":{\"k\":\"v\\u202e\"}"), "metadata" },
        { WithTea("\"metadata\":{\"k\":null}"), "metadata" },
        { WithTea("\"metadata\":{\"k\":1}"), "metadata.k" },
        { WithTea("\"metadata\":{\"k\":{}}"), "metadata.k" },
        { WithTea("\"metadata\":{\"k\":\"a\",\"k\":\"b\"}"), "metadata.k" },
        { WithTea("\"metadata\":{\"k\":\"\\ud800\"}"), "metadata.k" },
        { WithTea("\"metadata\":[]"), "metadata" },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task An_invalid_order_with_own_lines_is_refused(string body, string field)
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Orders, body))
            .ShouldBeProblem(400, "validation_failed", body)["errors"]!.AsObject().Select(error => error.Key).ShouldBe([field], body);
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task The_total_of_the_largest_order_is_exact()
    {
        await using Shop shop = await Shop.OpenAsync();
        object[] lines = [
            .. Enumerable.Repeat(new { name = new string('n', 100), unitPrice = PlaceOrderRules.HighestPrice, quantity = 1000 }, 50)];
        Dictionary<string, string> metadata = Enumerable.Range(10, 20).ToDictionary(
            number => new string('k', 38) + number.ToString(System.Globalization.CultureInfo.InvariantCulture), _ => new string('v', 500));

        JsonNode order = await shop.GivenOrderAsync(KeyHolding.SettingsKey, new { lines, metadata, reference = new string('r', 100) });

        ((long)order["amount"]!).ShouldBe(500_000_000_000_000);
        order["metadata"]!.AsObject().Count.ShouldBe(20);
    }

    [Fact]
    public async Task The_shops_amount_limits_apply_to_own_lines()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:MaxAmount", "20000"));

        (await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Orders, OwnLines())).ShouldBeProblem(422, "amount_out_of_range");
        (await shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Orders, new
        {
            lines = new[] { new { name = "Sweet", unitPrice = 999, quantity = 1 } }
        }))
            .ShouldBeProblem(422, "amount_out_of_range");
    }

    [Fact]
    public async Task Of_twenty_parallel_orders_with_one_reference_one_is_placed()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number =>
            (number % 2 == 0 ? shop : other).SendAsync(KeyHolding.SettingsKey, HttpMethod.Post, Orders, OwnLines("bill-7"))));

        JsonNode placed = answers.Where(answer => answer.Status == 201).ShouldHaveSingleItem().Json;
        foreach (Answer refused in answers.Where(answer => answer.Status != 201))
        {
            ((string?)refused.ShouldBeProblem(409, "reference_taken")["detail"])!.ShouldContain(placed.Id());
        }

        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(1);
        Answer without = await shop.SendAsync(HttpMethod.Post, Orders, OwnLines("bill-7"));
        without.ShouldBeProblem(401, "unauthorized");
        without.Text.ShouldNotContain(placed.Id());
    }

    [Fact]
    public async Task A_duplicate_reference_names_its_order_only_to_keys_of_scope_read()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode placed = await shop.GivenOrderAsync(KeyHolding.SettingsKey, OwnLines("bill-7"));
        (string _, string till) = await shop.GivenKeyAsync("Till", Scopes.Checkout);
        (string _, string office) = await shop.GivenKeyAsync("Office", Scopes.Checkout, Scopes.Read);

        Answer blind = await shop.SendAsync(till, HttpMethod.Post, Orders, OwnLines("bill-7"));
        Answer seeing = await shop.SendAsync(office, HttpMethod.Post, Orders, OwnLines("bill-7"));

        blind.ShouldBeProblem(409, "reference_taken");
        (blind.Text + string.Join(' ', blind.Headers.Values)).ShouldNotContain(placed.Id());
        ((string?)seeing.ShouldBeProblem(409, "reference_taken")["detail"])!.ShouldContain(placed.Id());
    }

    [Fact]
    public async Task Idempotency_keys_are_separate_for_each_API_key_and_session()
    {
        await using Shop shop = await Shop.OpenAsync();
        (string _, string key) = await shop.GivenKeyAsync("Momo House", Scopes.Checkout);
        (string _, string another) = await shop.GivenKeyAsync("Thakali Kitchen", Scopes.Checkout);
        string cookie = await shop.GivenSessionAsync(key);
        Task<Answer> PlaceAsync(params (string Name, string Value)[] headers) =>
            shop.SendAsync(HttpMethod.Post, Orders, FromTheCatalogue, [.. headers, ("Idempotency-Key", "order-1001-of-a-long-name")]);

        Answer first = await PlaceAsync(KeyHolding.Bearer(key));
        Answer lowerCase = await PlaceAsync(("Authorization", "bearer  " + key));
        Answer byCookie = await PlaceAsync(KeyHolding.Cookie(cookie), KeyHolding.Meant);
        Answer other = await PlaceAsync(KeyHolding.Bearer(another));
        Answer nobody = await PlaceAsync();
        Answer unmeant = await PlaceAsync(KeyHolding.Cookie(cookie));

        ((Answer[])[first, lowerCase, byCookie, other, nobody, unmeant]).ShouldAllBe(answer => answer.Status == 201);
        lowerCase.Json.Id().ShouldBe(first.Json.Id());
        byCookie.Json.Id().ShouldBe(first.Json.Id());
        byCookie.Headers["Idempotency-Replayed"].ShouldBe("true");
        unmeant.Json.Id().ShouldBe(nobody.Json.Id());
        new[] { first, other, nobody }.Select(answer => answer.Json.Id()).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task An_invalid_key_never_gets_a_stored_idempotent_answer()
    {
        await using Shop shop = await Shop.OpenAsync();
        (string id, string key) = await shop.GivenKeyAsync("Momo House", Scopes.Checkout);
        JsonNode order = await shop.GivenOrderAsync();
        Task<Answer> CancelAsync(params (string Name, string Value)[] headers) =>
            shop.SendAsync(
                HttpMethod.Post, $"{Orders}/{order.Id()}/cancel", null, [.. headers, ("Idempotency-Key", "cancel-it-0123456789abcdef")]);
        (await CancelAsync()).Status.ShouldBe(200);
        (await CancelAsync(KeyHolding.Bearer(key))).ShouldBeProblem(409, "not_cancellable");

        (await CancelAsync()).Headers.Keys.ShouldContain("Idempotency-Replayed");
        foreach (string wrong in (string[])["Basic c2l0YTo=", "Bearer wrong", id, "Bearer " + id])
        {
            (await CancelAsync(("Authorization", wrong))).Headers.Keys.ShouldNotContain("Idempotency-Replayed", wrong);
        }
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string WithTea(string member) => $$"""{"lines":[{"name":"Tea","unitPrice":1500,"quantity":1}],{{member}}}""";
}
