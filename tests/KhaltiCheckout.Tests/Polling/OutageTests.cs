using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Payments;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Polling;

/// <summary>Khalti is down, or refuses our key: everything waits, nothing fails, and Khalti is not stormed.</summary>
public sealed class OutageTests
{
    private static readonly TimeSpan ABit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task After_a_two_hour_outage_all_payments_are_resolved_within_minutes()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode Order, string Token)[] waiting = await GivenManyConfirmedAsync(shop, 12);
        await shop.Sandbox.FaultAsync("*", "error", 503);
        await RaceTests.AtOnceAsync(waiting.Length, shopper => shop.VerifyAsync(waiting[shopper].Order, waiting[shopper].Token));

        int asked = 0;
        for (TimeSpan down = TimeSpan.Zero; down < TimeSpan.FromHours(2); down += TimeSpan.FromMinutes(1))
        {
            asked += (await shop.PassAfterAsync(TimeSpan.FromMinutes(1))).Asked;
        }

        foreach ((JsonNode order, string _) in waiting)
        {
            JsonNode now = await shop.ReadAsync(order);
            (now.Status(), now.PaymentStatus()).ShouldBe(("pending", "verifying"));
        }

        asked.ShouldBeLessThanOrEqualTo(130, "one payment a minute is asked about, not all of them");
        await shop.Sandbox.MendAsync();
        for (int minute = 0; minute < 3; minute++)
        {
            await shop.PassAfterAsync(TimeSpan.FromMinutes(1));
        }

        foreach ((JsonNode order, string token) in waiting)
        {
            (await shop.ReadAsync(order)).Status().ShouldBe("paid");
            (await shop.Sandbox.StateAsync(token)).ShouldBe("Completed");
        }
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_refused_key_is_reported_and_payments_are_resolved_once_it_is_right(int status)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode Order, string Token)[] waiting = await GivenManyConfirmedAsync(shop, 3);
        await shop.Sandbox.FaultAsync("*", "error", status);

        foreach ((JsonNode order, string token) in waiting)
        {
            (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        }

        ((string?)(await shop.GetAsync("/health/ready")).Body["khalti"]).ShouldBe("key_refused");
        shop.Log.Warnings.ShouldContain(line => line.Contains("KeyRefused", StringComparison.Ordinal));
        for (int day = 0; day < 3; day++)
        {
            await shop.PassAfterAsync(TimeSpan.FromDays(1));
        }

        (await shop.ReadAsync(waiting[0].Order)).PaymentStatus().ShouldBe("verifying");
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        await shop.PassAfterAsync(ABit);
        foreach ((JsonNode order, string _) in waiting)
        {
            (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        }

        ((string?)(await shop.GetAsync("/health/ready")).Body["khalti"]).ShouldBe("fine");
    }

    [Fact]
    public async Task A_successful_payment_after_an_outage_expedites_the_other_checks()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode Order, string Token)[] waiting = await GivenManyConfirmedAsync(shop, 4);
        await shop.Sandbox.FaultAsync("*", "drop_before");
        foreach ((JsonNode order, string token) in waiting)
        {
            await shop.VerifyAsync(order, token);
        }

        await shop.PassAfterAsync(ABit);
        await shop.Sandbox.MendAsync();
        await shop.GivenPaidAsync();

        await shop.PassAsync();

        foreach ((JsonNode order, string _) in waiting)
        {
            (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        }
    }

    [Fact]
    public async Task A_restart_during_an_outage_loses_nothing()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("*", "error", 502);
        await shop.VerifyAsync(order, token);
        await shop.PassAfterAsync(TimeSpan.FromHours(5));

        await shop.ReopenAsync();
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(ABit);

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task Retry_After_of_Khalti_delays_the_checks()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.PostAsync(
            "/_sandbox/faults", new { operation = "verify", kind = "error", status = 429, retryAfterSeconds = 120, times = 1 });
        await shop.VerifyAsync(order, token);

        (await shop.PassAfterAsync(TimeSpan.FromSeconds(110))).Asked.ShouldBe(0);
        (await shop.PassAfterAsync(TimeSpan.FromSeconds(11))).Asked.ShouldBe(1);

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task An_unknown_payment_after_the_last_check_raises_attention_until_an_answer()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "error", 500);
        await shop.VerifyAsync(order, token);

        for (int check = 0; check < 40 && await AttentionAsync(shop, order) is null; check++)
        {
            await shop.PassAfterAsync(TimeSpan.FromMinutes(70));
        }

        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.Stuck);
        (await shop.ReadAsync(order)).Status().ShouldBe("pending");
        await shop.Sandbox.MendAsync();
        await shop.PassAfterAsync(TimeSpan.FromDays(2));
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await AttentionAsync(shop, order)).ShouldBeNull();
    }

    internal static Task<AttentionReason?> AttentionAsync(Shop shop, JsonNode order) =>
        shop.InDatabaseAsync(db => db.Orders.Where(stored => stored.Id == order.Id()).Select(stored => stored.Attention).SingleAsync());

    private static async Task<(JsonNode Order, string Token)[]> GivenManyConfirmedAsync(Shop shop, int count)
    {
        List<(JsonNode Order, string Token)> all = [];
        for (int shopper = 0; shopper < count; shopper++)
        {
            all.Add(await shop.GivenConfirmedAsync());
        }

        return [.. all];
    }
}
