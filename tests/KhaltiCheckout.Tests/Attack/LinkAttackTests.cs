using System.Text;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Payments;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Attack;

/// <summary>Getting a payment link for less, for another order, to another place, or a thousand of them.</summary>
public sealed class LinkAttackTests
{
    // The sandbox's keys, by their fill.
    private static readonly string[] Keys = [.. "2357ad9".Select(fill => new string(fill, 32)), "secret_key"];

    [Theory]
    [InlineData("\"amount\":1000")]
    [InlineData("\"total_amount\":1000")]
    [InlineData("\"Amount\":1000")]
    [InlineData("\"amount_breakdown\":[{\"label\":\"Discount\",\"amount\":-17500}]")]
    [InlineData("\"return_url\":\"https://evil.example/\"")]
    [InlineData("\"returnUrl\":\"https://evil.example/\"")]
    [InlineData("\"website_url\":\"https://evil.example/\"")]
    [InlineData("\"purchase_order_id\":\"ord_1\"")]
    [InlineData("\"pidx\":\"bZQLD9wRVWo4CdESSfuSsB\"")]
    [InlineData("\"ttl\":1")]
    [InlineData("\"merchant_extra\":\"x\"")]
    [InlineData("\"orderId\":\"ord_1\"")]
    [InlineData("\"ORDERID\":\"ord_1\"")]
    [InlineData("\"__proto__\":{\"amount\":1000}")]
    public async Task A_link_request_accepts_only_the_order_id(string member)
    {
        await using Target shop = await Target.OpenAsync();
        JsonNode order = await shop.OrderAsync();

        Answered answer = await shop.PostTextAsync("/api/v1/payments/initiate", $$"""{"orderId":"{{order.Id()}}",{{member}}}""");

        (answer.Status, answer.Code).ShouldBe((400, "validation_failed"));
        (await shop.ReadAsync(order))["payments"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_links_amount_is_the_orders_whatever_the_query_says()
    {
        await using Target shop = await Target.OpenAsync();
        JsonNode order = await shop.OrderAsync("pashmina-shawl");

        Answered answer = await shop.PostAsync(
            "/api/v1/payments/initiate?amount=1000&orderId=ord_1&return_url=https://evil.example/", new { orderId = order.Id() });

        answer.Status.ShouldBe(201);
        JsonNode asked = await shop.AskedForAsync(order);
        ((long)asked["amount"]!).ShouldBe(450_000);
        asked.ToJsonString().ShouldNotContain("evil");
        asked["product_details"]!.AsArray().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_placed_order_cannot_be_changed()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string pidx) = await shop.LinkAsync();
        foreach (string method in (string[])["PUT", "PATCH", "POST", "DELETE"])
        {
            Answered answer = await shop.SendAsync(new HttpRequestMessage(new HttpMethod(method), $"/api/v1/orders/{order.Id()}")
            {
                Content = new StringContent("""{"amount":1000,"lines":[],"items":[]}""", Encoding.UTF8, "application/json"),
            });
            answer.Status.ShouldBeOneOf(404, 405);
        }

        ((long)(await shop.ReadAsync(order))["amount"]!).ShouldBe(18_500);
        ((long)(await shop.Sandbox.LinkAsync(pidx))["amount"]!).ShouldBe(18_500);
    }

    [Fact]
    public async Task A_price_that_changes_after_the_order_changes_neither_link_nor_outcome()
    {
        await using Target target = await Target.OpenAsync();
        Shop shop = target.Inside("it changes the catalogue");
        JsonNode order = await target.OrderAsync();
        await shop.InDatabaseAsync(db => db.Database.ExecuteSqlAsync($"""UPDATE "Products" SET "Price" = 1000 WHERE "Id" = 'ilam-tea'"""));

        string pidx = await shop.GivenLinkAsync(order);
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await target.ReturnAsync(back.Query);

        ((long)(await shop.Sandbox.LinkAsync(pidx))["amount"]!).ShouldBe(18_500);
        JsonNode paid = await target.ReadAsync(order);
        (paid.Status(), (long)paid["amount"]!).ShouldBe(("paid", 18_500));
    }

    [Fact]
    public async Task A_request_with_another_Host_gets_no_link()
    {
        await using Target shop = await Target.OpenAsync();
        JsonNode order = await shop.OrderAsync();
        HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/payments/initiate")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { orderId = order.Id() })
        };
        request.Headers.Host = "evil.example";

        Answered answer = await shop.SendAsync(request);

        (answer.Status, answer.Code).ShouldBe((400, "host_not_allowed"), answer.Text);
        (answer.Headers + answer.Text).ShouldNotContain("evil");
        (await shop.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/v1/orders/{order.Id()}")))
            .Text.ShouldContain("\"payments\":[]");
    }

    [Theory]
    [InlineData("X-Forwarded-Host")]
    [InlineData("X-Forwarded-Proto")]
    [InlineData("X-Forwarded-Prefix")]
    [InlineData("Forwarded")]
    [InlineData("X-Original-Host")]
    [InlineData("X-Original-URL")]
    [InlineData("Origin")]
    [InlineData("Referer")]
    public async Task No_header_changes_the_return_address(string header)
    {
        await using Target shop = await Target.OpenAsync();
        JsonNode order = await shop.OrderAsync();
        HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/payments/initiate")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { orderId = order.Id() })
        };
        request.Headers.TryAddWithoutValidation(header, header switch
        {
            "Forwarded" => "host=evil.example;proto=https",
            "X-Forwarded-Prefix" or "X-Original-URL" => "//evil.example",
            "Origin" or "Referer" => "https://evil.example",
            "X-Forwarded-Proto" => "evil",
            _ => "evil.example",
        });

        Answered answer = await shop.SendAsync(request);

        answer.Status.ShouldBe(201, answer.Text);
        JsonNode asked = await shop.AskedForAsync(order);
        new Uri((string)asked["return_url"]!).AbsolutePath.ShouldBe("/payments/khalti/return");
        (asked.ToJsonString() + answer.Headers + answer.Text).ShouldNotContain("evil");
    }

