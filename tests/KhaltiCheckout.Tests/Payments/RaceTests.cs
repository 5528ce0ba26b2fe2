using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Payments;

/// <summary>Many posts at once, on real parallel connections.</summary>
public sealed class RaceTests
{
    [Fact]
    public async Task Fifty_parallel_posts_of_one_token_verify_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "delay", delayMs: 150);

        (int Status, JsonNode Body)[] answers = await AtOnceAsync(50, _ => shop.VerifyAsync(order, token));

        answers.ShouldAllBe(answer => answer.Status == 200 || answer.Status == 202);
        answers.ShouldAllBe(answer => answer.Body.Id() == order.Id());
        answers.ShouldContain(answer => answer.Status == 200);
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(1);
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task One_token_for_two_orders_in_parallel_pays_at_most_one()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode first, string token) = await shop.GivenConfirmedAsync();
        JsonNode second = await shop.GivenOrderAsync();

        (int Status, JsonNode Body)[] answers = await AtOnceAsync(20, post => shop.VerifyAsync(post % 2 == 0 ? first : second, token));

        (await shop.Sandbox.CountAsync("verify")).ShouldBe(1);
        answers.Where(answer => answer.Status >= 400).ShouldAllBe(answer => answer.Body.Code() == "token_already_used");
        (await shop.InDatabaseAsync(db => db.Payments.CountAsync())).ShouldBe(1);
        (await shop.InDatabaseAsync(db => db.Orders.CountAsync(order => order.Status == OrderStatus.Paid)))
            .ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task Ten_parallel_tokens_for_one_order_charge_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        string[] tokens = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(_ => shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id())));
        await shop.Sandbox.FaultAsync("verify", "delay", delayMs: 100);

        (int Status, JsonNode Body)[] answers = await AtOnceAsync(10, post => shop.VerifyAsync(order, tokens[post]));

        answers.Count(answer => answer.Status == 200).ShouldBe(1);
        answers.Where(answer => answer.Status != 200)
            .ShouldAllBe(answer => answer.Body.Code() == "payment_in_progress" || answer.Body.Code() == "order_not_payable");
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(1);
        (await shop.Sandbox.ListAsync("/_sandbox/transactions"))
            .Count(transaction => (string?)transaction["state"] == "Completed").ShouldBe(1);
    }

    [Fact]
    public async Task Cancel_against_verify_ends_either_cancelled_and_unpaid_or_paid()
    {
        await using Shop shop = await Shop.OpenAsync();
        for (int round = 0; round < 15; round++)
        {
            (JsonNode order, string token) = await shop.GivenConfirmedAsync();

            (int Status, JsonNode Body)[] answers = await AtOnceAsync(
                2, post => post == 0 ? shop.VerifyAsync(order, token) : shop.CancelAsync(order));

            string state = await shop.Sandbox.StateAsync(token);
            string status = (await shop.ReadAsync(order)).Status();
            (status, state).ShouldBeOneOf(("paid", "Completed"), ("cancelled", "Confirmed"));
            answers[0].Status.ShouldBe(status == "paid" ? 200 : 409);
            answers[1].Status.ShouldBe(status == "paid" ? 409 : 200);
        }
    }

    internal static Task<T[]> AtOnceAsync<T>(int count, Func<int, Task<T>> act)
    {
        TaskCompletionSource start = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<T>[] all = [.. Enumerable.Range(0, count).Select(async number =>
        {
            await start.Task;
            return await act(number);
        })];
        start.SetResult();
        return Task.WhenAll(all);
    }
}
