using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace KhaltiCheckout.Tests.Polling;

/// <summary>The worker as the program runs it, with its timer.</summary>
public sealed class WorkerTests
{
    [Fact]
    public async Task A_payment_round_canceled_at_any_point_is_followed_by_the_next() =>
        await BreakOffEverywhereAsync(
            async shop =>
            {
                (JsonNode order, string token) = await shop.GivenConfirmedAsync();
                await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
                (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
                return order;
            },
            async (shop, order) => (await shop.ReadAsync(order)).Status() == "paid");

    [Fact]
    public async Task A_refund_round_canceled_at_any_point_is_followed_by_the_next() =>
        await BreakOffEverywhereAsync(
            async shop =>
            {
                (JsonNode order, _) = await shop.GivenPaidAsync();
                await shop.Sandbox.FaultAsync("refund", "drop_after", times: 1);
                (int status, JsonNode refund) = await shop.RefundAsync(order);
                status.ShouldBe(202);
                return refund;
            },
            async (shop, refund) => (await shop.ReadRefundAsync(refund)).Status() == "completed");

    // Each time something is owed, and the next moments are those of the round that is under way or of one that asks about it. By
    // chance, therefore; and it goes on until a round and a question in it were broken off.
    private static async Task BreakOffEverywhereAsync(Func<Shop, Task<JsonNode>> owe, Func<Shop, JsonNode, Task<bool>> isSettled)
    {
        const int CancellationPoints = 20;
        StumblingClock clock = new();
        await using Shop shop = await Shop.OpenAsync(
            services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)),
            ("Reconciliation:Enabled", "true"), ("Reconciliation:Interval", "00:00:00.05"), ("Matching:Enabled", "false"),
            ("DailyReconciliation:Enabled", "false"), ("Store:KeepUnpaidFor", "00:00:00"));
        shop.ExpectWarnings();
        for (int times = 0; times < CancellationPoints || (times < 5 * CancellationPoints && !HasToldBoth(shop)); times++)
        {
            JsonNode owed = await owe(shop);
            clock.StumbleAt(1 + (times % CancellationPoints), after: TimeSpan.FromSeconds(6));
            await Shop.UntilAsync(() => Task.FromResult(clock.HasStumbled));

            await Shop.UntilAsync(async () =>
            {
                // Who asked and was broken off may have left its lease.
                clock.Advance(TimeSpan.FromSeconds(1));
                return await isSettled(shop, owed);
            });
        }

        HasToldBoth(shop).ShouldBeTrue(string.Join('\n', shop.Log.Warnings));
    }

    // Of a round, and of the one payment or refund in it. What broke off in the client was a lost answer, and is told as one.
    private static bool HasToldBoth(Shop shop) =>
        shop.Log.Warnings.Any(line => line.Contains("A round of polling failed", StringComparison.Ordinal))
        && shop.Log.Warnings.Any(line => line.Contains("if it is still open it is asked about again", StringComparison.Ordinal));
}
