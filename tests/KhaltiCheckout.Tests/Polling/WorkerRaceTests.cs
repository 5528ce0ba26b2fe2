using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Tests.Payments;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Polling;

public sealed class WorkerRaceTests
{
    [Fact]
    public async Task Of_parallel_rounds_one_checks_a_payment()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
        await shop.VerifyAsync(order, token);
        await shop.Sandbox.FaultAsync("status", "delay", delayMs: 200);
        shop.Clock.Advance(TimeSpan.FromSeconds(6));

        (int Asked, int Expired)[] rounds = await RaceTests.AtOnceAsync(8, _ => shop.PassAsync());

        rounds.Sum(round => round.Asked).ShouldBe(1);
        (await shop.Sandbox.CountAsync("status")).ShouldBe(1);
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_probe_of_a_payment_resolved_meanwhile_makes_no_call()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();
        string settled = await shop.InDatabaseAsync(
            db => db.Payments.Where(payment => payment.OrderId == order.Id()).Select(payment => payment.Id).SingleAsync());
        await using AsyncServiceScope process = shop.Services.CreateAsyncScope();

        Finding? finding = await process.ServiceProvider.GetRequiredService<PaymentProcessor>()
            .CheckWithLeaseAsync(settled, Actor.Worker, CheckTrigger.Scheduled, TestContext.Current.CancellationToken);

        finding.ShouldBeNull();
        (await shop.Sandbox.CountAsync("status")).ShouldBe(0);
    }

    [Fact]
    public async Task Two_processes_check_each_payment_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        await using Shop other = shop.OpenAnother();
        other.ExpectWarnings();
        List<JsonNode> orders = [];
        await shop.Sandbox.FaultAsync("verify", "drop_after", times: 20);
        for (int shopper = 0; shopper < 20; shopper++)
        {
            (JsonNode order, string token) = await shop.GivenConfirmedAsync();
            await (shopper % 2 == 0 ? shop : other).VerifyAsync(order, token);
            orders.Add(order);
        }

        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        (int Asked, int Expired)[] rounds = await RaceTests.AtOnceAsync(4, process => (process % 2 == 0 ? shop : other).PassAsync());
        int later = (await shop.PassAsync()).Asked + (await other.PassAsync()).Asked;

        (rounds.Sum(round => round.Asked) + later).ShouldBe(20);
        foreach (JsonNode order in orders)
        {
            (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        }
    }

    [Fact]
    public async Task Expire_against_verify_ends_either_expired_and_unpaid_or_paid()
    {
        await using Shop shop = await Shop.OpenAsync();
        for (int round = 0; round < 15; round++)
        {
            (JsonNode order, string token) = await shop.GivenConfirmedAsync();

            // The verify reads its instant a moment before the end or at it; the worker comes at the end.
            shop.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
            Task<(int Status, JsonNode Body)> verify = shop.VerifyAsync(order, token);
            Task<(int Asked, int Expired)> pass = shop.PassAfterAsync(TimeSpan.FromMilliseconds(1));
            await Task.WhenAll(verify, pass);

            string state = await shop.Sandbox.StateAsync(token);
            string status = (await shop.ReadAsync(order)).Status();
            (status, state).ShouldBeOneOf(("paid", "Completed"), ("expired", "Confirmed"));
            (await verify).Status.ShouldBe(status == "paid" ? 200 : 409);
        }
    }

    [Fact]
    public async Task Fifty_posts_to_two_processes_verify_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "delay", delayMs: 100);

        (int Status, JsonNode Body)[] answers = await RaceTests.AtOnceAsync(
            50, post => (post % 2 == 0 ? shop : other).VerifyAsync(order, token));

        answers.ShouldAllBe(answer => answer.Status == 200 || answer.Status == 202);
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(1);
        (await shop.InDatabaseAsync(db => db.Payments.CountAsync())).ShouldBe(1);
    }
}
