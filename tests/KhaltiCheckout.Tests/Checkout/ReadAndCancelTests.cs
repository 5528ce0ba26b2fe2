using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Checkout;

public sealed class ReadAndCancelTests
{
    [Fact]
    public async Task Reading_an_overdue_order_changes_nothing()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string _) = await shop.GivenPaidAsync();
        JsonNode order = await shop.GivenOrderAsync();
        shop.Clock.Advance(TimeSpan.FromHours(3));
        (int Rows, long Bytes, string Content) before = await StateAsync(shop);

        foreach (string path in (string[])
        [
            "/api/v1/orders/" + order.Id(), "/api/v1/orders/" + paid.Id(), "/api/v1/orders/nope", "/api/v1/products", "/api/v1/config",
            "/health/ready", "/health/live", "/",
        ])
        {
            await shop.AskAsync(path);
        }

        (await StateAsync(shop)).ShouldBe(before);
        (await shop.Sandbox.CountAsync("status")).ShouldBe(0);
    }

    [Fact]
    public async Task A_pending_order_is_cancelled_and_stays_cancelled()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();

        (int status, JsonNode cancelled) = await shop.CancelAsync(order);

        (status, cancelled.Status()).ShouldBe((200, "cancelled"));
        (await shop.ReadAsync(order)).Status().ShouldBe("cancelled");
        (await shop.CancelAsync(order)).Status.ShouldBe(409);
        (await shop.InDatabaseAsync(
            db => db.Timeline.Where(entry => entry.OrderId == order.Id()).Select(entry => entry.What).ToListAsync()))
            .ShouldBe(["order_placed", "order_cancelled"]);
    }

    [Fact]
    public async Task A_body_of_cancel_is_ignored()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();

        (await shop.PostRawAsync($"/api/v1/orders/{order.Id()}/cancel", "{\"status\":\"paid\"}")).Body.Status().ShouldBe("cancelled");
    }

    [Fact]
    public async Task An_order_with_a_failed_payment_can_be_cancelled()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        (await shop.VerifyAsync(order, "JustMadeThisTokenUp222")).Status.ShouldBe(402);

        (await shop.CancelAsync(order)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Neither_a_paid_nor_an_expired_order_is_cancelled()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string _) = await shop.GivenPaidAsync();
        JsonNode expired = await shop.GivenOrderAsync();
        await shop.PassAfterAsync(TimeSpan.FromHours(2));

        foreach (JsonNode order in (JsonNode[])[paid, expired])
        {
            (int status, JsonNode problem) = await shop.CancelAsync(order);
            (status, problem.Code()).ShouldBe((409, "not_cancellable"));
        }

        (await shop.InDatabaseAsync(db => db.Orders.CountAsync(order => order.Status == OrderStatus.Cancelled))).ShouldBe(0);
    }

    private static Task<(int Rows, long Bytes, string Content)> StateAsync(Shop shop) =>
        shop.InDatabaseAsync(async db =>
        {
            List<Order> orders = await db.Orders.AsNoTracking().AsSplitQuery()
                .Include(order => order.Lines).Include(order => order.Payments).Include(order => order.Timeline)
                .OrderBy(order => order.Id).ToListAsync();
            long size = shop.Database.Everything().Length;
            return (
                orders.Sum(order => 1 + order.Lines.Count + order.Payments.Count + order.Timeline.Count),
                size,
                string.Join('|', orders.Select(order => $"{order.Id} {order.Status} {order.Version} {order.Timeline.Count}")));
        });
}
