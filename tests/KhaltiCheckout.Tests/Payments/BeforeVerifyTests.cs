using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace KhaltiCheckout.Tests.Payments;

/// <summary>Verify moves money. Before each call of it, also the worker's, it must still be right to make it.</summary>
public sealed class BeforeVerifyTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task The_worker_does_not_verify_for_an_order_paid_by_link()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx, string token) = await GivenLinkAndUnsentVerifyAsync(shop);
        await shop.Sandbox.OutcomeAsync(pidx, "completed");

        await shop.PassAfterAsync(Soon);
        await shop.PassAfterAsync(TimeSpan.FromHours(2));

        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed", "a confirmed token moves nothing");
        JsonNode paid = await shop.ReadAsync(order);
        (paid.Status(), (string?)Widget(paid)["status"], (string?)Widget(paid)["failure"]).ShouldBe(("paid", "failed", "not_charged"));
        (await AttentionAsync(shop, order)).ShouldBeNull();
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(402, "this token charged nothing");
    }

    [Fact]
    public async Task A_manual_check_does_not_verify_for_an_order_paid_by_link()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx, string token) = await GivenLinkAndUnsentVerifyAsync(shop);
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        string payment = (string)Widget(await shop.ReadAsync(order))["id"]!;

        await shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/payments/{payment}/check");

        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed");
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task While_a_link_lookup_fails_the_worker_does_not_verify_and_raises_attention()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx, string token) = await GivenLinkAndUnsentVerifyAsync(shop);
        await shop.Sandbox.FaultAsync("epayment_lookup", "error", status: 401);
        await shop.Sandbox.OutcomeAsync(pidx, "completed");
        for (int hour = 0; hour < 40; hour++)
        {
            await shop.PassAfterAsync(TimeSpan.FromHours(1.2));
        }

        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed");
        ((string?)Widget(await shop.ReadAsync(order))["status"]).ShouldBe("verifying");
        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.Stuck);

        await shop.Sandbox.MendAsync();
        for (int day = 0; day < 3; day++)
        {
            await shop.PassAfterAsync(TimeSpan.FromDays(1.2));
        }

        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed");
        (await shop.ReadAsync(order)).Status().ShouldBe("paid", "by the link");
    }

    [Fact]
    public async Task A_token_waits_for_a_pending_link_and_is_verified_when_the_link_fails()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx, string token) = await GivenLinkAndUnsentVerifyAsync(shop);
        await shop.Sandbox.OutcomeAsync(pidx, "pending");
        await shop.PassAfterAsync(Soon);
        await shop.PassAfterAsync(TimeSpan.FromMinutes(2));
        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed");

        await shop.Sandbox.OutcomeAsync(pidx, "failed");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(10));
        await shop.PassAfterAsync(TimeSpan.FromMinutes(20));

        (await shop.Sandbox.StateAsync(token)).ShouldBe("Completed");
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_token_is_not_verified_for_an_order_whose_link_is_in_review()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx, string token) = await GivenLinkAndUnsentVerifyAsync(shop);
        await shop.Sandbox.ForceLinkAsync(pidx, "Refunded");

        await shop.PassAfterAsync(Soon);

        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed");
        ((string?)Widget(await shop.ReadAsync(order))["status"]).ShouldBe("failed");
        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.RefundedAtKhalti);
    }

    [Fact]
    public async Task An_unpaid_link_does_not_stop_the_workers_verify()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _, string token) = await GivenLinkAndUnsentVerifyAsync(shop);

        await shop.PassAfterAsync(Soon);

        (await shop.Sandbox.StateAsync(token)).ShouldBe("Completed");
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_process_suspended_past_its_lease_does_not_verify()
    {
        StridingClock clock = new();
        await using Shop shop = await Shop.OpenAsync(services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        clock.Stride = TimeSpan.FromSeconds(25);

        (int status, JsonNode waiting) = await shop.VerifyAsync(order, token);

        (status, waiting.PaymentStatus()).ShouldBe((202, "verifying"));
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(0, "another process may have followed it up");
        await shop.PassAsync();
        clock.Stride = TimeSpan.Zero;
        await shop.PassAsync();
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_link_leased_by_a_clock_ahead_is_looked_up_before_a_verify()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        DateTime ahead = shop.Clock.GetUtcNow().UtcDateTime.AddDays(1);
        await shop.SqlAsync($"""UPDATE "Payments" SET "LeasedUntil" = {ahead} WHERE "Pidx" = {pidx}""");
        await shop.Sandbox.ForceLinkAsync(pidx, "Completed");

        (await shop.VerifyAsync(order, token)).Body.Code().ShouldBe("order_not_payable");

        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed");
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    // The shopper's verify never reached Khalti, and a link of the order is open.
    private static async Task<(JsonNode Order, string Pidx, string Token)> GivenLinkAndUnsentVerifyAsync(Shop shop)
    {
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        await shop.Sandbox.FaultAsync("verify", "drop_before", times: 1);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        return (order, pidx, token);
    }

    private static JsonNode Widget(JsonNode order) =>
        order["payments"]!.AsArray().Single(payment => (string?)payment!["method"] == "widget")!;

    private static Task<AttentionReason?> AttentionAsync(Shop shop, JsonNode order)
    {
        string id = order.Id();
        return shop.InDatabaseAsync(db => db.Orders.Where(one => one.Id == id).Select(one => one.Attention).SingleAsync());
    }

    // Whenever it is asked for the time, that much has passed.
    private sealed class StridingClock : TimeProvider
    {
        private readonly Lock _lock = new();
        private DateTimeOffset _now = new(2026, 11, 21, 6, 0, 0, TimeSpan.Zero);

        internal TimeSpan Stride { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            lock (_lock)
            {
                return _now += Stride;
            }
        }
    }
}
