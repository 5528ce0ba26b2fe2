using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Payments;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Attack;

/// <summary>Orders and answers that belong to somebody else.</summary>
public sealed class StealingTests
{
    private static readonly object Tea = new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } };
    private static readonly object Topi =
        new { items = new[] { new { productId = "dhaka-topi", quantity = 1 } }, customer = new { name = "Sita Rai" } };

    [Theory]
    [InlineData("ord_")]
    [InlineData("1")]
    [InlineData("ord_01k9x4c7qmf3t8v5z2w6y1n0ah")]
    [InlineData("';DROP TABLE Orders;--")]
    [InlineData("x' OR '1'='1")]
    [InlineData("ord_%")]
    [InlineData("*")]
    [InlineData("ord_\u0000")]
    [InlineData("ord_🙏")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("..%2f..%2fadmin")]
    public async Task A_guessed_or_manipulated_order_id_is_not_found(string id)
    {
        await using Target shop = await Target.OpenAsync();
        await shop.OrderAsync();
        string path = $"/api/v1/orders/{Uri.EscapeDataString(id)}";

        Answered read = await shop.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
        Answered cancel = await shop.SendAsync(new HttpRequestMessage(HttpMethod.Post, path + "/cancel"));
        Answered verify = await shop.PostAsync("/api/v1/payments/verify", new { orderId = id, token = "abc", amount = 18_500 });

        foreach (Answered answer in (Answered[])[read, cancel, verify])
        {
            answer.Status.ShouldBeOneOf(400, 404);
            answer.Text.ShouldNotContain("SQLite");
            answer.Text.ShouldNotContain("<script");
        }
    }

    [Fact]
    public async Task A_similar_id_gets_the_same_answer_as_an_unknown_one()
    {
        await using Target shop = await Target.OpenAsync();
        string id = (await shop.OrderAsync()).Id();
        string neighbour = id[..^1] + (id[^1] == '0' ? '1' : '0');

        string DescribeAnswer(Answered answer)
        {
            answer.Status.ShouldBe(404);
            JsonNode problem = answer.Json;
            problem["traceId"] = "";
            return problem.ToJsonString();
        }

        string[] answers =
        [
            DescribeAnswer(await shop.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/v1/orders/{neighbour}"))),
            DescribeAnswer(await shop.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/orders/ord_01k9x4c7qmf3t8v5z2w6y1n0ah"))),
            DescribeAnswer(await shop.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/api/v1/orders/{neighbour}/cancel"))),
            DescribeAnswer(await shop.PostAsync("/api/v1/payments/verify", new { orderId = neighbour, token = "abc", amount = 18_500 })),
        ];
        answers.Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Order_ids_are_unpredictable_and_not_listed()
    {
        await using Target shop = await Target.OpenAsync();
        List<string> tails = [];
        for (int order = 0; order < 20; order++)
        {
            tails.Add((await shop.OrderAsync()).Id()[^14..]);
        }

        tails.Distinct().Count().ShouldBe(20);
        tails.Select(tail => tail[0]).Distinct().Count().ShouldBeGreaterThan(1);
        (await shop.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/orders"))).Status.ShouldBeOneOf(401, 404, 405);
        (await shop.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/orders/"))).Status.ShouldBeOneOf(401, 404, 405);
    }

    [Fact]
    public async Task Cancelling_an_order_during_its_payment_leaves_it_paid_or_uncharged()
    {
        await using Target shop = await Target.OpenAsync();
        for (int round = 0; round < 8; round++)
        {
            (JsonNode order, string token) = await shop.ConfirmedAsync();
            await RaceTests.AtOnceAsync(3, post => post == 0
                ? shop.VerifyAsync(order, token)
                : shop.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/api/v1/orders/{order.Id()}/cancel")));

            ((await shop.ReadAsync(order)).Status(), await shop.Sandbox.StateAsync(token))
                .ShouldBeOneOf(("paid", "Completed"), ("cancelled", "Confirmed"));
        }
    }

    [Fact]
    public async Task A_paid_order_cannot_be_cancelled()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode paid, string _) = await shop.PaidAsync();

        Answered answer = await shop.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/api/v1/orders/{paid.Id()}/cancel"));

        (answer.Status, answer.Code).ShouldBe((409, "not_cancellable"));
        (await shop.ReadAsync(paid)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_foreign_idempotency_key_with_another_body_reveals_nothing()
    {
        await using Target shop = await Target.OpenAsync();
        string key = Guid.NewGuid().ToString();
        Answered first = await shop.PostAsync("/api/v1/orders", Topi, key);

        Answered thief = await shop.PostAsync("/api/v1/orders", Tea, key);

        (thief.Status, thief.Code).ShouldBe((422, "idempotency_key_reused"));
        thief.Text.ShouldNotContain(first.Json.Id());
        thief.Text.ShouldNotContain("Sita");
        thief.Headers.ShouldNotContain("ord_");
    }

    [Fact]
    public async Task An_idempotency_key_of_one_order_moves_no_money_of_another()
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode first, string token) = await shop.ConfirmedAsync();
        (JsonNode second, string other) = await shop.ConfirmedAsync();
        string key = Guid.NewGuid().ToString();
        await shop.PostAsync("/api/v1/payments/verify", new { orderId = first.Id(), token, amount = 18_500 }, key);

        Answered answer =
            await shop.PostAsync("/api/v1/payments/verify", new { orderId = second.Id(), token = other, amount = 18_500 }, key);

        (answer.Status, answer.Code).ShouldBe((422, "idempotency_key_reused"));
        await shop.NothingMovedAsync(second, other);
    }

    [Fact]
    public async Task Twenty_parallel_posts_with_one_key_make_one_order()
    {
        await using Target shop = await Target.OpenAsync();
        string key = Guid.NewGuid().ToString();

        Answered[] answers = await RaceTests.AtOnceAsync(20, _ => shop.PostAsync("/api/v1/orders", Tea, key));

        answers.Where(answer => answer.Status == 201).Select(answer => answer.Json.Id()).Distinct().Count().ShouldBe(1);
        answers.Where(answer => answer.Status != 201).ShouldAllBe(answer => answer.Code == "idempotency_in_progress");
    }

    [Theory]
    [InlineData("")]
    [InlineData("नमस्ते")]
    [InlineData("tab\there")]
    public async Task An_invalid_idempotency_key_is_refused(string key)
    {
        await using Target shop = await Target.OpenAsync();

        Answered answer = await shop.PostAsync("/api/v1/orders", Tea, key);

        (answer.Status, answer.Code).ShouldBe((400, "validation_failed"));
    }

    [Fact]
    public async Task The_public_view_has_no_token_phone_email_fee_or_attention()
    {
        await using Target shop = await Target.OpenAsync();
        Answered placed = await shop.PostAsync("/api/v1/orders", new
        {
            items = new[] { new { productId = "ilam-tea", quantity = 1 } },
            customer = new { name = "Sita Rai", email = "sita.rai@example.com", phone = "9841234567" },
        });
        string token = await shop.TokenAsync(18_500, placed.Json.Id());
        Answered paid = await shop.VerifyAsync(placed.Json, token);

        paid.Status.ShouldBe(200);
        foreach (string secret in (string[])[token, "9841234567", "sita.rai@example.com", "\"fee\"", "attention", "timeline"])
        {
            placed.Text.ShouldNotContain(secret);
            paid.Text.ShouldNotContain(secret);
        }
    }
}
