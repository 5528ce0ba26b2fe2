using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Refunds;

/// <summary>Many refunds at once, on real parallel connections.</summary>
public sealed class RefundRaceTests
{
    [Fact]
    public async Task Twenty_parallel_full_refunds_are_one_call()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.FaultAsync("refund", "delay", delayMs: 150);

        (int Status, JsonNode Body)[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shop.RefundAsync(order)));

        answers.Count(answer => answer.Status == 201).ShouldBe(1);
        answers.Where(answer => answer.Status != 201).ShouldAllBe(answer => answer.Body.Code() == "not_refundable");
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(1);
        (await shop.InDatabaseAsync(db => db.Refunds.CountAsync())).ShouldBe(1);
        (await shop.ReadAsync(order)).Status().ShouldBe("refunded");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_two_parallel_refunds_of_an_order_paid_twice_one_is_made(bool booksReadBefore)
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        JsonNode order = await shop.GivenPaidTwiceAsync();
        Stop stop = wire.StopNext("/epayment/lookup/", onTheWayBack: booksReadBefore);

        // The second gives the last payment back while the first, which has chosen the same one, reads Khalti's books.
        Task<(int Status, JsonNode Body)> first = shop.RefundAsync(order);
        await stop.Reached;
        (int status, JsonNode refund) = await shop.RefundAsync(order);
        stop.LetGo();
        (int late, JsonNode problem) = await first;

        status.ShouldBe(201, refund.ToJsonString());
        (late, problem.Code()).ShouldBe((409, "not_refundable"));
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(1);
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task Parallel_partial_refunds_in_two_processes_never_exceed_the_payment()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        (JsonNode order, _) = await shop.GivenPaidAsync();

        for (int round = 0; round < 3; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(post => (post % 2 == 0 ? shop : other).RefundAsync(order, 7000)));
        }

        long refunded = (await shop.Sandbox.ListAsync("/_sandbox/transactions")).Sum(transaction => (long)transaction["refundedAmount"]!);
        refunded.ShouldBe(14000);
        ((long)(await shop.ReadAsync(order))["amountRefunded"]!).ShouldBe(refunded);
        (await shop.Sandbox.CountAsync("refund")).ShouldBe(2);
    }

    [Fact]
    public async Task Two_workers_check_a_lost_refund_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        await shop.Sandbox.FaultAsync("refund", "drop_after", times: 1);
        await shop.RefundAsync(order);
        int before = await shop.Sandbox.CountAsync("detail");
        await shop.Sandbox.FaultAsync("detail", "delay", delayMs: 100);
        shop.Clock.Advance(TimeSpan.FromSeconds(6));

        await Task.WhenAll(shop.PassAsync(), other.PassAsync());

        (await shop.Sandbox.CountAsync("detail")).ShouldBe(before + 1);
        (await shop.ReadAsync(order)).Status().ShouldBe("refunded");
    }

    [Theory]
    [InlineData("\"AmountReserved\" = 1")]
    [InlineData("\"AmountRefunded\" = 18500, \"AmountReserved\" = 1")]
    [InlineData("\"AmountRefunded\" = 18501")]
    [InlineData("\"AmountRefunded\" = -1")]
    public async Task The_database_itself_refuses_more_than_was_paid(string change)
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        (await shop.RefundAsync(order)).Status.ShouldBe(201);

#pragma warning disable EF1002 // A constant of this test.
        await Should.ThrowAsync<System.Data.Common.DbException>(() =>
            shop.InDatabaseAsync(db => db.Database.ExecuteSqlRawAsync($"""UPDATE "Payments" SET {change}""")));
#pragma warning restore EF1002
    }
}
