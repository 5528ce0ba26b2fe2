using System.Text.Json.Nodes;
using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.DailyReconciliation;

/// <summary>One process at a time compares a day, and one that died keeps nobody waiting for long.</summary>
public sealed class CloseLeaseTests
{
    private const string Day = "2026-11-21";

    [Fact]
    public async Task The_lease_of_a_killed_reconciliation_expires_after_a_minute()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        shop.ExpectWarnings();
        Task<(int Status, JsonNode Body)> dead = await GivenRunningAsync(shop);

        (int early, JsonNode refusal) = await RunAsync(other);
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        Task<(int Status, JsonNode Body)> next = RunAsync(other);
        await Shop.UntilAsync(async () => await shop.Sandbox.CountAsync("list") >= 2);
        await shop.Sandbox.MendAsync();

        (early, refusal.Code()).ShouldBe((409, "check_in_progress"));
        (await next).Status.ShouldBe(200);

        // It was not dead, only slow: its result came too late to count.
        (int late, JsonNode told) = await dead;
        (late, told.Code()).ShouldBe((409, "check_in_progress"));
    }

    [Fact]
    public async Task A_long_reconciliation_renews_its_lease()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        shop.Services.GetRequiredService<CloseLeases>().Interval = TimeSpan.FromMilliseconds(20);
        Task<(int Status, JsonNode Body)> slow = await GivenRunningAsync(shop);

        for (int step = 0; step < 3; step++)
        {
            shop.Clock.Advance(TimeSpan.FromSeconds(50));
            await Shop.UntilAsync(() => other.InDatabaseAsync(db =>
                db.DayCloses.AnyAsync(close => close.LeasedUntil >= shop.Clock.GetUtcNow() + TimeSpan.FromMinutes(1))));
            (await RunAsync(other)).Status.ShouldBe(409);
        }

        await shop.Sandbox.MendAsync();
        (await slow).Status.ShouldBe(200);
        (await RunAsync(other)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_reconciliation_lease_of_a_clock_a_day_ahead_is_ignored()
    {
        await using Shop shop = await Shop.OpenAsync();
        (await RunAsync(shop)).Status.ShouldBe(200);
        DateTime ahead = shop.Clock.GetUtcNow().UtcDateTime.AddDays(1);
        await shop.SqlAsync($"""UPDATE "DayCloses" SET "LeasedUntil" = {ahead}""");

        (await RunAsync(shop)).Status.ShouldBe(200);
    }

    private static async Task<Task<(int Status, JsonNode Body)>> GivenRunningAsync(Shop shop)
    {
        await shop.Sandbox.HoldUpAsync("list");
        Task<(int Status, JsonNode Body)> running = RunAsync(shop);
        await Shop.UntilAsync(async () => await shop.Sandbox.CountAsync("list") >= 1 || running.IsCompleted);
        return running;
    }

    private static Task<(int Status, JsonNode Body)> RunAsync(Shop shop) =>
        shop.WithKeyAsync(HttpMethod.Post, "/api/v1/admin/closes", new { day = Day });
}
