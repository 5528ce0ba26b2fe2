using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Payments;

/// <summary>However a payment ends: a last look at it was answered, or a reason for a person is open.</summary>
public sealed class LastLookTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(6);

    [Theory]
    [InlineData("Frozen")]
    [InlineData("Pending")]
    public async Task A_link_closed_by_review_is_checked_again_and_its_payment_counts(string state)
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await GivenClosedLinkAsync(shop);
        await shop.Sandbox.ForceLinkAsync(pidx, state);
        await shop.PassAfterAsync(TimeSpan.FromMinutes(71));

        await shop.Sandbox.ForceLinkAsync(pidx, "Completed");
        await shop.PassAfterAsync(TimeSpan.FromHours(6));

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_closed_link_is_checked_before_a_verify()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await GivenClosedLinkAsync(shop);
        await shop.Sandbox.ForceLinkAsync(pidx, "Completed");
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());

        (await shop.VerifyAsync(order, token)).Body.Code().ShouldBe("order_not_payable");

        (await shop.Sandbox.StateAsync(token)).ShouldBe("Confirmed");
        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_closed_link_with_an_unchanged_answer_stays_closed()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await GivenClosedLinkAsync(shop);
        int before = await shop.Sandbox.CountAsync("epayment_lookup");

        await PassDaysAsync(shop, 8);

        JsonNode closed = await shop.ReadAsync(order);
        (closed.PaymentStatus(), (string?)closed.Payment()["failure"], closed.Status())
            .ShouldBe(("failed", "closed_by_merchant", "expired"));
        (await AttentionAsync(shop, order)).ShouldBeNull("a person has looked at just that");
        (await shop.Sandbox.CountAsync("epayment_lookup")).ShouldBeGreaterThan(before);
    }

    [Fact]
    public async Task A_token_closed_by_review_is_checked_again()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.ForceStateAsync(token, "Frozen");
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(202);
        await ResolveAsync(shop, order);
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("failed");

        await shop.Sandbox.ForceStateAsync(token, "Completed");
        await shop.PassAfterAsync(TimeSpan.FromMinutes(61));

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
    }

    [Fact]
    public async Task A_last_check_is_repeated_until_answered_and_raises_attention()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "canceled"));
        await shop.Sandbox.FaultAsync("epayment_lookup", "error", status: 401);
        for (int again = 0; again < 40; again++)
        {
            await shop.PassAfterAsync(TimeSpan.FromHours(1.2));
        }

        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("cancelled");
        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.Stuck);
        await shop.Sandbox.ForceLinkAsync(pidx, "Completed");
        await shop.Sandbox.MendAsync();
        await PassDaysAsync(shop, 2);

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.PaidLate);
    }

    [Fact]
    public async Task An_answered_last_check_clears_its_attention()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "canceled"));
        await shop.Sandbox.FaultAsync("epayment_lookup", "error", status: 401);
        for (int again = 0; again < 40; again++)
        {
            await shop.PassAfterAsync(TimeSpan.FromHours(1.2));
        }

        await shop.Sandbox.MendAsync();
        await PassDaysAsync(shop, 2);

        (await AttentionAsync(shop, order)).ShouldBeNull("Khalti said that it was cancelled");
    }

    [Theory]
    [InlineData("canceled")]
    [InlineData("expired")]
    [InlineData("failed")]
    public async Task A_link_completed_days_after_its_end_is_found_and_raises_attention(string outcome)
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, outcome));
        await shop.PassAfterAsync(TimeSpan.FromMinutes(71));
        await PassDaysAsync(shop, 2);
        (await shop.ReadAsync(order)).Status().ShouldBe("expired");

        await shop.Sandbox.ForceLinkAsync(pidx, "Completed");
        await PassDaysAsync(shop, 2);

        (await shop.ReadAsync(order)).Status().ShouldBe("paid");
        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.PaidLate);
    }

    [Fact]
    public async Task A_link_that_Khalti_never_ends_raises_attention()
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        (JsonNode order, _) = await shop.GivenLinkAsync();
        wire.RewriteLookup = answer => answer.Replace("Expired", "Initiated", StringComparison.Ordinal);

        await shop.PassAfterAsync(TimeSpan.FromMinutes(71));
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("expired");
        (await AttentionAsync(shop, order)).ShouldBeNull();
        await PassDaysAsync(shop, 8);

        (await AttentionAsync(shop, order)).ShouldBe(AttentionReason.Stuck, "it can still be paid at Khalti");
        (await shop.PassAfterAsync(TimeSpan.FromDays(30))).Asked.ShouldBe(0);
    }

    [Fact]
    public async Task An_ended_link_that_is_initiated_at_Khalti_is_checked_once_a_minute()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.ComeBackAsync(await shop.Sandbox.OutcomeAsync(pidx, "canceled"));
        await shop.Sandbox.ForceLinkAsync(pidx, "Initiated");
        string payment = (string)(await shop.ReadAsync(order)).Payment()["id"]!;
        (await shop.AsMerchantAsync(HttpMethod.Post, $"/api/v1/admin/payments/{payment}/check")).Status.ShouldBe(200);
        int before = await shop.Sandbox.CountAsync("epayment_lookup");

        await shop.PassAfterAsync(TimeSpan.FromSeconds(67));
        for (int second = 0; second < 10; second++)
        {
            await shop.PassAfterAsync(TimeSpan.FromSeconds(1));
        }

        (await shop.Sandbox.CountAsync("epayment_lookup")).ShouldBe(before + 1);
        DateTimeOffset? next = await shop.InDatabaseAsync(db =>
            db.Payments.Where(one => one.Id == payment).Select(one => one.NextCheckAt).SingleAsync());
        next.ShouldNotBeNull().ShouldBeGreaterThan(shop.Clock.GetUtcNow());
    }

    private static async Task<(JsonNode Order, string Pidx)> GivenClosedLinkAsync(Shop shop)
    {
        (JsonNode order, string pidx) = await shop.GivenLinkAsync();
        await shop.Sandbox.ForceLinkAsync(pidx, "Frozen");
        await shop.PassAfterAsync(Soon);
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("needs_review");
        await ResolveAsync(shop, order);
        (await shop.ReadAsync(order)).PaymentStatus().ShouldBe("failed");
        return (order, pidx);
    }

    private static async Task ResolveAsync(Shop shop, JsonNode order) =>
        (await shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/orders/{order.Id()}/resolve", new { note = "looked" }))
            .Status.ShouldBe(200);

    private static async Task PassDaysAsync(Shop shop, int days)
    {
        for (int half = 0; half < 2 * days; half++)
        {
            await shop.PassAfterAsync(TimeSpan.FromHours(12));
        }
    }

    private static Task<AttentionReason?> AttentionAsync(Shop shop, JsonNode order)
    {
        string id = order.Id();
        return shop.InDatabaseAsync(db => db.Orders.Where(one => one.Id == id).Select(one => one.Attention).SingleAsync());
    }
}