    [Fact]
    public async Task A_custom_return_address_requires_a_key()
    {
        await using Target shop = await Target.OpenAsync();

        Answered answer = await shop.PostAsync(
            "/api/v1/orders", new { items = new[] { new { productId = "ilam-tea", quantity = 1 } }, returnUrl = "https://evil.example/" });

        (answer.Status, answer.Code).ShouldBe((401, "unauthorized"));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("text/plain; application/json")]
    [InlineData("")]
    public async Task Another_site_cannot_create_links_with_a_simple_request(string mediaType)
    {
        await using Target shop = await Target.OpenAsync();
        JsonNode order = await shop.OrderAsync();
        HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/payments/initiate")
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"orderId":"{{order.Id()}}"}""")),
        };
        request.Headers.Add("Origin", "https://evil.example");
        if (mediaType.Length > 0)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        Answered answer = await shop.SendAsync(request);

        (answer.Status, answer.Code).ShouldBe((415, "unsupported_media_type"));
        (await shop.ReadAsync(order))["payments"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_CORS_preflight_for_initiate_is_refused()
    {
        await using Target shop = await Target.OpenAsync();
        HttpRequestMessage preflight = new(HttpMethod.Options, "/api/v1/payments/initiate");
        preflight.Headers.Add("Origin", "https://evil.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type");

        // Target looks for a header that lets it in.
        (await shop.SendAsync(preflight)).Status.ShouldBeOneOf(404, 405);
    }

    [Fact]
    public async Task Two_hundred_parallel_requests_make_one_link()
    {
        await using Target shop = await Target.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.OrderAsync();

        Answered[] answers = await RaceTests.AtOnceAsync(200, _ => shop.InitiateAsync(order));

        // On a busy machine some wait too long for a connection to the database: 503, and nothing is done for them.
        answers.ShouldAllBe(answer => answer.Status == 201 || answer.Status == 429 || answer.Status == 503);
        answers.Where(answer => answer.Status == 201).Select(answer => (string?)answer.Json["pidx"]).Distinct().ShouldHaveSingleItem();
        (await shop.ReadAsync(order))["payments"]!.AsArray().ShouldHaveSingleItem();
        await shop.AskedForAsync(order);
    }

    [Fact]
    public async Task A_reused_idempotency_key_reveals_no_link()
    {
        await using Target shop = await Target.OpenAsync();
        JsonNode first = await shop.OrderAsync();
        JsonNode second = await shop.OrderAsync();
        string key = Guid.NewGuid().ToString();
        Answered link = await shop.PostAsync("/api/v1/payments/initiate", new { orderId = first.Id() }, key);

        Answered thief = await shop.PostAsync("/api/v1/payments/initiate", new { orderId = second.Id() }, key);

        (thief.Status, thief.Code).ShouldBe((422, "idempotency_key_reused"));
        thief.Text.ShouldNotContain((string)link.Json["pidx"]!);
        (await shop.ReadAsync(second))["payments"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_ePayment_secret_key_is_never_sent_to_a_browser()
    {
        await using Target shop = await Target.OpenAsync();
        JsonNode order = await shop.OrderAsync();
        Answered link = await shop.InitiateAsync(order);
        JsonNode asked = await shop.AskedForAsync(order);
        Uri back = await shop.Sandbox.OutcomeAsync((string)link.Json["pidx"]!, "completed");
        Answered answer = await shop.ReturnAsync(back.Query);

        new Uri((string)asked["return_url"]!).Query.ShouldBeEmpty("Khalti does not say how it merges a query");
        foreach (string key in Keys)
        {
            foreach (string text in (string[])[link.Text + link.Headers, asked.ToJsonString(), back.ToString(), answer.Text
                + answer.Headers])
            {
                text.ShouldNotContain(key, Case.Insensitive);
            }
        }
    }

    [Fact]
    public async Task A_pidx_is_in_the_answer_to_initiate_and_nowhere_else()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string pidx) = await shop.LinkAsync();
        Uri back = await shop.Sandbox.OutcomeAsync(pidx, "completed");
        await shop.ReturnAsync(back.Query);
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");

        foreach (string path in (string[])[$"/api/v1/orders/{order.Id()}", $"/order.html?id={order.Id()}", "/api/v1/config",
            "/health/ready"])
        {
            Answered answer = await shop.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
            (answer.Text + answer.Headers).ShouldNotContain(pidx, Case.Insensitive, path);
        }

        Answered second = await shop.InitiateAsync(order);
        (second.Status, second.Code).ShouldBe((409, "order_not_payable"));
        second.Text.ShouldNotContain(pidx);
    }

    [Fact]
    public async Task The_log_of_link_payments_has_no_pidx_transaction_key_or_phone_number()
    {
        await using Target target = await Target.OpenAsync();
        Shop shop = target.Inside("it reads the log");
        shop.ExpectWarnings();
        List<string> secrets = ["secret_key", "9841234567", "sita.rai", "9800000001", new string('3', 32)];
        foreach (string outcome in (string[])["completed", "canceled", "expired", "failed", "pending"])
        {
            Answered placed = await target.PostAsync("/api/v1/orders", new
            {
                items = new[] { new { productId = "ilam-tea", quantity = 1 } },
                customer = new { name = "Sita Rai", email = "sita.rai@example.com", phone = "9841234567" },
            });
            string pidx = await shop.GivenLinkAsync(placed.Json);
            Uri back = await shop.Sandbox.OutcomeAsync(pidx, outcome);
            await shop.Sandbox.FaultAsync("epayment_lookup", "error", 401, times: 1);
            await target.ReturnAsync(back.Query);
            await target.ReturnAsync($"?pidx={pidx}x&token={pidx}");
            await shop.PassAfterAsync(TimeSpan.FromSeconds(20));
            secrets.Add(pidx);
            secrets.Add((string)(await shop.Sandbox.LinkAsync(pidx))["idx"]!);
        }

        await shop.PassAfterAsync(TimeSpan.FromHours(2));

        string[] written = [
            .. shop.Log.Lines.Where(line => !line.StartsWith("Microsoft.", StringComparison.Ordinal)), .. shop.Log.Warnings];
        written.ShouldContain(line => line.Contains("/payments/khalti/return", StringComparison.Ordinal));
        foreach (string secret in secrets)
        {
            written.ShouldNotContain(line => line.Contains(secret, StringComparison.OrdinalIgnoreCase), secret);
        }
    }
}
