using System.Text.Json.Nodes;
using KhaltiCheckout.Catalogue;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.PostgreSql;

/// <summary>Two processes of the shop on one PostgreSQL: the promises hold between them as they do within one.</summary>
[Trait("Database", "PostgreSql")]
public sealed class TwoProcessesTests
{
    [OnPostgreSql]
    public async Task Twenty_posts_of_one_token_to_two_processes_verify_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "delay", delayMs: 100);

        (int Status, JsonNode Body)[] answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(post => (post % 2 == 0 ? shop : other).VerifyAsync(order, token)));

        answers.ShouldAllBe(answer => answer.Status == 200 || answer.Status == 202);
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(1);
        JsonNode paid = await other.ReadAsync(order);
        (paid.Status(), paid["payments"]!.AsArray().Count).ShouldBe(("paid", 1));
    }

    [OnPostgreSql]
    public async Task Two_parallel_tokens_of_one_order_in_two_processes_charge_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        for (int round = 0; round < 5; round++)
        {
            JsonNode order = await shop.GivenOrderAsync();
            string[] tokens =
            [
                await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id()),
                await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id()),
            ];

            (int Status, JsonNode Body)[] answers =
                await Task.WhenAll(shop.VerifyAsync(order, tokens[0]), other.VerifyAsync(order, tokens[1]));

            answers.Count(answer => answer.Status == 200)
                .ShouldBe(1, string.Join('\n', answers.Select(answer => answer.Body.ToJsonString())));
            answers.Count(answer => answer.Status == 409).ShouldBe(1);
            (await shop.Sandbox.CountAsync("verify")).ShouldBe(round + 1);
        }
    }

    [OnPostgreSql]
    public async Task Parallel_receipt_numbers_of_two_processes_have_no_gaps_or_duplicates()
    {
        const int Orders = 24;
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        List<(JsonNode Order, string Token)> confirmed = [];
        for (int order = 0; order < Orders; order++)
        {
            confirmed.Add(await shop.GivenConfirmedAsync());
        }

        (int Status, JsonNode Body)[] answers = await Task.WhenAll(
            confirmed.Select((one, place) => (place % 2 == 0 ? shop : other).VerifyAsync(one.Order, one.Token)));

        answers.ShouldAllBe(answer => answer.Status == 200);
        int?[] counts = await shop.InDatabaseAsync(
            db => db.Orders.OrderBy(order => order.ReceiptCount).Select(order => order.ReceiptCount).ToArrayAsync());
        counts.ShouldBe(Enumerable.Range(1, Orders).Select(count => (int?)count));
    }

    [OnPostgreSql]
    public async Task The_same_idempotent_create_in_two_processes_makes_one_order()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();

        HttpRequestMessage Request()
        {
            HttpRequestMessage request = new(HttpMethod.Post, "/api/v1/orders")
            {
                Content = System.Net.Http.Json.JsonContent.Create(new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } }),
            };
            request.Headers.Add("Idempotency-Key", "one-request-0123456789abc");
            return request;
        }

        (int Status, JsonNode Body)[] answers = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(post => (post % 2 == 0 ? shop : other).SendAsync(Request())));

        answers.ShouldAllBe(answer => answer.Status == 201 || answer.Body.Code() == "idempotency_in_progress");
        answers.Where(answer => answer.Status == 201).Select(answer => answer.Body.Id()).Distinct().ShouldHaveSingleItem();
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync())).ShouldBe(1);
    }

    [OnPostgreSql]
    public async Task Two_processes_can_start_on_an_empty_database_at_once()
    {
        using TestDatabase empty = TestDatabase.OnServer(empty: true);

        Shop[] shops = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => Task.Run(() => Shop.OpenAsync(("Database:ConnectionString", empty.ConnectionString)))));

        foreach (Shop shop in shops)
        {
            (await shop.GetAsync("/health/ready")).Status.ShouldBe(200);
            (await shop.InDatabaseAsync(db => db.Products.CountAsync())).ShouldBe(8);
            (await shop.InDatabaseAsync(async db => (await db.Database.GetPendingMigrationsAsync()).ToArray())).ShouldBeEmpty();
            await shop.DisposeAsync();
        }
    }
}
